import {
  type MachineEffect,
  type MachineInput,
  type MachineState,
  type MachineStep,
  nextTimerDueAt,
  type PreparedMachine,
  parseMachineState,
  type StepAt,
  stepMachine,
} from '../machine/index.ts';
import type { ResolvedTaskPolicy } from '../taskPolicy.ts';
import { parentOf } from './addresses.ts';
import { removeChild, stopChildren, tellParent } from './children.ts';
import type { Emission } from './emission.ts';
import type {
  AttemptNumbers,
  Execution,
  ExecutionError,
  ExecutionStatus,
  Failed,
  OpenTask,
} from './execution.ts';
import { hasEnded, taskId } from './execution.ts';
import { errorOf, TaskMismatchError } from './executionErrors.ts';
import { type FanOut, openTasks, withOpenTasks } from './fanOut.ts';
import { dropHeldEvents, offerHeldEvents } from './heldEvents.ts';
import type { ItemList } from './itemList.ts';
import type { ItemResults } from './listOutcome.ts';
import {
  appendToLog,
  emptyLog,
  isJournalKind,
  type LogEntry,
  type LogVerdict,
  parseLog,
  splitLog,
} from './log.ts';
import { takeEffects } from './machineEffects.ts';
import { Outgoing } from './messages.ts';
import { DataUnavailableError, unfetchedSnapshot } from './storedData.ts';
import { handedOver } from './tasks.ts';

/** What is to be done after the commit, in this order. Exhaustive: whoever executes effects switches over `type`. */
export type ExecutionEffect =
  | { readonly type: 'dispatch'; readonly task: OpenTask }
  | Extract<MachineEffect, { type: 'action' | 'log' }>;

export interface LogSegment {
  readonly number: number;
  readonly text: string;
}

/** Of an error's message and stack, so that a failure fits where the state of before fitted. */
const longestText = 4000;

/** One execution while a commit is being prepared for it. Lives for one call of `advance`; nothing outside sees it. */
export class Draft {
  readonly now: number;
  readonly effects: Exclude<ExecutionEffect, { type: 'dispatch' }>[] = [];
  /** What the commit tells the bus. */
  readonly emitted: Emission[] = [];
  readonly segment: LogSegment | undefined;
  /** To be written before the commit. */
  readonly itemLists: ItemList[] = [];
  /** By task: what is known of the results of lists that may be done with this commit. */
  itemResults: ReadonlyMap<number, ItemResults> = new Map();
  /** For other executions, within the commit. */
  readonly outgoing: Outgoing;
  readonly #before: Execution;
  #execution: Execution;
  #state: MachineState | undefined;
  #loggedAt: number;
  #verdicts: Map<string, LogVerdict> | undefined;
  #toDispatch = new Set<string>();
  #toSettle: Outcome[] = [];
  #settledAtOnce = 0;
  #taking: Failed | undefined;
  #afterwards: Failed | undefined;

  constructor(execution: Execution, now: number) {
    const split = splitLog(execution.log);
    // Clocks of two orchestrators differ by a little; an execution's own time never runs backwards.
    this.now = Math.max(now, execution.updatedAt);
    this.segment = split && { number: execution.logSegments, text: split.segment };
    this.#execution = split
      ? { ...execution, log: split.rest, logSegments: execution.logSegments + 1 }
      : execution;
    this.#before = this.#execution;
    this.#loggedAt = execution.updatedAt;
    if (execution.version === 0) this.emitted.push({ status: execution.status });
    this.outgoing = new Outgoing(execution.executionId);
  }

