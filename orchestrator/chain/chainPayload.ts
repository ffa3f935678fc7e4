import type { TaskPayload } from '../contract/task.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import type { MachineLookup } from '../core/execution/model/machines.ts';
import type { OpenTask } from '../core/execution/model/openTask.ts';
import { taskPayloadOf } from '../dispatch/taskPayload.ts';
import { expiresAt, type TableLayout } from '../table/retention.ts';

export interface ChainPayloadOptions {
  readonly machines: MachineLookup;
  readonly tableName: string;
  readonly layout: TableLayout;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The payload of a task that a chain opens. Its input is a copy, as through Lambda: a promise that changes it changes nothing here. */
export function chainPayload(
  execution: Execution,
  task: OpenTask,
  { machines, tableName, layout, now }: ChainPayloadOptions,
): TaskPayload | undefined {
  const machine = machines.find(execution.machine, execution.machineVersion);
  if (!machine) return undefined;
  const { traceparent } = execution;
  const payload = taskPayloadOf({
    execution,
    task,
    machine,
    source: machine.taskSourceOf(task.worker),
    input: JSON.parse(JSON.stringify(task.input ?? null)),
    tableName,
    expiresAt: expiresAt(layout, now()),
  });
  return traceparent === undefined ? payload : { ...payload, traceparent };
}

/** Whether an attempt is of the same task: of the same worker, by the same input. Two tasks may have had one number. */
export function isSameTask(a: TaskPayload | undefined, b: TaskPayload): boolean {
  return a?.worker === b.worker && JSON.stringify(a.input) === JSON.stringify(b.input);
}
