import type { JsonObject } from '../asl/json.ts';
import { noResource } from './apiError.ts';
import { parseArn } from './arns.ts';
import { executionAt } from './executionAt.ts';
import { executionEvents } from './executionEvents.ts';
import { requestedPage } from './pages.ts';
import type { Request } from './request.ts';
import { textIn } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';
import { seconds } from './times.ts';

/** The Map runs of an execution, the latest first, as its history shows them. */
export async function listMapRuns(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const { arns, now } = surroundings;
  const found = await executionAt(surroundings, request.text('executionArn'));
  const list = { operation: 'ListMapRuns', of: found.arn, now: now() };
  const events = await executionEvents(surroundings, found);
  const runs = events.filter(({ type }) => type === 'MapRunStarted').toReversed();
  const { items, nextToken } = await requestedPage(request, list, async function* (position) {
    const from = position === undefined ? 0 : runs.findIndex(({ id }) => id === position.id) + 1;
    for (const run of runs.slice(from)) yield { item: run, after: { id: run.id } };
  });
  const mapRuns = items.map(({ id, timestamp, details }) => {
    const end = events.find(
      (each) => each.previousEventId === id && /^MapRun(?:Succeeded|Failed|Aborted)$/.test(each.type),
    );
    return {
      executionArn: found.arn,
      mapRunArn: textIn(details?.mapRunArn),
      stateMachineArn: arns.stateMachine(found.machine),
      startDate: seconds(timestamp),
      ...(end && { stopDate: seconds(end.timestamp) }),
    };
  });
  return { mapRuns, ...(nextToken !== undefined && { nextToken }) };
}

/** The items of a Map state are parts of its execution: what the run has done is in the execution's history. */
export async function describeMapRun(_: ApiSurroundings, request: Request): Promise<JsonObject> {
  parseArn(request.text('mapRunArn'), 'mapRun');
  throw noResource();
}

export async function updateMapRun(_: ApiSurroundings, request: Request): Promise<JsonObject> {
  parseArn(request.text('mapRunArn'), 'mapRun');
  throw noResource();
}
