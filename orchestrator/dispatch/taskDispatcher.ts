import type { TaskPayload } from '../contract/task.ts';
import type { Json } from '../core/data/json.ts';
import { namedThrown, type TaskError } from '../core/data/thrown.ts';
import { openTasks } from '../core/execution/lists/runningList.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import type { LoadMachine, MachineLookup } from '../core/execution/model/machines.ts';
import { type OpenTask, taskKey } from '../core/execution/model/openTask.ts';
import { handedOverAt } from '../core/execution/tasks/tasks.ts';
import type { PreparedMachine } from '../core/machine/index.ts';
import type { TaskSource } from '../core/machine/sources.ts';
import { activityNotFound } from '../core/policy/activityName.ts';
import { nobody, type Observer, subjectOf } from '../observability/activity.ts';
import type { Reporter } from '../observability/report.ts';
import { taskSpan } from '../observability/spans.ts';
import { noTracing, type Tracing } from '../observability/tracing.ts';
import { isStoredDataError, StoredJson } from '../store/storedJson.ts';
import { isoTime } from '../table/executionItem.ts';
import { expiresAt, type TableLayout } from '../table/retention.ts';
import type { Table } from '../table/table.ts';
import { cancelWork } from './cancelWork.ts';
import { chainPayloads, isChainTask, mayChain } from './chainTasks.ts';
import { DispatchMemory, type DispatchOutcome, type FunctionInvoker } from './dispatch.ts';
import { lambdaEvent } from './lambdaEvent.ts';
import { ListItems } from './listItems.ts';
import { mayNudge } from './mayNudge.ts';
import { taskPayloadOf } from './taskPayload.ts';

export interface TaskDispatcherOptions {
  readonly invoker: FunctionInvoker;
  readonly machines: MachineLookup;
  /** Gets a machine whose definition is in the table. @default all machines are deployed */
  readonly loadMachine?: LoadMachine;
  /**
   * Whether the activities of a machine are those that were created through the API of Step Functions, so that a task for another
   * one fails. @default activities need no creation
   */
  readonly namesActivities?: (machine: string, version: string | undefined) => boolean;
  readonly table: Table;
  /** Where pages of files are. @default nowhere */
  readonly data?: StoredJson;
  readonly tableName: string;
  readonly layout: TableLayout;
  readonly functionNames: FunctionNames;
  readonly report: Reporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /**
   * Whether the worker host may take steps of machines that do not say so themselves. @default no host takes any, whatever
   * the machines say
   */
  readonly chain?: {
    readonly isDefault: boolean;
    /** Whether it may keep small results in the log. @default false */
    readonly inlines?: boolean;
  };
  /**
   * Whether workers invoke the orchestrator with their results where neither the worker nor the machine says so. @default no
   * worker does, whatever they say
   */
  readonly nudge?: { readonly isDefault: boolean };
  /** @default none */
  readonly observe?: Observer;
  /** @default trace contexts are handed on, and nothing is recorded */
  readonly tracing?: Tracing;
}

export interface FunctionNames {
  /** Name of a worker's own function. */
  worker(worker: string): string;
  /** Name of a function that knows nothing of Millrace, from the name by which machines call it. */
  lambda(functionName: string): string;
  /** Name of the function that runs `fromPromise` actors. */
  readonly workerHost: string;
  /** Name of the function that steps executions. */
  readonly orchestrator: string;
}

/** A task whose cause is met again is dispatched again while it is younger than this. */
const redispatchWithinMs = 60_000;

/** Hands tasks to their functions, after the commit that opened them. */
export class TaskDispatcher {
  readonly lists: ListItems;
  readonly #options: TaskDispatcherOptions;
  readonly #memory = new DispatchMemory();

  constructor(options: TaskDispatcherOptions) {
    this.#options = options;
    this.lists = new ListItems(options.table, options.data);
  }

