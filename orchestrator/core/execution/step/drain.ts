import type { TaskError } from '../../data/thrown.ts';
import {
  type MachineFailure,
  type MachineInput,
  type MachineStep,
  type PreparedMachine,
  runningChildWithin,
  stepMachine,
} from '../../machine/index.ts';
import { partReport } from '../lists/listPart.ts';
import type { HeldEvent } from '../model/execution.ts';
import { errorOf, TaskMismatchError } from '../model/executionErrors.ts';
import type { LogVerdict } from '../model/log.ts';
import { tasksAfterEnd } from '../tasks/abandonedWork.ts';
import type { Draft } from './draft.ts';
import { endExecution, endFailed } from './ending.ts';
import { applied, type FollowUp, type Handled, isFollowUp } from './followUp.ts';
import { takeEffects } from './machineEffects.ts';
import type { Origin } from './origin.ts';

type Ignored = Extract<MachineStep, { type: 'ignored' }>['reason'];
type Settle = Extract<FollowUp, { type: 'settle' }>;

/**
 * Does what an entry, a timer or a redrive asks for, with all that follows from it. Answers what became of it.
 *
 * The machine's step, and the outcomes that it leads to at once, are one whole: where the machine fails within, none of it is
 * kept, and a redrive takes it once more. Held events are offered afterwards, each with its own whole.
 */
export function drain(
  draft: Draft,
  machine: PreparedMachine,
  followUp: FollowUp,
  origin: Origin,
): LogVerdict {
  const verdict = new Drain(draft, machine, origin).first(followUp);
  // A step that was taken may have come to a state that takes what was held.
  if (verdict.type === 'applied' && draft.execution.held) offerHeldEvents(draft, machine, origin);
  return verdict;
}

/** The verdict on an entry, or the data that it needs first. */
export type Concluded = LogVerdict | Extract<Handled, { type: 'needs' }>;

/** Does what handling an entry has answered, and says what is to be logged of it. */
export function conclude(
  draft: Draft,
  machine: PreparedMachine,
  handled: Handled,
  origin: Origin & Required<Pick<Origin, 'item'>>,
): Concluded {
  if (handled.type === 'needs') return handled;
  const verdict = isFollowUp(handled) ? drain(draft, machine, handled, origin) : handled;
  const { status, failed, error } = draft.execution;
  // An entry that the machine could not take is not taken: a redrive gives it to the machine again.
  const hasFailed = status === 'FAILED' && failed?.reference === origin.item.reference;
  return hasFailed && error ? { type: 'failed', code: error.code } : verdict;
}

/** Offers the held events in the order in which they came, until nothing more is taken. */
export function offerHeldEvents(draft: Draft, machine: PreparedMachine, { cause, rest }: Origin): void {
  const origin = { cause, ...(rest && { item: rest }) };
  for (let index = 0; !draft.ended; ) {
    const { held = [] } = draft.execution;
    const next = held[index];
    if (!next) return;
    const others = held.filter((other) => other !== next);
    draft.setOptional('held', others.length > 0 ? others : undefined);
    const ignored = new Drain(draft, machine, origin).step(offered(next, true));
    if (ignored === undefined && draft.execution.status !== 'FAILED') {
      draft.log('held', next.reference);
      index = 0;
    } else {
      // It is held still; after a failure, a redrive offers it again.
      draft.set({ held });
      index++;
    }
  }
}

class Drain {
  readonly #draft: Draft;
  readonly #machine: PreparedMachine;
  readonly #origin: Origin;
  readonly #queue: FollowUp[] = [];
  #settled = 0;
  /** The error that the machine failed with: its parent gets it whole. */
  #thrown: TaskError | undefined;

  constructor(draft: Draft, machine: PreparedMachine, origin: Origin) {
    this.#draft = draft;
    this.#machine = machine;
    this.#origin = origin;
  }

