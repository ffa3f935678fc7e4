import { executionIdOf, executionNameOf } from '../asl/executionNames.ts';
import type { Json } from '../asl/json.ts';
import type { StartEntry } from '../orchestrator/core/execution/model/entries.ts';
import type { Execution, ExecutionStatus } from '../orchestrator/core/execution/model/execution.ts';
import { noExecution } from './apiError.ts';
import { parseArn } from './arns.ts';
import type { ApiSurroundings } from './surroundings.ts';

/** An execution that an ARN names, however it was started. */
export interface FoundExecution {
  readonly executionId: string;
  readonly arn: string;
  readonly machine: string;
  readonly name: string;
  /** The version of the machine that it runs on. Absent until its first step, if the start names none. */
  readonly version?: string;
  readonly status: ExecutionStatus;
  /** Milliseconds since the epoch; absent until its first step. */
  readonly startedAt?: number;
  readonly input?: Json;
  /** The version or alias that it was started by. */
  readonly startedAs?: string;
  /** Absent until its first step. */
  readonly execution?: Execution;
}

/** @throws ApiError `InvalidArn`, `ExecutionDoesNotExist` */
export async function executionAt(surroundings: ApiSurroundings, arn: string): Promise<FoundExecution> {
  const { machine, name, label } = parseArn(arn, 'execution');
  if (!arn.startsWith(`${surroundings.arns.prefix}:`) || label !== undefined) throw noExecution(arn);
  const found = await findExecution(surroundings, machine, name);
  if (!found) throw noExecution(arn);
  return found;
}

export async function findExecution(
  surroundings: ApiSurroundings,
  machine: string,
  name: string,
): Promise<FoundExecution | undefined> {
  // One that was not started through the API has its id as its name.
  for (const executionId of new Set([executionIdOf(machine, { name }), name])) {
    const found = await readExecution(surroundings, executionId);
    if (found?.machine === machine) return found;
  }
  return undefined;
}

/** An execution by its id, with its input. */
export async function readExecution(
  { table, arns }: ApiSurroundings,
  executionId: string,
): Promise<FoundExecution | undefined> {
  const [execution, entry] = await Promise.all([
    table.executions.read(executionId),
    table.journal.readStart(executionId),
  ]);
  const start: StartEntry | undefined = entry?.kind === 'start' ? entry : undefined;
  const machine = execution?.machine ?? start?.machine;
  if (machine === undefined) return undefined;
  const { name } = executionNameOf(machine, executionId);
  const version = execution?.machineVersion ?? start?.version;
  return {
    executionId,
    arn: arns.execution(machine, name),
    machine,
    name,
    ...(version !== undefined && { version }),
    status: execution?.status ?? 'RUNNING',
    ...(execution && { startedAt: execution.startedAt, execution }),
    ...(start?.input !== undefined && { input: start.input }),
    ...(start?.startedAs !== undefined && { startedAs: start.startedAs }),
  };
}

/** Before its first step, an execution has no time of its start. */
export function startOf({ now }: ApiSurroundings, { startedAt }: FoundExecution): number {
  return startedAt ?? now();
}
