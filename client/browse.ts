import { type ExecutionStatus, executionStatuses } from '../orchestrator/core/execution/model/execution.ts';
import { checkChoice } from '../orchestrator/core/policy/options.ts';
import type { Count, ExecutionVersion, ListedExecution, Page } from '../orchestrator/table/requests.ts';
import { checkExecutionId, machineId } from './identifiers.ts';
import type { MachineReference } from './machineTypes.ts';
import type { ClientSurroundings } from './surroundings.ts';

export interface BrowseOptions {
  /** Ended executions are listed by machine: name each machine whose executions you want. */
  readonly machines: readonly MachineReference[];
  /** Lists RUNNING, SUSPENDED and PENDING_REDRIVE executions of machines that `machines` does not name. @default false */
  readonly includesOtherMachines?: boolean;
  /** @default every status */
  readonly statuses?: readonly ExecutionStatus[];
  /** Only executions whose ids begin with it. */
  readonly idPrefix?: string;
  /** Only those that entered their status at or after this time (ms since the epoch); RUNNING: that started then. */
  readonly since?: number;
  /** Only those that entered their status at or before this time (ms since the epoch); RUNNING: that started then. */
  readonly until?: number;
  /** Executions a page at most. @default 100 */
  readonly limit?: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string;
}

export async function browseExecutions(
  { table }: ClientSurroundings,
  { machines, statuses = executionStatuses, limit = 100, ...rest }: BrowseOptions,
): Promise<Page<ListedExecution>> {
  for (const status of statuses) checkChoice('browse()', 'statuses', status, executionStatuses);
  return table.index.browse({ ...rest, machines: machines.map(machineId), statuses, limit });
}

export interface CountOptions extends Pick<BrowseOptions, 'machines' | 'includesOtherMachines'> {
  readonly status: ExecutionStatus;
  /** Stops after about as many, because counting reads what it counts. @default 1,000 */
  readonly atMost?: number;
}

export async function countExecutions(
  { table }: ClientSurroundings,
  { machines, status, atMost = 1000, ...rest }: CountOptions,
): Promise<Count> {
  checkChoice('count()', 'status', status, executionStatuses);
  return table.index.count({ ...rest, machines: machines.map(machineId), status, atMost });
}

/** The status of an execution, and the number of its commits. */
export async function readVersion(
  { table }: ClientSurroundings,
  executionId: string,
): Promise<Pick<ExecutionVersion, 'status' | 'version'> | undefined> {
  checkExecutionId(executionId);
  const found = await table.outlines.readStatus(executionId);
  return found && { status: found.status, version: found.version };
}
