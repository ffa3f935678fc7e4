import type { TaskPayload } from '../contract/task.ts';
import { namedThrown } from '../core/data/thrown.ts';
import { type Execution, hasEnded } from '../core/execution/model/execution.ts';
import type { LoadMachine, MachineLookup } from '../core/execution/model/machines.ts';
import type { OpenTask } from '../core/execution/model/openTask.ts';
import { notHandedOver } from '../core/execution/tasks/tasks.ts';
import { subjectOf } from '../observability/activity.ts';
import { describeError, type Reporter } from '../observability/report.ts';
import { isoTime } from '../table/executionItem.ts';
import { expiresAt, type TableLayout } from '../table/retention.ts';
import type { DispatchOutcome, FunctionInvoker } from './dispatch.ts';
import { taskPayloadOf } from './taskPayload.ts';

export interface CancelOptions {
  readonly invoker: FunctionInvoker;
  readonly machines: MachineLookup;
  /** Gets a machine whose definition is in the table. @default all machines are deployed */
  readonly loadMachine?: LoadMachine;
  readonly tableName: string;
  readonly layout: TableLayout;
  /** Name of a worker's own function. */
  readonly functionNames: { worker(worker: string): string };
  readonly report: Reporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Has workers cancel the work of tasks that nothing waits for any more: once, whatever becomes of it. The execution has gone
 * on, so what fails is reported and no more. Never rejects.
 */
export async function cancelWork(
  execution: Execution,
  tasks: readonly OpenTask[],
  options: CancelOptions,
): Promise<void> {
  await Promise.all(
    tasks.map(async (task) => {
      const problem = await cancelOne(execution, task, options).then(problemOf, describeError);
      const { worker } = task;
      if (problem === undefined) return;
      options.report({ type: 'cancelFailed', ...subjectOf(execution), worker, error: problem });
    }),
  );
}

async function cancelOne(
  execution: Execution,
  task: OpenTask,
  options: CancelOptions,
): Promise<DispatchOutcome | undefined> {
  const { loadMachine, machines, invoker, functionNames, tableName, layout, now } = options;
  const { traceparent } = execution;
  const cancelCause = causeOf(execution);
  await loadMachine?.(execution.machine, execution.machineVersion);
  const machine = machines.find(execution.machine, execution.machineVersion);
  const source = machine?.taskSourceOf(task.worker);
  // Without its machine it is not known which function the worker is.
  if (!machine || source?.kind !== 'worker') return undefined;
  const { waitsForResult: _, ...attempt } = notHandedOver(task);
  const payload: TaskPayload = {
    ...taskPayloadOf({
      execution,
      task: attempt,
      machine,
      source,
      input: task.input ?? null,
      tableName,
      expiresAt: expiresAt(layout, now()),
    }),
    // A worker that does not know of `cancelled` does nothing after this.
    startBy: isoTime(now()),
    cancelled: true,
    ...(cancelCause !== undefined && { cancelCause }),
    ...(traceparent !== undefined && { traceparent }),
  };
  return invoker.invoke(functionNames.worker(source.worker), payload);
}

/** Services take reasons of about a thousand characters. */
const mostCauseCharacters = 500;

function causeOf({ status, error }: Execution): string | undefined {
  if (!hasEnded(status)) return undefined;
  const words = [status, error?.name, error?.message].filter((word) => word);
  return words.join(': ').slice(0, mostCauseCharacters);
}

function problemOf(outcome: DispatchOutcome | undefined): string | undefined {
  switch (outcome?.type) {
    case undefined:
    case 'dispatched':
      return undefined;
    case 'deferred':
      return outcome.error;
    case 'failed': {
      const { name, message } = namedThrown(outcome.error);
      return `${name}: ${message}`;
    }
  }
}
