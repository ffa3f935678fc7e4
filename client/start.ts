import { received } from '../orchestrator/core/data/serializable.ts';
import { isWellFormed } from '../orchestrator/core/data/text.ts';
import { validTraceparent } from '../orchestrator/core/data/traceContext.ts';
import { activeTraceparent } from '../orchestrator/observability/openTelemetry.ts';
import { ExecutionAlreadyExistsError } from '../orchestrator/table/errors.ts';
import { nudgeOrchestrator } from './direct.ts';
import { InvalidMachineIdError } from './errors.ts';
import { checkNewExecutionId, machineId } from './identifiers.ts';
import type { MachineReference, WithInput } from './machineTypes.ts';
import { mapConcurrently } from './mapConcurrently.ts';
import type { ClientSurroundings } from './surroundings.ts';

export type StartOptions<M extends MachineReference> = WithInput<M> & {
  /** At most 256 characters, without `.` and `#`. The same id starts at most one execution. @default a new UUID */
  readonly executionId?: string;
  /** Version of the machine. @default the newest that is deployed */
  readonly version?: string;
  /** The trace that the execution is to belong to: W3C Trace Context. @default the caller's active OpenTelemetry span */
  readonly traceparent?: string;
  /**
   * Has the orchestrator take the first step at once, without the stream: one more request, which needs the permission of
   * `grantDirectStart`. Where it fails, the stream begins the execution as ever. @default the client's `direct`
   */
  readonly direct?: boolean;
};

export interface StartedExecution {
  readonly executionId: string;
  /** False when the same start (id, machine, version and input) had been made before. */
  readonly isNew: boolean;
  /** Present for a new start with `direct`: whether the orchestrator was invoked. */
  readonly isDirect?: boolean;
}

export async function startExecution<M extends MachineReference>(
  { table, newId, nudge, isDirect }: Pick<ClientSurroundings, 'table' | 'newId' | 'nudge' | 'isDirect'>,
  machine: M,
  options: StartOptions<M> | undefined,
  path = 'input',
): Promise<StartedExecution> {
  const given: Partial<StartOptions<M>> = options ?? {};
  const { executionId = newId(), version, direct = isDirect ?? false } = given;
  checkNewExecutionId(executionId);
  if (version !== undefined && (typeof version !== 'string' || version === '' || !isWellFormed(version))) {
    throw new InvalidMachineIdError(
      "A machine's version is a string that is not empty, of whole characters; leave it out for the newest.",
    );
  }
  const input = received(given.input, path);
  const traceparent = validTraceparent(given.traceparent) ?? activeTraceparent();
  const outcome = await table.journal.insertStart({
    executionId,
    machine: machineId(machine),
    ...(version !== undefined && { version }),
    ...(input !== undefined && { input }),
    ...(traceparent !== undefined && { traceparent }),
    ...(direct && { isNudged: true }),
  });
  switch (outcome.type) {
    case 'inserted':
      if (!direct) return { executionId, isNew: true };
      return { executionId, isNew: true, isDirect: await nudgeOrchestrator(nudge, executionId) };
    case 'same':
      return { executionId, isNew: false };
    case 'different':
      throw new ExecutionAlreadyExistsError(executionId);
  }
}

export interface StartManyOptions {
  /** Starts under way at a time. @default 32 */
  readonly concurrency?: number;
}

/** Starts as it is iterated: `starts` is read no faster than executions are started and results are taken. */
export async function* startExecutions<M extends MachineReference>(
  surroundings: ClientSurroundings,
  machine: M,
  starts: Iterable<StartOptions<M>> | AsyncIterable<StartOptions<M>>,
  { concurrency = 32 }: StartManyOptions,
  checkStart: (start: StartOptions<M>, what: string) => void,
): AsyncGenerator<StartedExecution, void, undefined> {
  yield* mapConcurrently(starts, concurrency, async (start, index) => {
    checkStart(start, `startMany(), starts[${index}]`);
    return startExecution(surroundings, machine, start, `starts[${index}].input`);
  });
}
