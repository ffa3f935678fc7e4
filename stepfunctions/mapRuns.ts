import type { ItemRun, MapRunRecord } from '../asl/history/mapRunRecord.ts';
import type { JsonObject } from '../asl/json.ts';
import { executionIdOfRun } from '../asl/mapRunArns.ts';
import { noResource } from './apiError.ts';
import { parseArn } from './arns.ts';
import { executionAt, type FoundExecution, readExecution } from './executionAt.ts';
import { executionHistory } from './executionEvents.ts';
import { requestedPage } from './pages.ts';
import type { Request } from './request.ts';
import { numberIn } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';
import { seconds } from './times.ts';

/** The Map runs of an execution, the latest first, as its history shows them. */
export async function listMapRuns(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const { arns, now } = surroundings;
  const found = await executionAt(surroundings, request.text('executionArn'));
  const list = { operation: 'ListMapRuns', of: found.arn, now: now() };
  const { mapRuns } = await executionHistory(surroundings, found);
  const { items, nextToken } = await requestedPage(request, list, async function* (position) {
    const before = position === undefined ? mapRuns.length : numberIn(position.number);
    for (const [number, run] of [...mapRuns.entries()].slice(0, before).toReversed()) {
      yield { item: run, after: { number } };
    }
  });
  const shown = items.map((run) => ({
    executionArn: found.arn,
    mapRunArn: run.arn,
    stateMachineArn: arns.stateMachine(found.machine),
    ...times(run),
  }));
  return { mapRuns: shown, ...(nextToken !== undefined && { nextToken }) };
}

/** A Map run that an ARN names. */
export interface FoundMapRun {
  readonly found: FoundExecution;
  readonly run: MapRunRecord;
}

/** @throws ApiError `InvalidArn`, `ResourceNotFound` */
export async function mapRunAt(surroundings: ApiSurroundings, arn: string): Promise<FoundMapRun> {
  const found = await findMapRun(surroundings, arn);
  if (!found) throw noResource();
  return found;
}

/**
 * @param item the place of an item whose events the run has too
 * @throws ApiError `InvalidArn`
 */
export async function findMapRun(
  surroundings: ApiSurroundings,
  arn: string,
  item?: number,
): Promise<FoundMapRun | undefined> {
  const { machine, run: id } = parseArn(arn, 'mapRun');
  const executionId = executionIdOfRun(id);
  const found = executionId === undefined ? undefined : await readExecution(surroundings, executionId);
  if (found?.machine !== machine) return undefined;
  const { mapRuns } = await executionHistory(surroundings, found, item);
  const run = mapRuns.find((each) => each.isNamed(arn));
  return run && { found, run };
}

/** The items of a Map state are parts of its execution: what the run has done is in the execution's history. */
export async function describeMapRun(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const mapRunArn = request.text('mapRunArn');
  const { found, run } = await mapRunAt(surroundings, mapRunArn);
  const { maxConcurrency, toleratedCount = 0, toleratedPercentage = 0 } = run.limits;
  return {
    mapRunArn,
    executionArn: found.arn,
    status: run.status,
    ...times(run),
    maxConcurrency,
    toleratedFailureCount: toleratedCount,
    toleratedFailurePercentage: toleratedPercentage,
    itemCounts: countsOf(run, (index) => run.itemsOf(index)),
    executionCounts: countsOf(run, () => 1),
    redriveCount: run.redrives,
    ...(run.redrivenAt !== undefined && { redriveDate: seconds(run.redrivenAt) }),
  };
}

interface Times {
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
}

export function times({ startedAt, endedAt }: Times): JsonObject {
  return { startDate: seconds(startedAt), ...(endedAt !== undefined && { stopDate: seconds(endedAt) }) };
}

/** @param weight that an item or a batch counts, by its place */
function countsOf({ children, length, hasWritten }: MapRunRecord, weight: (index: number) => number) {
  const of = (...statuses: readonly ItemRun['status'][]) =>
    sum(children.filter(({ status }) => statuses.includes(status)).map(({ index }) => weight(index)));
  const total = sum(Array.from({ length }, (_, index) => weight(index)));
  return {
    pending: total - sum(children.map(({ index }) => weight(index))),
    running: of('RUNNING'),
    succeeded: of('SUCCEEDED'),
    failed: of('FAILED'),
    timedOut: of('TIMED_OUT'),
    aborted: of('ABORTED'),
    total,
    resultsWritten: hasWritten ? of('SUCCEEDED', 'FAILED') : 0,
    failuresNotRedrivable: 0,
    pendingRedrive: 0,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}