  /** Answers the tasks whose functions have no capacity now. Rejects when the table took no write. */
  async dispatch(execution: Execution, tasks: readonly OpenTask[]): Promise<OpenTask[]> {
    await this.#load(execution);
    const chained = this.#chainTasks(execution, tasks);
    const alone = tasks.filter((task) => !chained.includes(task));
    const [deferred, ...outcomes] = await Promise.all([
      this.#dispatchChain(execution, chained),
      ...alone.map((task) => this.#dispatchOne(execution, task)),
    ]);
    return tasks.filter((task) => deferred.includes(task) || outcomes[alone.indexOf(task)] === 'deferred');
  }

  /** Has workers cancel the work of tasks that nothing waits for any more. Never rejects. */
  cancel(execution: Execution, tasks: readonly OpenTask[]): Promise<void> {
    return cancelWork(execution, tasks, this.#options);
  }

  async #load({ machine, machineVersion }: Execution): Promise<void> {
    const { loadMachine } = this.#options;
    if (loadMachine) await loadMachine(machine, machineVersion);
  }

  #chainTasks(execution: Execution, tasks: readonly OpenTask[]): readonly OpenTask[] {
    const { machines, chain } = this.#options;
    const machine = chain && machines.find(execution.machine, execution.machineVersion);
    if (!machine || !mayChain(machine, execution, chain.isDefault)) return [];
    return tasks.filter((task) => isChainTask(machine, task));
  }

  /** Answers the tasks whose function has no capacity now. */
  async #dispatchChain(execution: Execution, tasks: readonly OpenTask[]): Promise<readonly OpenTask[]> {
    const machine = this.#options.machines.find(execution.machine, execution.machineVersion);
    if (!machine) return [];
    const payloads = tasks.map((task) =>
      this.#payload(execution, task, machine, machine.taskSourceOf(task.worker), task.input ?? null),
    );
    const deferred: OpenTask[] = [];
    for (const payload of chainPayloads(payloads, this.#options.chain?.inlines === true)) {
      const items = [payload, ...(payload.chain?.others ?? [])].map(({ item }) => item);
      const within = tasks.filter((task) => items.includes(taskKey(task)));
      const [first] = within;
      if (!first) continue;
      const outcome = await this.#handOver(execution, machine.taskSourceOf(first.worker), payload);
      for (const task of within) {
        if ((await this.#concluded(execution, task, outcome)) === 'deferred') deferred.push(task);
      }
    }
    return deferred;
  }

  /**
   * Dispatches open tasks of these causes again, unless this instance remembers having done so.
   *
   * @param olderThanMs leaves to others what they may be dispatching just now
   */
  async redispatch(
    execution: Execution,
    causes: readonly string[],
    now: number,
    olderThanMs: number,
  ): Promise<OpenTask[]> {
    await this.#load(execution);
    const machine = this.#options.machines.find(execution.machine, execution.machineVersion);
    if (!machine) return [];
    const lost = openTasks(execution).filter((task) => {
      if (!causes.includes(task.cause)) return false;
      const at = handedOverAt(task, machine.taskSourceOf(task.worker).policy);
      if (at === undefined) return false;
      const ageMs = now - at;
      // The clock of the instance that opened it may be ahead of this one's.
      const isOld = olderThanMs === 0 || ageMs >= olderThanMs;
      return isOld && ageMs < redispatchWithinMs && !this.#memory.has(execution, task);
    });
    const { observe = nobody } = this.#options;
    if (lost.length > 0) observe({ type: 'redispatched', execution, tasks: lost.length });
    return this.dispatch(execution, lost);
  }

  async #dispatchOne(execution: Execution, task: OpenTask): Promise<'done' | 'deferred'> {
    const { machines } = this.#options;
    const machine = machines.find(execution.machine, execution.machineVersion);
    // The commit just taken found it; without it the deadline decides.
    if (!machine) return 'done';
    const source = machine.taskSourceOf(task.worker);
    const input = await this.#inputOf(execution, task);
    if (input.type === 'failed') return this.#fail(execution, task, input.error);
    if (input.type === 'deferred') {
      this.#reportDeferred(execution, task, input.error);
      return 'deferred';
    }
    const { nudge, functionNames } = this.#options;
    const isNudged = nudge !== undefined && mayNudge(machine, source, task, nudge.isDefault);
    const alone = this.#payload(execution, task, machine, source, input.value);
    const payload = isNudged ? { ...alone, nudge: functionNames.orchestrator } : alone;
    return this.#concluded(execution, task, await this.#handOver(execution, source, payload));
  }

  #handOver(execution: Execution, source: TaskSource, payload: TaskPayload): Promise<DispatchOutcome> {
    const { tracing = noTracing } = this.#options;
    return tracing.span(
      taskSpan('producer', payload, execution.traceparent),
      async ({ traceparent, fail }) => {
        const traced = traceparent === undefined ? payload : withTrace(payload, traceparent);
        const answer = await this.#invoke(execution, source, traced);
        if (answer.type === 'deferred') fail({ name: 'Deferred', message: answer.error });
        else if (answer.type === 'failed') fail(namedThrown(answer.error));
        return answer;
      },
    );
  }

