import { apiEventOf, type HistoryEvent, withoutExecutionData } from '../asl/history/historyEvent.ts';
import type { JsonObject } from '../asl/json.ts';
import { parseArn } from './arns.ts';
import { executionAt } from './executionAt.ts';
import { executionEvents } from './executionEvents.ts';
import { itemAt } from './mapRunItems.ts';
import { requestedPage } from './pages.ts';
import type { Request } from './request.ts';
import { numberIn } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';

export async function getExecutionHistory(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const arn = request.text('executionArn');
  const { label } = parseArn(arn, 'execution');
  const eventsOf =
    label === undefined
      ? await eventsOfExecution(surroundings, arn)
      : async () => (await itemAt(surroundings, arn)).events;
  const isReversed = request.flag('reverseOrder') === true;
  const isWhole = request.flag('includeExecutionData') !== false;
  const list = {
    operation: 'GetExecutionHistory',
    of: [arn, isReversed, isWhole],
    now: surroundings.now(),
  };
  const { items, nextToken } = await requestedPage(request, list, (position) =>
    placedEvents(eventsOf, isReversed, position),
  );
  return {
    events: items.map((event) => apiEventOf(isWhole ? event : withoutExecutionData(event))),
    ...(nextToken !== undefined && { nextToken }),
  };
}

/** The execution is looked for at once, and its events are made when they are asked for. */
async function eventsOfExecution(surroundings: ApiSurroundings, arn: string): Promise<MakeEvents> {
  const found = await executionAt(surroundings, arn);
  return () => executionEvents(surroundings, found);
}

type MakeEvents = () => Promise<readonly HistoryEvent[]>;

async function* placedEvents(eventsOf: MakeEvents, isReversed: boolean, position: JsonObject | undefined) {
  const events = await eventsOf();
  const last = position === undefined ? undefined : numberIn(position.id);
  for (const item of isReversed ? events.toReversed() : events) {
    const isShown = last === undefined || (isReversed ? item.id < last : item.id > last);
    if (isShown) yield { item, after: { id: item.id } };
  }
}
