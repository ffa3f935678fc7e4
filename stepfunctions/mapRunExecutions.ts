import type { ItemRun } from '../asl/history/mapRunRecord.ts';
import type { JsonObject } from '../asl/json.ts';
import { itemExecutionName } from '../asl/mapRunArns.ts';
import { parseArn } from './arns.ts';
import { mapRunAt, times } from './mapRuns.ts';
import { requestedPage } from './pages.ts';
import type { Request } from './request.ts';
import { numberIn } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';

/** The executions of Step Functions that work on the items of a Map run, the latest start first. */
export async function listMapRunExecutions(
  surroundings: ApiSurroundings,
  request: Request,
  mapRunArn: string,
): Promise<JsonObject> {
  const { arns, now } = surroundings;
  const { machine } = parseArn(mapRunArn, 'mapRun');
  const { run } = await mapRunAt(surroundings, mapRunArn);
  const status = request.maybeText('statusFilter');
  const redriveFilter = request.maybeText('redriveFilter');
  const isShown = (child: ItemRun) =>
    (status === undefined || child.status === status) &&
    (redriveFilter === undefined || (redriveFilter === 'REDRIVEN') === child.redrives > 0);
  const children = run.children.filter(isShown).sort((a, b) => (isAfter(b, a) ? -1 : 1));
  const of = [mapRunArn, status ?? null, redriveFilter ?? null];
  const list = { operation: 'ListExecutions', of, now: now() };
  const { items, nextToken } = await requestedPage(request, list, async function* (position) {
    const last = position && { startedAt: numberIn(position.startedAt), index: numberIn(position.index) };
    for (const item of children) {
      const { startedAt, index } = item;
      if (!last || isAfter(item, last)) yield { item, after: { startedAt, index } };
    }
  });
  const labelled = `${machine}/${run.label}`;
  const executions = items.map((child) => {
    const name = itemExecutionName(run.arn, child.index);
    return {
      executionArn: arns.execution(labelled, name),
      stateMachineArn: arns.stateMachine(labelled),
      name,
      status: child.status,
      ...times(child),
      mapRunArn,
      itemCount: run.itemsOf(child.index),
      redriveCount: child.redrives,
    };
  });
  return { executions, ...(nextToken !== undefined && { nextToken }) };
}

type Begun = Pick<ItemRun, 'startedAt' | 'index'>;

function isAfter({ startedAt, index }: Begun, than: Begun): boolean {
  return startedAt < than.startedAt || (startedAt === than.startedAt && index < than.index);
}
