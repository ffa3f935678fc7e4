import type { Json } from '../../data/json.ts';
import { hostsList, type MachineState, parseMachineState, type StepAt } from '../../machine/index.ts';
import type { ItemList, ItemsAddress } from '../../policy/itemPages.ts';
import type { ResolvedTaskPolicy } from '../../policy/taskPolicy.ts';
import { storedTime } from '../../policy/time.ts';
import type { Said } from '../children/messages.ts';
import { type KnownPages, PageNeeded, pageAt, pageName } from '../lists/listItems.ts';
import { openTasks, type RunningList, withOpenTasks } from '../lists/runningList.ts';
import { childId, parentOf } from '../model/addresses.ts';
import type { Emission } from '../model/emission.ts';
import { type Execution, hasEnded } from '../model/execution.ts';
import { appendToLog, isJournalKind, type LogEntry, type LogVerdict, parseLog } from '../model/log.ts';
import { type LogLengths, splitLog, withoutWord } from '../model/logCut.ts';
import { type AttemptNumbers, type OpenTask, taskId } from '../model/openTask.ts';
import { handedOver } from '../tasks/tasks.ts';
import type { Advance, ExecutionEffect, LogSegment } from './advance.types.ts';
import type { Origin } from './origin.ts';

/**
 * One execution while a commit is being prepared for it: what the commit is to write, and nothing of why. It lives for one
 * call of `advance`, and calls none of those that change it.
 */
export class Draft {
  readonly now: number;
  readonly effects: Exclude<ExecutionEffect, { type: 'dispatch' }>[] = [];
  /** The emissions that the commit sends to the bus. */
  readonly emitted: Emission[] = [];
  readonly segment: LogSegment | undefined;
  /** To be written before the commit. */
  readonly itemLists: ItemList[] = [];
  /** Ids of the transitions that the machine took. */
  readonly taken: string[] = [];
  /** For other executions, within the commit. */
  readonly said: Said[] = [];
  /** Tasks with work outside that were opened for this commit, be they open still or not. */
  readonly openedWork: OpenTask[] = [];
  /** Keys of the attempts whose results this commit takes. */
  readonly answered = new Set<string>();
  readonly #before: Execution;
  readonly #pages: KnownPages | undefined;
  #execution: Execution;
  #loggedAt: number;
  #verdicts: Map<string, LogVerdict> | undefined;
  #toDispatch = new Set<string>();
  #state: MachineState | undefined;

  /** @param pages pages of lists that were read for the step */
  constructor(execution: Execution, now: number, pages?: KnownPages, lengths?: LogLengths) {
    this.#pages = pages;
    const split = splitLog(execution.log, lengths);
    // Clocks of two orchestrators differ by a little; an execution's own time never runs backwards.
    this.now = Math.max(storedTime(now), execution.updatedAt);
    this.segment = split && { number: execution.logSegments, text: split.segment };
    this.#execution = split
      ? { ...execution, log: split.rest, logSegments: execution.logSegments + 1 }
      : execution;
    this.#before = this.#execution;
    this.#loggedAt = execution.updatedAt;
    if (execution.version === 0) this.emitted.push({ status: execution.status });
  }

  /** The execution as the last commit left it. */
  get before(): Execution {
    return this.#before;
  }

  get execution(): Execution {
    return this.#execution;
  }

  /** Whether there is anything to commit. A long log alone is not a reason. */
  get changed(): boolean {
    return this.#execution !== this.#before;
  }

