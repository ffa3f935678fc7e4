import { describeThrown } from '../../../../orchestrator/core/data/describeThrown.ts';
import type { Json } from '../../../../orchestrator/core/data/json.ts';
import {
  revivedThrown,
  type TaskError,
  thrownAsJson,
  thrownOfJson,
} from '../../../../orchestrator/core/data/thrown.ts';
import {
  type MachineEffect,
  type MachineInput,
  type MachineState,
  type MachineStep,
  nextTimerDueAt,
  type PreparedMachine,
  parseMachineState,
  prepareMachine,
  stepMachine,
} from '../../../../orchestrator/core/machine/index.ts';
import { DurableChildren } from './durableChildren.ts';
import { type GeneratorOptions, generateMachine } from './generateMachine.ts';
import { failureOf, type ObservedState, type Side, withoutCaught } from './observed.ts';
import { seenOf } from './thrown.ts';

type Task = Extract<MachineEffect, { type: 'startTask' }>;

interface TapedStep {
  readonly input: MachineInput;
  readonly now: number;
  readonly stored: string;
  readonly effects: string;
}

const actor = { id: 'root' };

/** The same machine, stepped: nothing but the stored text is kept from one input to the next. */
export class DurableActor implements Side {
  readonly prepared: PreparedMachine;
  readonly tape: TapedStep[] = [];
  /** Its actions and logs, and what it emitted, since it began. */
  readonly acted: string[] = [];
  readonly emitted: string[] = [];
  #stored: string | undefined;
  #now = 0;
  #tasks: Task[] = [];
  #lines: string[] = [];
  #hasReplaced = false;
  #hasStale = false;
  readonly #children = new DurableChildren(actor.id, (input) => this.#tell(input));

  constructor(numbers: readonly number[], options: GeneratorOptions) {
    const generated = generateMachine(
      numbers,
      {
        custom: (name, params, { context, event }) =>
          this.#act('action', name, params, JSON.parse(JSON.stringify(context)), event.type),
        promise: () => () => {
          throw new Error('A task ran inside a step.');
        },
      },
      options,
    );
    this.prepared = prepareMachine(generated.machine);
  }

  get taskCount(): number {
    return this.#tasks.length;
  }

  /** As text, what is stored of it. */
  get stored(): string | undefined {
    return this.#stored;
  }

  get status(): MachineState['status'] {
    return this.#parsed().status;
  }

  get output(): Json | undefined {
    return this.#parsed().output;
  }

  /** In the order of their numbers. */
  get openTasks(): readonly { readonly task: number; readonly worker: string; readonly input: Json }[] {
    return this.#tasks.map(({ task, src, input }) => ({ task, worker: src, input: input ?? null }));
  }

  /** The number of the task that has a place among those that run. */
  taskAt(index: number): number {
    const task = this.#tasks[index];
    if (!task) throw new RangeError(`Task ${index} does not exist.`);
    return task.task;
  }

  /** From then on XState's actor runs an invoke twice, and is not a measure any more. */
  get hasReplaced(): boolean {
    return this.#hasReplaced;
  }

  /** Timers of two machines were due at once: either may fire first. */
  get hadTie(): boolean {
    return this.#children.hadTie;
  }

  /** XState's actor may have taken what a child said after its state was left and entered again. */
  get hasStale(): boolean {
    return this.#hasStale || this.#children.hadLostWord;
  }

  start(n: number): void {
    this.#take({ type: 'start', input: { n } });
  }

  event(event: { readonly type: string; readonly v: Json }): void {
    this.#take({ type: 'event', event });
  }

