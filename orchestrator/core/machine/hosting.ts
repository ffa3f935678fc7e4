import type { Json } from '../data/json.ts';
import { escapedData, markedThrown, type TaskError, thrownAsJson, withoutStack } from '../data/thrown.ts';
import { eachRequest } from '../policy/eachRequest.ts';
import { errorsShown, itemFailure, thresholdError } from '../policy/thresholdError.ts';
import { EndlessLoopError } from './failure.ts';
import { HostedMachine, ListInWork } from './hostedMachine.ts';
import type { PreparedMachine } from './prepare.ts';
import { mayHoldReferences } from './references.ts';
import { parseMachineState, storeMachineState } from './state.ts';
import type { MachineEffect, MachineInput, MachineStep } from './step.types.ts';
import { stepOne } from './stepOne.ts';
import type { StepAt } from './stepRun.ts';

type Ignored = Extract<MachineStep, { type: 'ignored' }>;
type Taken = Extract<MachineStep, { type: 'taken' }>;
type StartTask = Extract<MachineEffect, { type: 'startTask' }>;

/** Inputs that one machine takes within a step, at most: machines may send each other events without end. */
const mostInputs = 10_000;

/**
 * A step of a machine that works on lists with machines for their items. Those are hosted: they are parts of its state, and
 * take their steps within its own. Their tasks and children are the execution's, with its numbers. An event from one machine
 * of the execution to another is taken within the same step.
 */
export class Hosting {
  readonly #root: HostedMachine;
  readonly #at: StepAt;
  readonly #effects: MachineEffect[] = [];
  readonly #queue: { readonly to: HostedMachine; readonly input: MachineInput }[] = [];
  /** Ids of the transitions of the execution's own machine. Those of its items are not on its chart. */
  readonly #edges: string[] = [];
  #nextTask: number;
  /** The last step of the execution's own machine. */
  #own: Taken | undefined;

  constructor(prepared: PreparedMachine, stored: string | undefined, at: StepAt) {
    const state = stored === undefined ? undefined : parseMachineState(stored);
    const { id: address, parent } = at.actor;
    const hasReferences = stored !== undefined && mayHoldReferences(stored);
    this.#at = at;
    this.#nextTask = state?.nextTask ?? 0;
    this.#root = new HostedMachine(prepared, state, { address, parent, mayHoldReferences: hasReferences });
  }

  step(input: MachineInput): MachineStep {
    const ignored = this.#take(this.#receiverOf(input), input);
    if (ignored) return ignored;
    for (let next = this.#queue.shift(); next && !this.#own?.failure; next = this.#queue.shift()) {
      if (!next.to.isGone) this.#take(next.to, next.input);
    }
    const own = this.#own;
    if (own?.failure) return { ...own, effects: this.#effects, edges: this.#edges };
    const state = this.#root.toState(this.#nextTask);
    return {
      type: 'taken',
      stored: storeMachineState(state),
      state,
      effects: this.#effects,
      edges: this.#edges,
      ...(own?.markedOutput !== undefined && { markedOutput: own.markedOutput }),
    };
  }

  #receiverOf(input: MachineInput): HostedMachine {
    switch (input.type) {
      case 'start':
        return this.#root;
      case 'event': {
        const { to, from } = input;
        const named = to === undefined ? undefined : this.#machineAt(to);
        return named ?? (from === undefined ? this.#root : this.#ownerOf(from));
      }
      case 'taskSucceeded':
      case 'taskFailed':
        return this.#ownerOf(input.task);
      case 'timer':
        return this.#nextToFire();
    }
  }

  #machineAt(address: string): HostedMachine | undefined {
    for (const machine of this.#root.all()) if (machine.address === address) return machine;
    return undefined;
  }

  #ownerOf(task: number): HostedMachine {
    for (const machine of this.#root.all()) if (machine.hasRunning(task)) return machine;
    return this.#root;
  }

  /** The machine whose timer fires first. Where several are due together, a host comes before its items. */
  #nextToFire(): HostedMachine {
    let first = this.#root;
    for (const machine of this.#root.all()) {
      if ((machine.timerAt ?? Number.POSITIVE_INFINITY) < (first.timerAt ?? Number.POSITIVE_INFINITY)) {
        first = machine;
      }
    }
    return first;
  }

  #take(machine: HostedMachine, input: MachineInput): Ignored | undefined {
    const { address: id, parent, place } = machine;
    const actor = {
      id,
      ...(parent !== undefined && { parent }),
      ...(place && { host: this.#root.address }),
    };
    const isEndless = ++machine.inputs > mostInputs;
    const step = isEndless
      ? endless(machine, input)
      : stepOne(machine.prepared, machine.before(this.#nextTask), input, {
          ...this.#at,
          actor,
          nextTask: this.#nextTask,
        });
    if (step.type === 'ignored') return step;
    if (isEndless) this.#leave(machine);
    else {
      machine.stepped(step.stored);
      this.#nextTask = step.state.nextTask;
    }
    for (const effect of step.effects) this.#effect(machine, effect);
    if (!place) this.#edges.push(...step.edges);
    if (!place) this.#own = step;
    else if (step.failure || step.state.status !== 'active')
      this.#itemDone(machine, place.list, place.index, step);
    return undefined;
  }

  #effect(machine: HostedMachine, effect: MachineEffect): void {
    switch (effect.type) {
      case 'startTask':
        if (machine.prepared.items.has(effect.src)) this.#startList(machine, effect);
        else this.#effects.push({ ...effect, src: machine.nameOf(effect.src) });
        return;
      case 'stopTask': {
        const list = machine.lists.find(({ task }) => task === effect.task);
        if (list) this.#drop(list);
        else this.#effects.push(effect);
        return;
      }
      case 'send': {
        const to = this.#machineAt(effect.to);
        if (!to) this.#effects.push(effect);
        else if (isEvent(effect.event)) {
          this.#queue.push({ to, input: { type: 'event', event: effect.event, isMessage: true } });
        }
        return;
      }
      case 'action':
      case 'log':
      case 'emit':
        this.#effects.push(effect);
        return;
      default:
        effect satisfies never;
    }
  }

