import type { TaskPayload } from '../contract/task.ts';
import type { Json } from '../core/data/json.ts';
import type { TaskError } from '../core/data/thrown.ts';
import { openTasks } from '../core/execution/lists/runningList.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import type { LoadMachine, MachineLookup } from '../core/execution/model/machines.ts';
import { type OpenTask, taskKey } from '../core/execution/model/openTask.ts';
import { handedOverAt } from '../core/execution/tasks/tasks.ts';
import type { PreparedMachine } from '../core/machine/index.ts';
import type { TaskSource } from '../core/machine/sources.ts';
import { nobody, type Observer, subjectOf } from '../observability/activity.ts';
import type { Reporter } from '../observability/report.ts';
import { isStoredDataError } from '../store/storedJson.ts';
import { isoTime } from '../table/executionItem.ts';
import { expiresAt, type TableLayout } from '../table/retention.ts';
import type { Table } from '../table/table.ts';
import { cancelWork } from './cancelWork.ts';
import { chainPayloads, isChainTask, mayChain } from './chainTasks.ts';
import { DispatchMemory, type DispatchOutcome } from './dispatch.ts';
import { type HandOverOptions, handOver } from './handOver.ts';
import { ListItems } from './listItems.ts';
import { mayNudge } from './mayNudge.ts';
import { taskPayloadOf } from './taskPayload.ts';

export interface TaskDispatcherOptions extends HandOverOptions {
  readonly machines: MachineLookup;
  /** Gets a machine whose definition is in the table. @default all machines are deployed */
  readonly loadMachine?: LoadMachine;
  readonly table: Table;
  readonly tableName: string;
  readonly layout: TableLayout;
  readonly report: Reporter;
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
      const outcome = await handOver(execution, machine.taskSourceOf(first.worker), payload, this.#options);
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
    return this.#concluded(execution, task, await handOver(execution, source, payload, this.#options));
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
