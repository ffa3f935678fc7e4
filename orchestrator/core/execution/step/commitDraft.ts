import type { MachineEffect } from '../../machine/index.ts';
import type { ResolvedTaskPolicy } from '../../policy/taskPolicy.ts';
import { storedTime } from '../../policy/time.ts';
import { Outgoing } from '../children/messages.ts';
import { type FanOut, openTasks, withOpenTasks } from '../lists/fanOut.ts';
import type { ItemList } from '../lists/itemList.ts';
import type { ItemResults } from '../lists/listOutcome.ts';
import type { Emission } from '../model/emission.ts';
import type { AttemptNumbers, Execution, OpenTask } from '../model/execution.ts';
import { hasEnded, taskId } from '../model/execution.ts';
import {
  appendToLog,
  isJournalKind,
  type LogEntry,
  type LogVerdict,
  parseLog,
  splitLog,
} from '../model/log.ts';
import { handedOver } from '../tasks/tasks.ts';

/** What is to be done after the commit, in this order. Exhaustive: whoever executes effects switches over `type`. */
export type ExecutionEffect =
  | { readonly type: 'dispatch'; readonly task: OpenTask }
  | Extract<MachineEffect, { type: 'action' | 'log' }>;

export interface LogSegment {
  readonly number: number;
  readonly text: string;
}

/** What a commit is to write: the execution with its log and tasks, and what goes with it. It knows no machine. */
export class CommitDraft {
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
  #loggedAt: number;
  #verdicts: Map<string, LogVerdict> | undefined;
  #toDispatch = new Set<string>();

  constructor(execution: Execution, now: number) {
    const split = splitLog(execution.log);
    // Clocks of two orchestrators differ by a little; an execution's own time never runs backwards.
    this.now = Math.max(storedTime(now), execution.updatedAt);
    this.segment = split && { number: execution.logSegments, text: split.segment };
    this.#execution = split
      ? { ...execution, log: split.rest, logSegments: execution.logSegments + 1 }
      : execution;
    this.#before = this.#execution;
    this.#loggedAt = execution.updatedAt;
    if (execution.version === 0) this.emitted.push({ status: execution.status });
    this.outgoing = new Outgoing(execution.executionId);
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

  replaceTask(task: OpenTask): void {
    const id = taskId(task);
    this.set(withOpenTasks(this.#execution, (other) => (taskId(other) === id ? task : other)));
  }

  removeTask(task: number): void {
    const { tasks, fanOuts = [] } = this.#execution;
    this.setTasks({
      tasks: tasks.filter((other) => other.task !== task),
      fanOuts: fanOuts.filter((other) => other.task !== task),
    });
  }

  closeTasks(): void {
    this.setTasks({ tasks: [] });
  }

  setTasks({ tasks, fanOuts }: Pick<Execution, 'tasks' | 'fanOuts'>): void {
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

  /** Nothing that was to be dispatched is. */
  dispatchNothing(): void {
    this.#toDispatch.clear();
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

  /** Answers what takes back all that is drafted from here on. */
  checkpoint(): () => void {
    const execution = this.#execution;
    const loggedAt = this.#loggedAt;
    const toDispatch = this.#toDispatch.size === 0 ? undefined : new Set(this.#toDispatch);
    const lists = [this.effects, this.emitted, this.itemLists] as const;
    const lengths = lists.map(({ length }) => length);
    const undoOutgoing = this.outgoing.checkpoint();
    return () => {
      this.#execution = execution;
      this.#loggedAt = loggedAt;
      this.#toDispatch = toDispatch ?? new Set();
      for (const [place, list] of lists.entries()) list.length = lengths[place] ?? 0;
      undoOutgoing();
    };
  }
}

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
  | 'redriveNumber'
  | 'timeoutAt'
  | 'inputPatch';