  async settle(index: number, succeeds: boolean, v: Json): Promise<void> {
    const [task] = this.#tasks.splice(index, 1);
    if (!task) throw new RangeError(`Task ${index} does not exist.`);
    const error = throughItem(describeThrown(failureOf(v)));
    const taken = this.#take(
      succeeds
        ? { type: 'taskSucceeded', task: task.task, output: v }
        : { type: 'taskFailed', task: task.task, error },
    );
    if (!taken) throw new Error(`The result of task ${task.task} was ignored.`);
  }

  advance(ms: number): void {
    this.#now += ms;
    for (let fired = 0; fired < 300 && this.#fire(); fired++);
  }

  lines(): readonly string[] {
    return this.#lines.splice(0);
  }

  state(): ObservedState {
    const { status, value, context, output, error, children, timers } = this.#parsed();
    const isActive = status === 'active';
    const { tags } = this.prepared.chart.machine.resolveState({ value, context: {} });
    return {
      status,
      value: JSON.stringify(value),
      context: withoutCaught(asXStateWrites(context)),
      output: output ?? null,
      error: status === 'error' ? seenOf(revivedThrown(thrownOfJson(error))) : null,
      tags: [...tags].sort(),
      tasks: isActive ? this.#tasks.map(({ actorId }) => actorId) : undefined,
      children: isActive
        ? Object.entries(children)
            .map(([id, child]) => `${id} ${child.status}`)
            .sort()
        : undefined,
      timers: isActive
        ? [...timers.map(({ dueAt }) => dueAt), ...this.#children.timers()].sort(
            (first, second) => first - second,
          )
        : undefined,
      childMachines: isActive ? this.#children.describe() : undefined,
      // An actor that threw leaves its children running; a durable one stops them.
      stoppedMachines: status === 'error' ? undefined : [...this.#children.stopped].sort(),
    };
  }

  #fire(): boolean {
    const own = nextTimerDueAt(this.#parsed()) ?? Number.POSITIVE_INFINITY;
    return this.#children.fire(own, this.#now) || this.#take({ type: 'timer' });
  }

  #tell(input: MachineInput): void {
    if (!this.#take(input) && this.#parsed().status === 'active') this.#hasStale = true;
  }

  #take(input: MachineInput): boolean {
    const step = stepMachine(this.prepared, this.#stored, input, { now: this.#now, actor });
    if (step.type === 'ignored') return false;
    this.tape.push({ input, now: this.#now, stored: step.stored, effects: effectsText(step.effects) });
    this.#stored = step.stored;
    // An actor that threw leaves its children running; a durable one stops them.
    const hasThrown = step.failure !== undefined && step.failure.code !== 'TaskFailed';
    for (const effect of step.effects) this.#do(effect, hasThrown);
    this.#children.deliver();
    return true;
  }

  #do(effect: MachineEffect, hasThrown: boolean): void {
    if (effect.type === 'stopTask' && effect.reason === 'replaced') this.#hasReplaced = true;
    if (this.#children.takes(effect, this.#now)) return;
    switch (effect.type) {
      case 'startTask':
        this.#tasks.push(effect);
        this.#log('start', effect.actorId, effect.src.replace(/^inline:.*/, 'inline'), effect.input ?? null);
        return;
      case 'stopTask':
        this.#tasks = this.#tasks.filter(({ task }) => task !== effect.task);
        // XState leaves an orphan running past the end of its machine.
        if (effect.reason === 'orphaned' || (effect.reason === 'ended' && hasThrown)) return;
        this.#log('stop', effect.actorId);
        return;
      case 'action':
        effect.run();
        return;
      case 'log':
        this.#act('log', ...(effect.label ? [effect.label, effect.value] : [effect.value]));
        return;
      case 'emit':
        this.emitted.push(JSON.stringify(effect.event));
        this.#log('emit', effect.event);
        return;
      case 'send': {
        const task = this.#tasks.find((each) => `${actor.id}.${each.task}` === effect.to);
        this.#log('send', task?.actorId ?? effect.to, (effect.event as { type: string }).type);
      }
    }
  }

  #act(...line: readonly unknown[]): void {
    this.acted.push(JSON.stringify(line));
    this.#log(...line);
  }

  #parsed(): MachineState {
    if (this.#stored === undefined) throw new Error('The machine has not started.');
    return parseMachineState(this.#stored);
  }

  #log(...line: readonly unknown[]): void {
    this.#lines.push(JSON.stringify(line));
  }
}

/** Takes the taped steps again, from the start. Gives what differs. */
export function replay(prepared: PreparedMachine, tape: readonly TapedStep[]): string | undefined {
  let stored: string | undefined;
  for (const { input, now, ...taped } of tape) {
    const step: MachineStep = stepMachine(prepared, stored, JSON.parse(JSON.stringify(input)), {
      now,
      actor,
    });
    if (step.type === 'ignored') return `ignored: ${step.reason}`;
    if (step.stored !== taped.stored) return `stored:\n ${taped.stored}\n ${step.stored}`;
    if (JSON.stringify(step.state) !== JSON.stringify(withDefaults(step.state, step.stored))) {
      return `the state is not what is stored:\n ${JSON.stringify(step.state)}\n ${step.stored}`;
    }
    const effects = effectsText(step.effects);
    if (effects !== taped.effects) return `effects:\n ${taped.effects}\n ${effects}`;
    stored = step.stored;
  }
  return undefined;
}

/** The stored state as parsed, its fields in the order of the other's. */
function withDefaults(state: MachineState, stored: string): Record<string, unknown> {
  const parsed: Record<string, unknown> = { ...parseMachineState(stored) };
  return Object.fromEntries(Object.keys(state).map((key) => [key, parsed[key]]));
}

function effectsText(effects: readonly MachineEffect[]): string {
  return JSON.stringify(effects);
}

/** A context whose references look as XState's do; marked data looks as it did. */
function asXStateWrites(value: Json | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(asXStateWrites);
  const { $actor: address, id = address, ...rest } = value as Record<string, Json>;
  if (typeof address === 'string') return { xstate$$type: 1, id, ...rest };
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key.replace(/^\$(?=\$+actor$)/, ''), asXStateWrites(part)]),
  );
}

/** As a worker writes it and the orchestrator reads it. */
export function throughItem(error: TaskError): TaskError {
  return thrownOfJson(JSON.parse(JSON.stringify({ error: thrownAsJson(error) })).error);
}
