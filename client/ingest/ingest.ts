import { kindOfError } from '../../orchestrator/aws/errorKind.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { MillraceError, mayPass } from '../../orchestrator/core/errors/millraceError.ts';
import { describeError, type Reporter } from '../../orchestrator/observability/report.ts';
import { isObject } from '../../orchestrator/table/attributes.ts';
import { sendEvent } from '../send.ts';
import { startExecution } from '../start.ts';
import type { ClientSurroundings } from '../surroundings.ts';
import { type EventPath, eventPath, isPath } from './eventPath.ts';
import type { IngestRequest, SendTarget, StartTarget } from './ingestTarget.ts';

/** The surroundings that the function needs. */
export type IngestSurroundings = Pick<ClientSurroundings, 'table' | 'now' | 'newId'>;

/** An event that has not what its rule takes from it. */
class UnfitEventError extends MillraceError {
  override readonly code = 'UnfitEvent';
  override readonly name = 'UnfitEvent';
}

/**
 * The handler behind the rules of an event bus: writes one start or event item for each event, however often it comes. An event that can never
 * be taken is reported and left; where the table does not take the write, the handler rejects, and Lambda calls again.
 */
export function ingestHandler(surroundings: IngestSurroundings, report: Reporter) {
  return async ({ rule, start, send, event }: IngestRequest): Promise<void> => {
    const eventId = isObject(event) ? String(event.id) : '';
    try {
      // Two rules may make different things of one event, for one execution.
      const source = { content: event, id: `${rule}-${eventId}` };
      if (start) await startFrom(surroundings, start, source);
      else if (send) await sendFrom(surroundings, send, source);
      else throw new UnfitEventError('The rule neither starts an execution nor sends to one.');
    } catch (error) {
      // Another delivery of the same event would meet the same error.
      if (mayPass(kindOfError(error))) throw error;
      const said = `Rule '${rule}', event '${eventId}': ${describeError(error)}`;
      report({ type: 'dropped', executionId: '', error: said });
    }
  };
}

interface Source {
  readonly content: Json;
  /** The event's id for this rule, the same at each delivery. */
  readonly id: string;
}

async function startFrom(
  surroundings: IngestSurroundings,
  target: StartTarget,
  source: Source,
): Promise<void> {
  const { machine, version, executionId, input = '$.detail' } = target;
  const id =
    executionId === undefined
      ? `${machine}-${source.id}`.replace(/[.#]/g, '-')
      : identifierAt(source, executionId);
  await startExecution(surroundings, machine, {
    executionId: id,
    input: eventPath(input)(source.content),
    ...(version !== undefined && { version }),
  });
}

async function sendFrom(surroundings: IngestSurroundings, target: SendTarget, source: Source): Promise<void> {
  const { executionId, type, event = '$.detail', eventId } = target;
  const fields = eventPath(event)(source.content);
  if (fields !== undefined && !isObject(fields)) {
    throw new UnfitEventError(`The value at ${event} is not an object, as the fields of an event are.`);
  }
  await sendEvent(
    surroundings,
    identifierAt(source, executionId),
    { ...fields, type: isPath(type) ? identifierAt(source, type as EventPath) : type },
    { eventId: eventId === undefined ? source.id : identifierAt(source, eventId) },
  );
}

function identifierAt({ content }: Source, path: EventPath): string {
  const value = eventPath(path)(content);
  if ((typeof value === 'string' && value !== '') || Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'number') {
    // Beyond them, different numbers of an event's text are one here, so that two events would have one id.
    throw new UnfitEventError(`Its number at ${path} is not a whole number within ±(2^53 - 1): send a text.`);
  }
  throw new UnfitEventError(`It has no text and no number at ${path}.`);
}
