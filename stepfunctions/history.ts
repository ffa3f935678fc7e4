import { apiEventOf, withoutExecutionData } from '../asl/history/historyEvent.ts';
import type { JsonObject } from '../asl/json.ts';
import { executionAt, type FoundExecution } from './executionAt.ts';
import { executionEvents } from './executionEvents.ts';
import { requestedPage } from './pages.ts';
import type { Request } from './request.ts';
import { numberIn } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';

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
    events: items.map((event) => apiEventOf(isWhole ? event : withoutExecutionData(event))),
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
