import { executionNameOf } from '../asl/executionNames.ts';
import type { JsonObject } from '../asl/json.ts';
import { type ExecutionStatus, executionStatuses } from '../orchestrator/core/execution/model/execution.ts';
import type { ListedExecution } from '../orchestrator/table/requests.ts';
import { findAlias } from './aliasRecord.ts';
import { type ApiError, invalidRequest, noResource } from './apiError.ts';
import { parseArn, type StateMachineArn } from './arns.ts';
import { redriveOf, startedBy, statusOf } from './describedExecution.ts';
import { readExecution } from './executionAt.ts';
import { typeNotSupported } from './executions.ts';
import { listMapRunExecutions } from './mapRunExecutions.ts';
import { type Placed, requestedPage } from './pages.ts';
import type { PagedList } from './pageTokens.ts';
import type { Request } from './request.ts';
import { findDeployed, numberIn, readStateMachine, textIn } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';
import { secondsOf } from './times.ts';
import { findVersion, versionNumber } from './versions.ts';

export async function listExecutions(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const arn = request.maybeText('stateMachineArn');
  const mapRunArn = request.maybeText('mapRunArn');
  if (arn !== undefined && mapRunArn !== undefined) throw oneTarget();
  if (mapRunArn !== undefined) return listMapRunExecutions(surroundings, request, mapRunArn);
  if (arn === undefined) throw oneTarget();
  const of = parseArn(arn, 'stateMachine');
  await checkTarget(surroundings, of, arn);
  const status = request.maybeText('statusFilter');
  const redriveFilter = request.maybeText('redriveFilter');
  const { now } = surroundings;
  const list: PagedList = {
    operation: 'ListExecutions',
    of: [arn, status ?? null, redriveFilter ?? null],
    now: now(),
  };
  const statuses = executionStatuses.filter((each) => status === undefined || statusOf(each) === status);
  const { items, nextToken } = await requestedPage(request, list, async function* (position) {
    for await (const { item, after } of placedExecutions(surroundings, of.machine, statuses, position)) {
      const shown = await shownExecution(surroundings, of, item, redriveFilter);
      if (shown) yield { item: shown, after };
    }
  });
  return { executions: items, ...(nextToken !== undefined && { nextToken }) };
}

function oneTarget(): ApiError {
  return invalidRequest(
    'Must specify either a stateMachineArn or a mapRunArn, and not both.',
    'MISSING_REQUIRED_PARAMETER',
  );
}

async function checkTarget(
  surroundings: ApiSurroundings,
  { machine, qualifier }: StateMachineArn,
  arn: string,
): Promise<void> {
  if (qualifier === undefined && (await findDeployed(surroundings, machine))) return;
  const { stateMachine } = await readStateMachine(surroundings, machine, arn);
  if (stateMachine.type === 'EXPRESS') throw typeNotSupported();
  if (qualifier === undefined) return;
  const number = versionNumber(qualifier);
  const found =
    number === undefined
      ? await findAlias(surroundings, machine, qualifier)
      : await findVersion(surroundings, machine, number);
  if (!found) throw noResource();
}

/** As many are sorted by the times of their starts; of more, the page has the order of the index. */
const mostSorted = 1000;

/** The latest start first. */
async function* placedExecutions(
  { client }: ApiSurroundings,
  machine: string,
  statuses: readonly ExecutionStatus[],
  position: JsonObject | undefined,
): AsyncGenerator<Placed<ListedExecution>, void, undefined> {
  let cursor = position?.cursor === undefined ? undefined : textIn(position.cursor);
  if (cursor === undefined) {
    const all = await readAll({ client }, machine, statuses, mostSorted);
    if (all) {
      const skip = numberIn(position?.startedAt);
      const rest =
        position === undefined ? all : all.filter((each) => isAfter(each, skip, textIn(position.id)));
      for (const item of rest) {
        yield { item, after: { startedAt: Date.parse(item.startedAt), id: item.executionId } };
      }
      return;
    }
  }
  do {
    const page = await client.browse({
      machines: [machine],
      statuses,
      limit: 1,
      ...(cursor !== undefined && { cursor }),
    });
    for (const item of page.items)
      yield { item, after: page.cursor === undefined ? {} : { cursor: page.cursor } };
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Undefined where there are more. */
async function readAll(
  { client }: Pick<ApiSurroundings, 'client'>,
  machine: string,
  statuses: readonly ExecutionStatus[],
  most: number,
): Promise<readonly ListedExecution[] | undefined> {
  const all = new Map<string, ListedExecution>();
  let cursor: string | undefined;
  do {
    const page = await client.browse({
      machines: [machine],
      statuses,
      limit: most,
      ...(cursor !== undefined && { cursor }),
    });
    // One that ends while the list is read is met twice: the later look counts.
    for (const item of page.items) all.set(item.executionId, item);
    if (all.size > most) return undefined;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return [...all.values()].sort((a, b) => (isAfter(b, Date.parse(a.startedAt), a.executionId) ? -1 : 1));
}

/** Whether it comes after one that was started then. */
function isAfter({ startedAt, executionId }: ListedExecution, than: number, id: string): boolean {
  const at = Date.parse(startedAt);
  return at < than || (at === than && executionId > id);
}

/** Undefined where it is not asked for. */
async function shownExecution(
  surroundings: ApiSurroundings,
  { machine, qualifier }: StateMachineArn,
  { executionId, status, startedAt, endedAt }: ListedExecution,
  redriveFilter: string | undefined,
): Promise<JsonObject | undefined> {
  const { arns } = surroundings;
  const { name } = executionNameOf(machine, executionId);
  const shown: JsonObject = {
    executionArn: arns.execution(machine, name),
    stateMachineArn: arns.stateMachine(machine),
    name,
    status: statusOf(status),
    startDate: secondsOf(startedAt),
    ...(endedAt !== undefined && status !== 'SUSPENDED' && { stopDate: secondsOf(endedAt) }),
    redriveCount: 0,
  };
  if (qualifier === undefined && redriveFilter === undefined) return shown;
  const found = await readExecution(surroundings, executionId);
  if (!found) return undefined;
  const by = found.startedAs?.split('#') ?? [];
  if (qualifier !== undefined && !by.includes(qualifier)) return undefined;
  const { redriveCount, redriveDate } = redriveOf(surroundings, found.execution);
  if (redriveFilter !== undefined && (redriveFilter === 'REDRIVEN') !== (redriveCount !== 0))
    return undefined;
  return {
    ...shown,
    ...startedBy(surroundings, found),
    ...(redriveCount !== undefined && { redriveCount }),
    ...(redriveDate !== undefined && { redriveDate }),
  };
}