  first(followUp: FollowUp): LogVerdict {
    const draft = this.#draft;
    switch (followUp.type) {
      case 'step':
        return verdictOf(this.step(followUp.input));
      case 'offer':
        return this.#offer(followUp.held);
      case 'settle':
        this.#settle(followUp);
        return applied;
      case 'succeed':
        this.#succeed(followUp);
        return applied;
      case 'fail':
        endFailed(draft, followUp.error, this.#origin.item);
        return applied;
    }
  }

  /** A step and what follows from it: all of it, or, where the machine fails, nothing. Answers why the input was ignored. */
  step(input: MachineInput): Ignored | undefined {
    const draft = this.#draft;
    const undo = draft.checkpoint();
    const ignored = this.#takeStep(input);
    if (ignored !== undefined || this.#queue.length === 0) return ignored;
    for (let next = this.#queue.shift(); next && !draft.ended; next = this.#queue.shift()) this.#follow(next);
    const { status, error } = draft.execution;
    if (status !== 'FAILED' || !error) return undefined;
    undo();
    endFailed(draft, error, this.#origin.item, this.#thrown);
    return undefined;
  }

  /** Takes one step of the machine, and queues everything that it leads to. */
  #takeStep(input: MachineInput): Ignored | undefined {
    const draft = this.#draft;
    const step = stepMachine(this.#machine, draft.execution.snapshot, input, draft.stepAt);
    if (step.type === 'ignored') return step.reason;
    const { effects, edges, failure, state, stored, thrown, markedOutput } = step;
    if (failure) {
      // The state and the tasks of before the failure stay, so that a redrive can go on from them.
      const done = effects.filter(({ type }) => type !== 'startTask' && type !== 'stopTask');
      takeEffects(draft, done, this.#machine, this.#origin);
      const isTask = isOfTask(failure) && input.type === 'taskFailed';
      this.#thrown = thrown;
      endFailed(draft, errorOf(failure), isTask ? { task: input.task } : this.#origin.item, thrown);
      return undefined;
    }
    draft.setMachineState(state, stored);
    draft.taken.push(...edges);
    this.#queue.push(...takeEffects(draft, effects, this.#machine, this.#origin));
    if (state.status === 'done') {
      const { output } = state;
      this.#queue.push({ type: 'succeed', markedOutput, ...(output === undefined ? {} : { output }) });
    }
    return undefined;
  }

  /** Follows the results of a step, within its whole. */
  #follow(followUp: FollowUp): void {
    switch (followUp.type) {
      case 'step':
        this.#takeStep(followUp.input);
        return;
      case 'offer':
        this.#takeStep(offered(followUp.held, false));
        return;
      case 'settle':
        this.#settleAtOnce(followUp);
        return;
      case 'succeed':
        this.#succeed(followUp);
        return;
      case 'fail':
        endFailed(this.#draft, followUp.error, this.#origin.item);
    }
  }

  /** A task that has its outcome when it starts. Bounded, because a machine may start an empty list over and over. */
  #settleAtOnce({ outcome }: Settle): void {
    const draft = this.#draft;
    // A task that was started and stopped by the same step is not waited for.
    const { machineState } = draft;
    if (!machineState || !runningChildWithin(machineState, outcome.task)) return;
    if (++this.#settled > this.#machine.chart.maxIterations) {
      const message = `It started ${this.#settled} lists in a row that had nothing to wait for.`;
      endFailed(draft, { code: 'EndlessLoop', name: 'EndlessLoopError', message }, this.#origin.item);
      return;
    }
    draft.close(outcome.task);
    const ignored = this.#takeStep(outcome);
    if (ignored) throw new TaskMismatchError(outcome.task, ignored);
  }

  #settle({ outcome, item, isGivenAgain }: Settle): void {
    const draft = this.#draft;
    const { tasks, lists, children, received } = draft.execution;
    draft.close(outcome.task);
    const ignored = this.step(outcome);
    if (draft.execution.status === 'FAILED') {
      // It keeps the tasks of before, the failed one among them, for a redrive.
      draft.setTasks({ tasks: tasksAfterEnd(draft, tasks), ...(lists && { lists }) });
      draft.setOptional('children', children);
      draft.setOptional('received', received);
      const { failed } = draft.execution;
      if (item !== undefined) draft.set({ failed: { ...failed, item } });
      if (isGivenAgain) draft.set({ failed: { ...failed, ...this.#origin.item } });
    }
    if (ignored) throw new TaskMismatchError(outcome.task, ignored);
  }

  #offer(held: HeldEvent): LogVerdict {
    const draft = this.#draft;
    const { heldEvents } = this.#machine;
    const ignored = this.step(offered(held, heldEvents !== undefined));
    if (ignored !== 'NotTaken') return verdictOf(ignored);
    const { held: others = [] } = draft.execution;
    if (others.length >= (heldEvents?.maximum ?? 0)) return { type: 'ignored', reason: 'HeldEventsFull' };
    draft.set({ held: [...others, held] });
    return { type: 'held' };
  }

  #succeed({ output, markedOutput }: Extract<FollowUp, { type: 'succeed' }>): void {
    const result = output === undefined ? {} : { output };
    const told = this.#machine.listsOf === undefined ? markedOutput : partReport(output);
    endExecution(this.#draft, 'SUCCEEDED', result, { output: told });
    this.#draft.closeTasks();
  }
}

/** Whether the failure is that of the task whose outcome the step was given, or what the machine made of that. */
function isOfTask({ code }: MachineFailure): boolean {
  return code === 'TaskFailed' || code === 'DeclaredFailure';
}

function offered({ event, isMessage }: HeldEvent, onlyIfTaken: boolean): MachineInput {
  return { type: 'event', event, onlyIfTaken, isMessage: isMessage === true };
}

function verdictOf(ignored: Ignored | undefined): LogVerdict {
  if (ignored === undefined) return applied;
  // Only what is offered can be not taken, and that is held.
  return { type: 'ignored', reason: ignored === 'NotTaken' ? 'NothingDue' : ignored };
}