  get ended(): boolean {
    return hasEnded(this.#execution.status);
  }

  /** When and where the machine's steps are taken. */
  get stepAt(): StepAt {
    const { executionId, redrives } = this.#execution;
    const parent = parentOf(executionId);
    return {
      now: this.now,
      actor: { id: executionId, ...(parent === undefined ? {} : { parent }) },
      pageOfItem: (items, index) => this.#pageOfItem(items, index),
      ...(redrives && { redrives }),
    };
  }

  /** Absent before the first step. Known only where the execution has its state. */
  get machineState(): MachineState | undefined {
    const { snapshot } = this.#execution;
    if (this.#state === undefined && snapshot !== undefined) this.#state = parseMachineState(snapshot);
    return this.#state;
  }

  /** @param stored what the state is, serialized */
  setMachineState(state: MachineState, stored: string): void {
    this.set({ snapshot: stored, state: state.value });
    this.#state = state;
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

  log(
    kind: LogEntry['kind'],
    reference: string,
    verdict: LogEntry['verdict'] = { type: 'applied' },
    inlined?: string,
  ): void {
    const entry = { kind, reference, at: this.now, verdict, ...(inlined !== undefined && { inlined }) };
    const before = withoutWord(this.#execution.log);
    this.set({ log: appendToLog(before, this.#loggedAt, entry), updatedAt: this.now });
    this.#loggedAt = this.now;
    if (this.#verdicts && isJournalKind(kind)) this.#verdicts.set(reference, verdict);
  }

  /** Whether the part of the log that is in the item, and this commit, name the journal item. */
  hasLogged(reference: string): boolean {
    return this.lastVerdict(reference) !== undefined;
  }

  /** The last verdict on the journal item in that part of the log. */
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
    const open = index === undefined ? this.#execution.tasks : (this.list(task)?.open ?? []);
    return open.find((each) => each.task === task && each.index === index && each.attempt === attempt);
  }

  list(task: number): RunningList | undefined {
    return this.#execution.lists?.find((list) => list.task === task);
  }

  addList(list: RunningList): void {
    this.set({ lists: [...(this.#execution.lists ?? []), list] });
  }

  replaceList(list: RunningList): void {
    const lists = this.#execution.lists ?? [];
    this.set({ lists: lists.map((other) => (other.task === list.task ? list : other)) });
  }

  replaceTask(task: OpenTask): void {
    const id = taskId(task);
    this.set(withOpenTasks(this.#execution, (other) => (taskId(other) === id ? task : other)));
  }

  /** A task or child that has its outcome. */
  close(task: number): void {
    this.removeTask(task);
    this.removeChild(task);
  }

  /** The child gets no message: it has ended, or has one already. */
  removeChild(task: number): void {
    const { executionId, children, received = {} } = this.#execution;
    if (!children) return;
    const others = children.filter((child) => child.task !== task);
    const { [childId(executionId, task)]: _, ...rest } = received;
    this.setOptional('children', others.length > 0 ? others : undefined);
    this.setOptional('received', Object.keys(rest).length > 0 ? rest : undefined);
  }

  removeTask(task: number): void {
    const { tasks, lists = [] } = this.#execution;
    this.setTasks({
      tasks: tasks.filter((other) => other.task !== task),
      lists: lists.filter((other) => other.task !== task),
    });
  }

  closeTasks(): void {
    this.setTasks({ tasks: [] });
  }

  setTasks({ tasks, lists }: Pick<Execution, 'tasks' | 'lists'>): void {
    const { lists: _, ...rest } = this.#execution;
    this.#execution = { ...rest, tasks, ...(lists && lists.length > 0 && { lists }) };
  }

  openTask(task: OpenTask, policy: ResolvedTaskPolicy, { cause }: Origin): void {
    this.#toDispatch.add(taskId(task));
    if (task.work !== undefined) this.openedWork.push(task);
    this.set({ tasks: [...this.#execution.tasks, handedOver(task, policy, cause, this.now)] });
  }

  /** Starts an attempt: its deadline runs from now on, and it is dispatched after the commit. */
  dispatch(task: OpenTask, policy: ResolvedTaskPolicy, { cause }: Origin): void {
    this.dispatchAll([task], policy, { cause });
  }

  dispatchAll(tasks: readonly OpenTask[], policy: ResolvedTaskPolicy, { cause }: Origin): void {
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

  /** The parts of the commit: the execution in its next version, and everything that goes with it. */
  committed(wakeAt: number | undefined): Committed {
    const { wakeAt: _, ...rest } = this.#execution;
    return {
      execution: { ...rest, version: rest.version + 1, ...(wakeAt === undefined ? {} : { wakeAt }) },
      effects: this.#allEffects(),
      emitted: this.emitted,
      taken: this.taken,
      segment: this.segment,
      itemLists: this.itemLists.filter(({ task }) => this.#worksOn(task)),
    };
  }

  #worksOn(task: number): boolean {
    const { machineState } = this;
    return this.list(task) !== undefined || (machineState !== undefined && hostsList(machineState, task));
  }

  /** @throws PageNeeded */
  #pageOfItem(items: ItemsAddress, index: number): readonly Json[] {
    const address = pageAt(items, index);
    const written = this.itemLists.find(({ task, hash }) => task === items.task && hash === items.hash);
    const page = written?.pages[address.page] ?? this.#pages?.get(pageName(address));
    if (!page) throw new PageNeeded(address);
    return page;
  }

  /** The effects of the whole commit: tasks that were stopped again by a later entry are not dispatched. */
  #allEffects(): ExecutionEffect[] {
    if (this.#toDispatch.size === 0) return this.effects;
    const tasks = openTasks(this.#execution).filter(
      (task) => this.#toDispatch.has(taskId(task)) && task.dispatchAt === undefined,
    );
    return [...this.effects, ...tasks.map((task) => ({ type: 'dispatch' as const, task }))];
  }

  /** Answers what takes back all that is drafted from here on. */
  checkpoint(): () => void {
    const execution = this.#execution;
    const state = this.#state;
    const loggedAt = this.#loggedAt;
    const toDispatch = this.#toDispatch.size === 0 ? undefined : new Set(this.#toDispatch);
    const { effects, emitted, itemLists, said, taken, openedWork } = this;
    const lists = [effects, emitted, itemLists, said, taken, openedWork] as const;
    const lengths = lists.map(({ length }) => length);
    return () => {
      this.#execution = execution;
      this.#state = state;
      this.#loggedAt = loggedAt;
      this.#verdicts = undefined;
      this.#toDispatch = toDispatch ?? new Set();
      for (const [place, list] of lists.entries()) list.length = lengths[place] ?? 0;
    };
  }
}

type Committed = Pick<
  Extract<Advance, { type: 'commit' }>,
  'execution' | 'effects' | 'emitted' | 'taken' | 'segment' | 'itemLists'
>;

type OptionalKey = {
  [Key in keyof Execution]-?: undefined extends Execution[Key] ? Key : never;
}[keyof Execution];