  #startList(machine: HostedMachine, { task, src, input }: StartTask): void {
    const source = machine.prepared.sourceOf(src);
    if (source.kind !== 'eachMachine') throw new TypeError(`'${src}' is not an each() of a machine.`);
    const request = eachRequest(input, source.options);
    if (request.type === 'invalid') {
      this.#queue.push({ to: machine, input: { type: 'taskFailed', task, error: request.error } });
      return;
    }
    const { items, concurrency, tolerated } = request;
    const begun = { task, src, count: items.length, concurrency, tolerated };
    const list = new ListInWork(machine, { ...begun, pending: items, open: {}, outputs: {} }, true);
    machine.lists.push(list);
    this.#goOn(list);
  }

  /** Starts as many items as may be worked on at once, or ends the list. */
  #goOn(list: ListInWork): void {
    for (let next = list.next(); next; next = list.next()) {
      const { machine: to, input } = next;
      this.#queue.push({ to, input: { type: 'start', input, isMessage: true } });
    }
    if (!list.isDone) return;
    const { host, task } = list;
    this.#drop(list);
    this.#queue.push({ to: host, input: { type: 'taskSucceeded', task, ...outputOf(list) } });
  }

  #itemDone(machine: HostedMachine, list: ListInWork, index: number, step: Taken): void {
    const { failure, thrown, markedOutput, state } = step;
    machine.isGone = true;
    list.open.delete(index);
    if (failure) {
      const { name, message } = failure;
      list.failures.push({ index, error: withoutStack(thrown ?? { name, message }) });
      if (list.failures.length > list.tolerated) {
        this.#drop(list);
        this.#queue.push({
          to: list.host,
          input: { type: 'taskFailed', task: list.task, error: errorOf(list) },
        });
        return;
      }
    } else {
      const output = markedOutput ?? state.output;
      if (output !== undefined) list.outputs.set(index, output);
      if (markedOutput !== undefined) list.marked.push(index);
    }
    this.#goOn(list);
  }

  /** Ends work on a list, with all that its items have begun. */
  #drop(list: ListInWork): void {
    const { lists } = list.host;
    if (lists.includes(list)) lists.splice(lists.indexOf(list), 1);
    for (const item of list.open.values()) {
      item.isGone = true;
      this.#leave(item);
    }
  }

  /** Stops what an item's machine has begun. */
  #leave(machine: HostedMachine): void {
    for (const { task, actorId } of machine.running) {
      const inner = machine.lists.find((list) => list.task === task);
      if (inner) this.#drop(inner);
      else this.#effects.push({ type: 'stopTask', task, actorId, reason: 'left' });
    }
  }
}

function endless(machine: HostedMachine, input: MachineInput): Taken {
  const { name, message } = new EndlessLoopError(input.type, mostInputs);
  const state = { ...machine.toState(0), status: 'error' as const };
  return {
    type: 'taken',
    stored: storeMachineState(state),
    state,
    effects: [],
    edges: [],
    failure: { code: 'EndlessLoop', name, message },
  };
}

/** The outputs in the order of the items. With a failed item among them, or an output with errors, errors are marked. */
function outputOf({ count, outputs, marked, failures }: ListInWork): {
  readonly output: Json;
  readonly isMessage?: true;
} {
  const all = Array.from({ length: count }, (_, index): Json => outputs.get(index) ?? null);
  if (failures.length === 0 && marked.length === 0) return { output: all };
  const errors = new Map(failures.map(({ index, error }) => [index, error]));
  const output = all.map((each, index): Json => {
    const error = errors.get(index);
    if (error) return { error: markedThrown(error) };
    return marked.includes(index) ? each : escapedData(each);
  });
  return { output, isMessage: true };
}

/** The error for the machine that works on the list. Its `cause` is the failure that was one too many. */
function errorOf({ failures, count, tolerated }: ListInWork): TaskError {
  const shown = failures.slice(0, errorsShown).map(({ index, error }) => itemFailure(index, error));
  const { errors, ...rest } = thresholdError(shown, count, tolerated, failures.length);
  const last = failures.at(-1);
  const cause = last && thrownAsJson(last.error);
  return { ...rest, errors: errors.map((error) => ({ ...error })), ...(cause !== undefined && { cause }) };
}

function isEvent(event: Json): event is Extract<MachineInput, { type: 'event' }>['event'] {
  return typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string';
}
