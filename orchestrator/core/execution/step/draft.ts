import type { Json } from '../../data/json.ts';
import type { TaskError } from '../../data/thrown.ts';
import {
  type MachineFailure,
  type MachineInput,
  type MachineState,
  type MachineStep,
  nextTimerDueAt,
  type PreparedMachine,
  parseMachineState,
  runningChild,
  type StepAt,
  stepMachine,
} from '../../machine/index.ts';
import { storedTime } from '../../policy/time.ts';
import { removeChild, stopChildren, tellParent } from '../children/children.ts';
import { parentOf } from '../model/addresses.ts';
import type { Execution, ExecutionError, ExecutionStatus, Failed } from '../model/execution.ts';
import { errorOf, TaskMismatchError } from '../model/executionErrors.ts';
import { emptyLog } from '../model/log.ts';
import { DataUnavailableError, unfetchedSnapshot } from '../model/storedData.ts';
import { CommitDraft } from './commitDraft.ts';
import { dropHeldEvents, offerHeldEvents } from './heldEvents.ts';
import { takeEffects } from './machineEffects.ts';

/** Characters of an error's message, and of its stack: all that a worker's may have, where the state leaves room. */
const longestMessage = 32_768;
const longestStack = 4000;
const longestBesideLargeState = 4000;
const largeState = 100_000;

/** One execution while a commit is being prepared for it. Lives for one call of `advance`; nothing outside sees it. */
export class Draft extends CommitDraft {
  #state: MachineState | undefined;
  #toSettle: Outcome[] = [];
  #settledAtOnce = 0;
  #taking: Failed | undefined;
  #afterwards: Failed | undefined;
  /** What the machine failed with: its parent gets it whole. */
  #thrown: TaskError | undefined;
  /** What the machine ended with, errors in it marked, for its parent. */
  #markedOutput: Json | undefined;

  /** The draft of an execution's first commit. */
  static first(executionId: string, machine: string, clock: number): Draft {
    const now = storedTime(clock);
    return new Draft(
      {
        executionId,
        machine,
        status: 'RUNNING',
        version: 0,
        startedAt: now,
        updatedAt: now,
        tasks: [],
        log: emptyLog(now),
        logSegments: 0,
      },
      now,
    );
  }

  /**
   * Says which journal item is being applied, so that a failure can name it.
   * @param afterwards what is left of it once its step is taken: a held event may fail the machine then
   */
  taking(item: Failed | undefined, afterwards?: Failed): void {
    this.#taking = item;
    this.#afterwards = afterwards;
  }

  /** Takes one step of the machine, and those for what it held. Answers why it ignored the input, if it did. */
  step(machine: PreparedMachine, input: MachineInput, cause: string): Ignored | undefined {
    const ignored = this.stepOnce(machine, input, cause);
    if (ignored === undefined) this.#offerHeldEvents(machine, cause);
    return ignored;
  }

  #offerHeldEvents(machine: PreparedMachine, cause: string): void {
    if (this.ended || !this.execution.held) return;
    this.taking(this.#afterwards);
    offerHeldEvents(this, machine, cause);
  }

  /** When and where the machine's steps are taken. */
  get stepAt(): StepAt {
    const { executionId } = this.execution;
    const parent = parentOf(executionId);
    return { now: this.now, actor: { id: executionId, ...(parent === undefined ? {} : { parent }) } };
  }

