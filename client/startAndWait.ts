import { type Duration, durationMs } from '../orchestrator/core/policy/duration.ts';
import { ExecutionNotSucceededError, WaitTimeoutError } from './errors.ts';
import { machineId } from './identifiers.ts';
import type { MachineInput, MachineOutput, MachineReference } from './machineTypes.ts';
import { type StartOptions, startExecution } from './start.ts';
import type { ClientSurroundings } from './surroundings.ts';
import { waitForExecution } from './wait.ts';

export interface StartAndWaitOptions
  extends Pick<StartOptions<string>, 'executionId' | 'version' | 'traceparent'> {
  /** How long the output is waited for, such as `'5s'`. The execution goes on afterwards. */
  readonly timeout: Duration;
}

export type StartAndWaitResult<M extends MachineReference = string> =
  | { readonly isDone: true; readonly executionId: string; readonly output?: MachineOutput<M> }
  /** A handle: the execution has not ended, and goes on. `wait`, `describe` and the others take its id. */
  | { readonly isDone: false; readonly executionId: string };

/** Between the first two looks: a chain takes some tens of milliseconds. */
const firstPollMs = 20;

/** @throws ExecutionNotSucceededError */
export async function startAndWaitFor<M extends MachineReference>(
  surroundings: ClientSurroundings,
  machine: M,
  input: MachineInput<M> | undefined,
  { timeout, ...options }: StartAndWaitOptions,
): Promise<StartAndWaitResult<M>> {
  const timeoutMs = durationMs(timeout);
  const start: StartOptions<string> = { ...options, input, direct: true };
  const { executionId } = await startExecution(surroundings, machineId(machine), start);
  try {
    const waiting = { machine, timeoutMs, pollMs: firstPollMs };
    const { status, output, error } = await waitForExecution<M>(surroundings, executionId, waiting);
    if (status === 'SUCCEEDED') {
      return { isDone: true, executionId, ...(output !== undefined && { output }) };
    }
    if (status === 'PENDING_REDRIVE') return { isDone: false, executionId };
    throw new ExecutionNotSucceededError(executionId, status, error);
  } catch (thrown) {
    if (thrown instanceof WaitTimeoutError) return { isDone: false, executionId };
    throw thrown;
  }
}