  async #concluded(
    execution: Execution,
    task: OpenTask,
    outcome: DispatchOutcome,
  ): Promise<'done' | 'deferred'> {
    switch (outcome.type) {
      case 'dispatched':
        this.#memory.add(execution, task);
        return 'done';
      case 'deferred':
        this.#reportDeferred(execution, task, outcome.error);
        return 'deferred';
      case 'failed':
        return this.#fail(execution, task, outcome.error);
    }
  }

  async #invoke(execution: Execution, source: TaskSource, payload: TaskPayload): Promise<DispatchOutcome> {
    const { invoker, functionNames, data = new StoredJson(undefined) } = this.#options;
    switch (source.kind) {
      case 'worker':
        return invoker.invoke(functionNames.worker(source.worker), payload);
      case 'lambda': {
        const event = await lambdaEvent(payload, data);
        if (event.type !== 'event') return event;
        return invoker.invoke(functionNames.lambda(source.functionName), payload, event.event);
      }
      case 'activity':
        return this.#enqueue(execution, source.activity, payload);
      default:
        return invoker.invoke(functionNames.workerHost, payload);
    }
  }

  /** Nothing is lost where it is in the queue already. */
  async #enqueue(
    { machine, machineVersion }: Execution,
    activity: string,
    { executionId, task, index, attempt, expiresAt }: TaskPayload,
  ): Promise<DispatchOutcome> {
    const { table, now, namesActivities } = this.#options;
    if (namesActivities?.(machine, machineVersion)) {
      const record = await table.registry.read({ kind: 'activity', name: activity });
      if (!record?.content) return { type: 'failed', error: noActivity(activity) };
    }
    const numbers = { task, attempt, ...(index !== undefined && { index }) };
    await table.attempts.enqueue({ executionId, ...numbers, activity, at: now() }, expiresAt);
    return { type: 'dispatched' };
  }

  #reportDeferred(execution: Execution, { worker }: OpenTask, error: string): void {
    this.#options.report({ type: 'dispatchFailed', ...subjectOf(execution), worker, error });
  }

  /** Written as the worker would have written it: the same journal, the same first-result-wins. */
  async #fail({ executionId, startedAt }: Execution, task: OpenTask, error: TaskError): Promise<'done'> {
    const at = isoTime(this.#options.now());
    const { task: number, index, attempt, worker } = task;
    await this.#options.table.journal.insertResult({
      executionId,
      task: number,
      ...(index !== undefined && { index }),
      attempt,
      worker,
      startedAt: at,
      endedAt: at,
      result: { status: 'FAILED', error },
    });
    this.#memory.add({ executionId, startedAt }, task);
    return 'done';
  }

  async #inputOf(
    { lists = [] }: Execution,
    task: OpenTask,
  ): Promise<
    | { type: 'input'; value: Json }
    | { type: 'deferred'; error: string }
    | { type: 'failed'; error: TaskError }
  > {
    const { index } = task;
    const list = index === undefined ? undefined : lists.find((each) => each.task === task.task);
    if (index === undefined || !list) return { type: 'input', value: task.input ?? null };
    try {
      const value = await this.lists.at(list.items, index);
      if (value !== undefined) return { type: 'input', value };
    } catch (error) {
      if (!isStoredDataError(error)) throw error;
      if (error.retryable) return { type: 'deferred', error: error.message };
    }
    const message = `Item ${index} of task ${task.task} is no longer available: its list has expired, or was deleted.`;
    return { type: 'failed', error: { name: 'States.ItemReaderFailed', message, retryable: false } };
  }

  #payload(
    execution: Execution,
    task: OpenTask,
    machine: PreparedMachine,
    source: TaskSource,
    input: Json,
  ): TaskPayload {
    const { layout, now, tableName } = this.#options;
    const expiry = expiresAt(layout, now());
    return taskPayloadOf({ execution, task, machine, source, input, tableName, expiresAt: expiry });
  }
}

/** All tasks of the invocation belong to the trace. */
function withTrace(payload: TaskPayload, traceparent: string): TaskPayload {
  const { chain } = payload;
  if (!chain) return { ...payload, traceparent };
  return {
    ...payload,
    traceparent,
    chain: { ...chain, others: chain.others.map((each) => ({ ...each, traceparent })) },
  };
}

function noActivity(activity: string): TaskError {
  const message = `There is no activity '${activity}': create it with CreateActivity.`;
  return { name: activityNotFound, message };
}
