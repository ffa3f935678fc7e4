import type { JsonObject } from '../orchestrator/core/data/json.ts';
import { received } from '../orchestrator/core/data/serializable.ts';
import { illFormed, isWellFormed } from '../orchestrator/core/data/text.ts';
import { isReservedEventType } from '../orchestrator/core/policy/eventTypes.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import { sortKey } from '../orchestrator/table/schema.ts';
import { nudgeOrchestrator } from './direct.ts';
import { InvalidEventError, ReservedEventTypeError } from './errors.ts';
import { checkExecutionId, machineId } from './identifiers.ts';
import type { ExecutionEvent, MachineReference } from './machineTypes.ts';
import type { ClientSurroundings } from './surroundings.ts';

export interface SendOptions<M extends MachineReference = MachineReference> {
  /**
   * The execution's machine, for the types of its events, or its id. It is not compared with the execution, which `send`
   * does not read.
   */
  readonly machine?: M;
  /** Events with the same id are one event: the first is taken, the others are not. @default a new UUID */
  readonly eventId?: string;
  /**
   * Has the orchestrator take the event at once, without the stream: one more request, which needs the permission of
   * `grantDirectSend`. Where it fails, the stream brings the event as ever. @default the client's `direct`
   */
  readonly direct?: boolean;
}

export interface SentEvent {
  readonly eventId: string;
  /** False when an event with this id had been sent to the execution before. */
  readonly isNew: boolean;
  /** Present for a new event with `direct`: whether the orchestrator was invoked. */
  readonly isDirect?: boolean;
}

export async function sendEvent(
  surroundings: Pick<ClientSurroundings, 'table' | 'now' | 'newId' | 'nudge' | 'isDirect'>,
  executionId: string,
  event: ExecutionEvent,
  options: SendOptions,
): Promise<SentEvent> {
  const { table, now, newId, nudge, isDirect = false } = surroundings;
  const { machine, eventId = newId(), direct = isDirect } = options;
  checkExecutionId(executionId);
  checkEventId(eventId);
  if (machine !== undefined) machineId(machine);
  const { type } = checkedEvent(event);
  // The event as a whole: an instance of a class would lose what its class has.
  const { type: _, ...fields } = received(event, 'event') as JsonObject;
  const content = { type, ...(Object.keys(fields).length > 0 && { event: fields }) };
  const outcome = await table.journal.insertEvent({
    executionId,
    eventId,
    at: isoTime(now()),
    content,
    ...(direct && { isNudged: true }),
  });
  const isNew = outcome === 'inserted';
  if (!isNew || !direct) return { eventId, isNew };
  return { eventId, isNew, isDirect: await nudgeOrchestrator(nudge, executionId, sortKey.event(eventId)) };
}

function checkedEvent(event: ExecutionEvent): ExecutionEvent {
  const given: unknown = event;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new InvalidEventError("An event is an object with a 'type': { type: 'APPROVE', by: 'Ada' }.");
  }
  const type: unknown = event.type;
  if (typeof type !== 'string' || type === '') {
    throw new InvalidEventError("An event's 'type' is a string that is not empty.");
  }
  if (!isWellFormed(type)) throw new InvalidEventError(`The event type '${type}' ${illFormed}.`);
  if (isReservedEventType(type)) throw new ReservedEventTypeError(type);
  return event;
}

/** It is part of a sort key, which takes 1,024 bytes. */
const maximumEventIdLength = 256;

function checkEventId(eventId: unknown): void {
  if (typeof eventId !== 'string' || eventId === '' || eventId.length > maximumEventIdLength) {
    throw new InvalidEventError(`An event id is a string of 1 to ${maximumEventIdLength} characters.`);
  }
  if (!isWellFormed(eventId)) throw new InvalidEventError(`The event id '${eventId}' ${illFormed}.`);
}
