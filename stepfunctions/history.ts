import type { JsonObject } from '../asl/json.ts';
import { executionAt, type FoundExecution } from './executionAt.ts';
import { executionEvents, type HistoryEvent } from './executionEvents.ts';
import { requestedPage } from './pages.ts';
import type { Request } from './request.ts';
import { numberIn } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';
import { seconds } from './times.ts';

/** Fields of details that are left out without execution data. */
const dataFields = new Set(['input', 'output', 'parameters', 'assignedVariables']);

export async function getExecutionHistory(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const found = await executionAt(surroundings, request.text('executionArn'));
  const isReversed = request.flag('reverseOrder') === true;
  const isWhole = request.flag('includeExecutionData') !== false;
  const list = {
    operation: 'GetExecutionHistory',
    of: [found.arn, isReversed, isWhole],
    now: surroundings.now(),
  };
  const { items, nextToken } = await requestedPage(request, list, (position) =>
    placedEvents(surroundings, found, isReversed, position),
  );
  return {
    events: items.map((event) => shownEvent(event, isWhole)),
    ...(nextToken !== undefined && { nextToken }),
  };
}

async function* placedEvents(
  surroundings: ApiSurroundings,
  found: FoundExecution,
  isReversed: boolean,
  position: JsonObject | undefined,
) {
  const events = await executionEvents(surroundings, found);
  const last = position === undefined ? undefined : numberIn(position.id);
  for (const item of isReversed ? events.toReversed() : events) {
    const isShown = last === undefined || (isReversed ? item.id < last : item.id > last);
    if (isShown) yield { item, after: { id: item.id } };
  }
}

function shownEvent(
  { id, previousEventId, timestamp, type, details }: HistoryEvent,
  isWhole: boolean,
): JsonObject {
  const shown = Object.entries(details ?? {}).filter(([name]) => isWhole || !dataFields.has(name));
  return {
    timestamp: seconds(timestamp),
    type,
    id,
    previousEventId,
    ...(details && { [detailsNameOf(type)]: Object.fromEntries(shown) }),
  };
}

/** `taskScheduledEventDetails`; events of all types of states have the same details. */
function detailsNameOf(type: string): string {
  const shared = /^(?:Pass|Task|Choice|Wait|Succeed|Fail|Parallel|Map)State(Entered|Exited)$/.exec(type)?.[1];
  if (shared !== undefined) return `state${shared}EventDetails`;
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}