  /** One step and what follows from it at once: all of it, or, where the machine fails in it, nothing. */
  stepOnce(machine: PreparedMachine, input: MachineInput, cause: string): Ignored | undefined {
    const step = stepMachine(machine, this.execution.snapshot, input, this.stepAt);
    if (step.type === 'ignored') return step.reason;
    if (step.failure) {
      // The state and the tasks of before the failure stay, so that a redrive can go on from them.
      takeEffects(
        this,
        step.effects.filter((effect) => effect.type !== 'startTask'),
        machine,
        cause,
        true,
      );
      const isTask = isOfTask(step.failure) && input.type === 'taskFailed';
      const failed = isTask ? { task: input.task } : this.#taking;
      this.fail(errorOf(step.failure), failed, step.thrown);
      return undefined;
    }
    const before = this.#state;
    const undo = this.checkpoint();
    this.#state = step.state;
    this.set({ snapshot: step.stored, state: step.state.value });
    takeEffects(this, step.effects, machine, cause, false);
    if (!this.ended && step.state.status === 'done') {
      const { output } = step.state;
      this.#markedOutput = step.markedOutput;
      this.end('SUCCEEDED', output === undefined ? {} : { output });
      this.closeTasks();
    }
    this.#settleWaiting(machine, cause);
    const { status, error } = this.execution;
    if (status === 'FAILED' && error) {
      // What the step led to has failed. A redrive takes the whole once more.
      undo();
      this.#state = before;
      this.#toSettle = [];
      this.fail(error, this.#taking, this.#thrown);
    }
    return undefined;
  }

  /**
   * @param failed what a redrive begins with
   * @param thrown what the machine failed with, for its parent
   */
  fail(error: ExecutionError, failed: Failed | undefined = this.#taking, thrown?: TaskError): void {
    this.setOptional('failed', failed);
    const { message, stack, ...rest } = error;
    const isLarge = (this.execution.snapshot?.length ?? 0) > largeState;
    this.#thrown = thrown;
    this.end('FAILED', {
      error: {
        ...rest,
        message: message.slice(0, isLarge ? longestBesideLargeState : longestMessage),
        ...(stack !== undefined && { stack: stack.slice(0, longestStack) }),
      },
    });
  }

  /** @param isToldToParent whether the parent, if there is one, waits for the result */
  end(status: ExecutionStatus, result: Pick<Execution, 'output' | 'error'>, isToldToParent = true): void {
    this.clear('waiting');
    this.clear('error');
    this.set({ status, endedAt: this.now, ...result });
    this.dispatchNothing();
    stopChildren(this);
    if (isToldToParent) tellParent(this, { thrown: this.#thrown, output: this.#markedOutput });
    // What has failed can be redriven, and then has them still.
    if (status !== 'SUCCEEDED') return;
    dropHeldEvents(this);
    this.clear('failed');
  }

  /** A task that the machine starts has its outcome already: the machine gets it once its step is taken. */
  settleAtOnce(outcome: Outcome): void {
    this.#toSettle.push(outcome);
  }

  /**
   * Gives the machine the outcome of a task, which is then no longer open.
   * @param item of a list, the item whose outcome decided
   */
  settle(machine: PreparedMachine, input: Outcome, cause: string, item?: number): void {
    this.#settleOnce(machine, input, cause, item);
    this.#offerHeldEvents(machine, cause);
  }

  #settleOnce(machine: PreparedMachine, input: Outcome, cause: string, item?: number): void {
    const { tasks, fanOuts, children, received } = this.execution;
    this.removeTask(input.task);
    removeChild(this, input.task);
    const ignored = this.stepOnce(machine, input, cause);
    // A failed execution keeps the tasks of before, the failed one among them, for a redrive.
    if (this.execution.status === 'FAILED') {
      this.setTasks({ tasks, ...(fanOuts && { fanOuts }) });
      this.setOptional('children', children);
      this.setOptional('received', received);
      if (item !== undefined) this.set({ failed: { ...this.execution.failed, item } });
    }
    if (ignored) throw new TaskMismatchError(input.task, ignored);
  }

  /** Where the machine has failed by what is being taken: a redrive has nothing to repeat but that. */
  giveAgainAtRedrive(): void {
    const { status, failed } = this.execution;
    if (status === 'FAILED') this.set({ failed: { ...failed, ...this.#taking } });
  }

  get nextTimerAt(): number | undefined {
    const { snapshot } = this.execution;
    // Its timers are not known then, and a `wakeAt` without them would come too late.
    if (unfetchedSnapshot(this.execution) !== undefined) throw new DataUnavailableError(undefined);
    if (this.#state === undefined && snapshot !== undefined) this.#state = parseMachineState(snapshot);
    return this.#state && nextTimerDueAt(this.#state);
  }

  /** Bounded, because a machine may start an empty list over and over. */
  #settleWaiting(machine: PreparedMachine, cause: string): void {
    for (let outcome = this.#toSettle.shift(); outcome; outcome = this.#toSettle.shift()) {
      if (this.ended || !isStarted(this.#state, outcome.task)) continue;
      if (++this.#settledAtOnce > machine.chart.maxIterations) {
        const message = `It started ${this.#settledAtOnce} lists in a row that had nothing to wait for.`;
        this.fail({ code: 'EndlessLoop', name: 'EndlessLoopError', message });
        return;
      }
      this.#settleOnce(machine, outcome, cause);
    }
  }
}

/** Whether the failure is that of the task whose outcome the step was given, or what the machine made of that. */
function isOfTask({ code }: MachineFailure): boolean {
  return code === 'TaskFailed' || code === 'DeclaredFailure';
}

type Outcome = Extract<MachineInput, { type: 'taskSucceeded' | 'taskFailed' }>;
/** Why the machine ignored what it was given. */
type Ignored = Extract<MachineStep, { type: 'ignored' }>['reason'];

/** A task that was started and stopped by the same step is not waited for. */
function isStarted(state: MachineState | undefined, task: number): boolean {
  return state !== undefined && runningChild(state, task) !== undefined;
}
