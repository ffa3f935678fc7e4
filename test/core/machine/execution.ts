import type { AnyStateMachine } from 'xstate';
import type { Json, JsonObject } from '../../../orchestrator/core/data/json.ts';
import {
  type MachineEffect,
  type MachineFailure,
  type MachineInput,
  type MachineState,
  type MachineStep,
  type PreparedMachine,
  prepareMachine,
  type StepAt,
  stepMachine,
  type TaskError,
} from '../../../orchestrator/core/machine/index.ts';

type Taken = Extract<MachineStep, { type: 'taken' }>;

/** A machine taken from step to step with nothing but its stored text in between. */
export class Execution {
  readonly prepared: PreparedMachine;
  readonly #actor: StepAt['actor'];
  #stored: string | undefined;
  #last: MachineStep | undefined;
  now = 0;

  constructor(machine: AnyStateMachine | JsonObject, actor: StepAt['actor'] = { id: 'order-17' }) {
    this.prepared = prepareMachine(machine);
    this.#actor = actor;
  }

  get stored(): string {
    return this.#stored ?? '';
  }

  set stored(text: string) {
    this.#stored = text;
  }

  get state(): MachineState {
    return this.#taken().state;
  }

  get effects(): readonly MachineEffect[] {
    return this.#taken().effects;
  }

  get edges(): readonly string[] {
    return this.#taken().edges;
  }

  get failure(): MachineFailure {
    const { failure } = this.#taken();
    if (!failure) throw new Error('The machine has not failed.');
    return failure;
  }

  /** The error that the machine has thrown, as data. */
  get thrown(): TaskError | undefined {
    return this.#taken().thrown;
  }

  get ignored(): string | undefined {
    return this.#last?.type === 'ignored' ? this.#last.reason : undefined;
  }

  /** The type of each effect, and its subject. */
  get did(): readonly string[] {
    return this.effects.map(textOf);
  }

  start(input?: Json): this {
    return this.#take({ type: 'start', input });
  }

  send(type: string, fields: JsonObject = {}): this {
    return this.#take({ type: 'event', event: { ...fields, type } });
  }

  succeed(task: number, output?: Json): this {
    return this.#take({ type: 'taskSucceeded', task, output });
  }

  fail(task: number, error: TaskError = { name: 'Error', message: 'it failed' }): this {
    return this.#take({ type: 'taskFailed', task, error });
  }

  /** Fires the timer that is due first at a time. */
  timer(now: number): this {
    this.now = now;
    return this.#take({ type: 'timer' });
  }

  #take(input: MachineInput): this {
    this.#last = stepMachine(this.prepared, this.#stored, input, { now: this.now, actor: this.#actor });
    if (this.#last.type === 'taken') this.#stored = this.#last.stored;
    return this;
  }

  #taken(): Taken {
    if (this.#last?.type !== 'taken') throw new Error(`No step was taken: ${JSON.stringify(this.#last)}`);
    return this.#last;
  }
}

function textOf(effect: MachineEffect): string {
  switch (effect.type) {
    case 'startTask':
      return `start ${effect.actorId} ${effect.task}`;
    case 'stopTask':
      return `stop ${effect.actorId} ${effect.task} ${effect.reason}`;
    case 'action':
      return `action ${effect.name}`;
    case 'log':
      return `log ${String(effect.value)}`;
    case 'emit':
      return `emit ${JSON.stringify(effect.event)}`;
    case 'send':
      return `send ${effect.to} ${JSON.stringify(effect.event)}`;
    case 'keepItems':
      return `keep ${effect.list.task}`;
  }
}