  /** The draft of an execution's first commit. */
  static first(executionId: string, machine: string, now: number): Draft {
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

  get execution(): Execution {
    return this.#execution;
  }

  /** Whether there is anything to commit. A long log alone is no reason. */
  get changed(): boolean {
    return this.#execution !== this.#before;
  }

  get ended(): boolean {
    return hasEnded(this.#execution.status);
  }

  set(change: Partial<Execution>): void {
    const { status } = change;
    if (status !== undefined && status !== this.#execution.status) this.emitted.push({ status });
    this.#execution = { ...this.#execution, ...change };
  }

  /** Removes what is optional in an execution. */
  clear(key: OptionalKey): void {
    if (this.#execution[key] === undefined) return;
    const { [key]: _, ...rest } = this.#execution;
    this.#execution = rest;
  }

  setOptional<Key extends OptionalKey>(key: Key, value: Execution[Key] | undefined): void {
    if (value === undefined) this.clear(key);
    else this.set({ [key]: value });
  }

  log(kind: LogEntry['kind'], reference: string, verdict: LogEntry['verdict'] = { type: 'applied' }): void {
    const entry = { kind, reference, at: this.now, verdict };
    this.set({ log: appendToLog(this.#execution.log, this.#loggedAt, entry), updatedAt: this.now });
    this.#loggedAt = this.now;
    if (isJournalKind(kind)) this.#verdicts?.set(reference, verdict);
  }

  /** Whether the part of the log that is in the item, and this commit, name the journal item. */
  hasLogged(reference: string): boolean {
    return this.lastVerdict(reference) !== undefined;
  }

  /** What that part of the log says last of the journal item. */
  lastVerdict(reference: string): LogVerdict | undefined {
    this.#verdicts ??= new Map(
      [...(this.segment ? parseLog(this.segment.text) : []), ...parseLog(this.#execution.log)]
        .filter(({ kind }) => isJournalKind(kind))
        .map((entry) => [entry.reference, entry.verdict]),
    );
    return this.#verdicts.get(reference);
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
    if (this.ended || !this.#execution.held) return;
    this.taking(this.#afterwards);
    offerHeldEvents(this, machine, cause);
  }

  /** When and where the machine's steps are taken. */
  get stepAt(): StepAt {
    const { executionId } = this.#execution;
    const parent = parentOf(executionId);
    return { now: this.now, actor: { id: executionId, ...(parent === undefined ? {} : { parent }) } };
  }

  /** One step and what follows from it at once: all of it, or, where the machine fails in it, nothing. */
  stepOnce(machine: PreparedMachine, input: MachineInput, cause: string): Ignored | undefined {
    const step = stepMachine(machine, this.#execution.snapshot, input, this.stepAt);
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
      const isTask = step.failure.code === 'TaskFailed' && input.type === 'taskFailed';
      this.fail(errorOf(step.failure), isTask ? { task: input.task } : this.#taking);
      return undefined;
    }
    const undo = this.#checkpoint();
    this.#state = step.state;
    this.set({ snapshot: step.stored, state: step.state.value });
    takeEffects(this, step.effects, machine, cause, false);
    if (!this.ended && step.state.status === 'done') {
      const { output } = step.state;
      this.end('SUCCEEDED', output === undefined ? {} : { output });
      this.closeTasks();
    }
    this.#settleWaiting(machine, cause);
    const { status, error } = this.#execution;
    if (status === 'FAILED' && error) {
      // What the step led to has failed. A redrive takes the whole once more.
      undo();
      this.fail(error);
    }
    return undefined;
  }

  /** Answers what takes back all that is drafted from here on. */
  #checkpoint(): () => void {
    const state = this.#state;
    const execution = this.#execution;
    const loggedAt = this.#loggedAt;
    const toDispatch = this.#toDispatch.size === 0 ? undefined : new Set(this.#toDispatch);
    const lists = [this.effects, this.emitted, this.itemLists] as const;
    const lengths = lists.map(({ length }) => length);
    const undoOutgoing = this.outgoing.checkpoint();
    return () => {
      this.#state = state;
      this.#execution = execution;
      this.#loggedAt = loggedAt;
      this.#toDispatch = toDispatch ?? new Set();
      this.#toSettle = [];
      for (const [place, list] of lists.entries()) list.length = lengths[place] ?? 0;
      undoOutgoing();
    };
  }

  /** @param failed what a redrive begins with */
  fail(error: ExecutionError, failed: Failed | undefined = this.#taking): void {
    this.setOptional('failed', failed);
    const { message, stack, ...rest } = error;
    this.end('FAILED', {
      error: {
        ...rest,
        message: message.slice(0, longestText),
        ...(stack !== undefined && { stack: stack.slice(0, longestText) }),
      },
    });
  }

  /** @param isToldToParent whether the parent, if there is one, waits for the result */
  end(status: ExecutionStatus, result: Pick<Execution, 'output' | 'error'>, isToldToParent = true): void {
    this.clear('waiting');
    this.clear('error');
    this.set({ status, endedAt: this.now, ...result });
    this.#toDispatch.clear();
    stopChildren(this);
    if (isToldToParent) tellParent(this);
    // What has failed can be redriven, and then has them still.
    if (status !== 'SUCCEEDED') return;
    dropHeldEvents(this);
    this.clear('failed');
  }

  openAttempt(numbers: AttemptNumbers): OpenTask | undefined {
    if (this.ended) return undefined;
    const { task, index, attempt } = numbers;
    const open = index === undefined ? this.#execution.tasks : (this.fanOut(task)?.open ?? []);
    return open.find((each) => each.task === task && each.index === index && each.attempt === attempt);
  }

  fanOut(task: number): FanOut | undefined {
    return this.#execution.fanOuts?.find((fanOut) => fanOut.task === task);
  }

  addFanOut(fanOut: FanOut): void {
    this.set({ fanOuts: [...(this.#execution.fanOuts ?? []), fanOut] });
  }

  replaceFanOut(fanOut: FanOut): void {
    const fanOuts = this.#execution.fanOuts ?? [];
    this.set({ fanOuts: fanOuts.map((other) => (other.task === fanOut.task ? fanOut : other)) });
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
    const { tasks, fanOuts, children, received } = this.#execution;
    this.removeTask(input.task);
    removeChild(this, input.task);
    const ignored = this.stepOnce(machine, input, cause);
    // A failed execution keeps the tasks of before, the failed one among them, for a redrive.
    if (this.#execution.status === 'FAILED') {
      this.#setTasks({ tasks, ...(fanOuts && { fanOuts }) });
      this.setOptional('children', children);
      this.setOptional('received', received);
      if (item !== undefined) this.set({ failed: { ...this.#execution.failed, item } });
    }
    if (ignored) throw new TaskMismatchError(input.task, ignored);
  }

  /** Where the machine has failed by what is being taken: a redrive has nothing to repeat but that. */
  giveAgainAtRedrive(): void {
    const { status, failed } = this.#execution;
    if (status === 'FAILED') this.set({ failed: { ...failed, ...this.#taking } });
  }

  replaceTask(task: OpenTask): void {
    const id = taskId(task);
    this.set(withOpenTasks(this.#execution, (other) => (taskId(other) === id ? task : other)));
  }

  removeTask(task: number): void {
    const { tasks, fanOuts = [] } = this.#execution;
    this.#setTasks({
      tasks: tasks.filter((other) => other.task !== task),
      fanOuts: fanOuts.filter((other) => other.task !== task),
    });
  }

  closeTasks(): void {
    this.#setTasks({ tasks: [] });
  }

  #setTasks({ tasks, fanOuts }: Pick<Execution, 'tasks' | 'fanOuts'>): void {
    const { fanOuts: _, ...rest } = this.#execution;
    this.#execution = { ...rest, tasks, ...(fanOuts && fanOuts.length > 0 && { fanOuts }) };
  }

  /** Starts an attempt: its deadline runs from now on, and it is dispatched after the commit. */
  dispatch(task: OpenTask, policy: ResolvedTaskPolicy, cause: string): void {
    this.dispatchAll([task], policy, cause);
  }

  dispatchAll(tasks: readonly OpenTask[], policy: ResolvedTaskPolicy, cause: string): void {
    const ids = new Set(tasks.map(taskId));
    this.set(
      withOpenTasks(this.#execution, (task) =>
        ids.has(taskId(task)) ? handedOver(task, policy, cause, this.now) : task,
      ),
    );
    for (const id of ids) this.#toDispatch.add(id);
  }

  get nextTimerAt(): number | undefined {
    const { snapshot } = this.#execution;
    // Its timers are not known then, and a `wakeAt` without them would come too late.
    if (unfetchedSnapshot(this.#execution) !== undefined) throw new DataUnavailableError(undefined);
    if (this.#state === undefined && snapshot !== undefined) this.#state = parseMachineState(snapshot);
    return this.#state && nextTimerDueAt(this.#state);
  }

  /** The effects of the whole commit: tasks that were stopped again by a later entry are not dispatched. */
  allEffects(): ExecutionEffect[] {
    const tasks =
      this.#toDispatch.size === 0
        ? []
        : openTasks(this.#execution).filter(
            (task) => this.#toDispatch.has(taskId(task)) && task.dispatchAt === undefined,
          );
    return [...this.effects, ...tasks.map((task) => ({ type: 'dispatch' as const, task }))];
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

type Outcome = Extract<MachineInput, { type: 'taskSucceeded' | 'taskFailed' }>;
/** Why the machine ignored what it was given. */
type Ignored = Extract<MachineStep, { type: 'ignored' }>['reason'];

type OptionalKey =
  | 'waiting'
  | 'error'
  | 'output'
  | 'endedAt'
  | 'children'
  | 'sent'
  | 'received'
  | 'outbox'
  | 'held'
  | 'failed'
  | 'suspendedAt'
  | 'timeoutAt'
  | 'inputPatch';

/** A task that was started and stopped by the same step is not waited for. */
function isStarted(state: MachineState | undefined, task: number): boolean {
  const children = Object.values(state?.children ?? {});
  return children.some((child) => child.task === task && child.status === 'active');
}
