import type { TaskPayload } from '../workers/contract.ts';
import { type Execution, type OpenTask, taskKey } from './core/execution/execution.ts';
import type { MachineLookup } from './core/execution/machines.ts';
import { DispatchMemory, type FunctionInvoker } from './dispatch.ts';
import type { Reporter } from './report.ts';
import { expiresAt, isoTime, type TableLayout } from './table/executionItem.ts';
import type { Table } from './table/table.ts';

export interface TaskDispatcherOptions {
  readonly invoker: FunctionInvoker;
  readonly machines: MachineLookup;
  readonly table: Table;
  readonly tableName: string;
  readonly layout: TableLayout;
  readonly functionNames: FunctionNames;
  readonly report: Reporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface FunctionNames {
  /** Of a worker's own function. */
  worker(worker: string): string;
  /** Of the function that runs `fromPromise` actors. */
  readonly workerHost: string;
}

/** A task whose cause is met again is dispatched again while it is younger than this. */
const redispatchWithinMs = 60_000;

/** Hands tasks to their functions, after the commit that opened them. */
export class TaskDispatcher {
  readonly #options: TaskDispatcherOptions;
  readonly #memory = new DispatchMemory();

  constructor(options: TaskDispatcherOptions) {
    this.#options = options;
  }

  /** Answers the tasks whose functions have no capacity now. Rejects when the table took no write. */
  async dispatch(execution: Execution, tasks: readonly OpenTask[]): Promise<OpenTask[]> {
    const outcomes = await Promise.all(tasks.map((task) => this.#dispatchOne(execution, task)));
    return tasks.filter((_, i) => outcomes[i] === 'deferred');
  }

  /** Dispatches open tasks of these causes again, unless this instance remembers having done so. */
  async redispatch(execution: Execution, causes: readonly string[], now: number): Promise<OpenTask[]> {
    const machine = this.#options.machines.find(execution.machine, execution.machineVersion);
    if (!machine) return [];
    const lost = execution.tasks.filter((task) => {
      if (task.deadline === undefined || !causes.includes(task.cause)) return false;
      const dispatchedAt = task.deadline - machine.taskSourceOf(task.worker).policy.timeoutMs;
      return now - dispatchedAt < redispatchWithinMs && !this.#memory.has(execution, task);
    });
    return this.dispatch(execution, lost);
  }

  async #dispatchOne(execution: Execution, task: OpenTask): Promise<'done' | 'deferred'> {
    const { invoker, machines, functionNames, report } = this.#options;
    const machine = machines.find(execution.machine, execution.machineVersion);
    // The commit just taken found it; without it the deadline decides.
    if (!machine) return 'done';
    const source = machine.taskSourceOf(task.worker);
    const functionName =
      source.kind === 'worker' ? functionNames.worker(source.worker) : functionNames.workerHost;
    const payload = this.#payload(execution, task, source.kind === 'worker' ? source.worker : task.worker);
    const outcome = await invoker.invoke(functionName, payload);
    switch (outcome.type) {
      case 'dispatched':
        this.#memory.add(execution, task);
        return 'done';
      case 'deferred':
        report({
          type: 'dispatchFailed',
          executionId: execution.executionId,
          worker: task.worker,
          error: outcome.error,
        });
        return 'deferred';
      case 'failed': {
        // Written as the worker would have written it: the same journal, the same first-result-wins.
        const at = isoTime(this.#options.now());
        await this.#options.table.insertResult({
          executionId: execution.executionId,
          task: task.task,
          attempt: task.attempt,
          worker: task.worker,
          startedAt: at,
          endedAt: at,
          result: { status: 'FAILED', error: outcome.error },
        });
        this.#memory.add(execution, task);
        return 'done';
      }
    }
  }

  #payload(execution: Execution, task: OpenTask, worker: string): TaskPayload {
    const { executionId, machine, machineVersion = '' } = execution;
    const expiry = expiresAt(this.#options.layout, this.#options.now());
    // The task of an effect was made before the commit put its input into the store.
    const inputAt = task.inputAt ?? execution.tasks.find((open) => open.task === task.task)?.inputAt;
    return {
      table: this.#options.tableName,
      executionId,
      item: taskKey(task),
      task: task.task,
      attempt: task.attempt,
      worker,
      machine,
      machineVersion,
      deadline: isoTime(task.deadline ?? this.#options.now()),
      idempotencyKey: `${executionId}#${task.task}`,
      ...(expiry !== undefined && { expiresAt: expiry }),
      ...(inputAt === undefined ? { input: task.input ?? null } : { input: null, inputAt }),
    };
  }
}
