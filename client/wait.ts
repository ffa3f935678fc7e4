import type { StateValue } from 'xstate';
import { hasEnded } from '../orchestrator/core/execution/model/execution.ts';
import { hasTag, isInState } from '../orchestrator/core/machine/index.ts';
import { describeExecution } from './describe.ts';
import { InvalidWaitError, WaitTimeoutError } from './errors.ts';
import type { ExecutionDescription } from './executionDescription.ts';
import type { MachineReference, MachineStateValue, OfMachine } from './machineTypes.ts';
import type { ClientSurroundings } from './surroundings.ts';
import { checkWaitTarget } from './waitTarget.ts';

export interface WaitOptions<M extends MachineReference = string> extends OfMachine<M> {
  /**
   * Resolves as soon as a look finds the execution in this state: a path with dots as in `'shipping.label'`, or a state
   * value, as `snapshot.matches` takes them.
   */
  readonly state?: MachineStateValue<M> | `${string}.${string}`;
  /** Resolves as soon as a look finds the execution in a state with this tag. Needs the machine itself as `machine`. */
  readonly tag?: string;
  /** @default for ever */
  readonly timeoutMs?: number;
  /** Time between the first two looks; it grows by half with each, to 5 seconds. @default 200 */
  readonly pollMs?: number;
  /** Ends the waiting, not the execution. */
  readonly signal?: AbortSignal;
}

const growth = 1.5;
const longestPollMs = 5_000;

/** @param before the version of the execution that it has to be beyond: it was redriven then */
export async function waitForExecution<M extends MachineReference>(
  surroundings: ClientSurroundings,
  executionId: string,
  options: WaitOptions<M>,
  before = -1,
): Promise<ExecutionDescription<M>> {
  const { machine, timeoutMs, pollMs = 200, signal } = options;
  const isThere = arrivalOf(options);
  const { now, sleep, waitClock = now, waitSleep = sleep } = surroundings;
  const endsAt = timeoutMs === undefined ? Number.POSITIVE_INFINITY : waitClock() + timeoutMs;
  for (let pauseMs = pollMs; ; pauseMs = Math.min(pauseMs * growth, Math.max(pollMs, longestPollMs))) {
    signal?.throwIfAborted();
    const description = await describeExecution(surroundings, executionId, machine);
    const isAtRest = hasEnded(description.status) || description.status === 'PENDING_REDRIVE';
    if (isAtRest && description.version > before) return description;
    if (!isAtRest && description.state !== undefined && isThere(description.state)) return description;
    const leftMs = endsAt - waitClock();
    if (timeoutMs !== undefined && leftMs <= 0) {
      throw new WaitTimeoutError(`The execution '${executionId}' is still ${description.status}`, timeoutMs);
    }
    await waitSleep(Math.min(pauseMs, leftMs), signal);
  }
}

/** @throws InvalidWaitError */
function arrivalOf({ state, tag, machine }: WaitOptions<MachineReference>): (value: StateValue) => boolean {
  if (typeof machine === 'object') checkWaitTarget(machine, { state, tag });
  if (tag === undefined) return (value) => state !== undefined && isInState(value, state);
  if (machine === undefined || typeof machine === 'string') {
    throw new InvalidWaitError(
      `Tags are in the machine's definition: to wait for the tag '${tag}', pass the XState machine itself as machine.`,
    );
  }
  return (value) => hasTag(machine, value, tag) || (state !== undefined && isInState(value, state));
}
