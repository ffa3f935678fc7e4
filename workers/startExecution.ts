import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../orchestrator/core/data/json.ts';
import { hasEnded } from '../orchestrator/core/execution/model/execution.ts';
import { taskToken } from '../orchestrator/core/execution/tasks/taskToken.ts';
import { startedExecutionId } from '../orchestrator/core/policy/perTask.ts';
import type { Table } from '../orchestrator/table/table.ts';
import type { Task } from './runTask.ts';

/** The start of an execution by a task. */
export interface ExecutionStart {
  readonly machine: string;
  /** @default the newest that is deployed */
  readonly version?: string;
  readonly name: string;
  /** No one has chosen the name. */
  readonly isGenerated?: true;
  readonly input: Json;
  /** The end of the execution is the result of the task. */
  readonly answers?: true;
}

/** The execution that was started, as the task's output. */
export interface StartedByTask {
  readonly executionId: string;
  readonly machine: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Thrown for a name that another execution has, by the name that Step Functions gives this error. */
export class ExecutionNameTakenError extends Error {
  override readonly name = 'StepFunctions.ExecutionAlreadyExistsException';
  constructor(executionId: string) {
    super(`Execution Already Exists: '${executionId}'`);
  }
}

/**
 * Starts the execution that a task's input says.
 *
 * @throws ExecutionNameTakenError
 */
export async function startExecutionFor(
  { machine, version, input, answers, ...named }: ExecutionStart,
  { executionId, task, index, attempt }: Pick<Task, 'executionId' | 'task' | 'index' | 'attempt'>,
  { journal, executions }: Pick<Table, 'journal' | 'executions'>,
  now: number,
): Promise<Json> {
  const id = startedExecutionId(named, attempt);
  const startedBy = taskToken(executionId, { task, ...(index !== undefined && { index }), attempt });
  const outcome = await journal.insertStart({
    executionId: id,
    machine,
    ...(version !== undefined && { version }),
    input,
    startedBy,
    ...(answers && { answers }),
  });
  // A second delivery of this attempt meets the start that the first one made.
  if (outcome.type !== 'different') return { executionId: id, machine, startedAt: now };
  const other = answers ? undefined : await executions.read(id);
  const start = other && !hasEnded(other.status) ? await journal.readStart(id) : undefined;
  const isSame =
    start?.kind === 'start' &&
    start.machine === machine &&
    start.version === version &&
    isDeepStrictEqual(start.input, input);
  // As Step Functions has it: the same start of an execution that runs is one start.
  if (other && isSame) return { executionId: id, machine, startedAt: other.startedAt };
  throw new ExecutionNameTakenError(id);
}
