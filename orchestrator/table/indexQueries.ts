import type { QueryCommandInput, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { type ExecutionStatus, executionStatuses } from '../core/execution/model/execution.ts';
import type { Attributes } from './attributes.ts';
import { cursorOf, InvalidCursorError, placeOf } from './cursor.ts';
import { isoTime } from './executionItem.ts';
import type { DueRequest, ListAnyRequest, ListedExecution, ListRequest } from './requests.ts';
import { indexName, indexPartition, isParked, sortKey } from './schema.ts';

type Query = Omit<QueryCommandInput, 'TableName'>;
type Scan = Omit<ScanCommandInput, 'TableName'>;

export function dueQuery(request: DueRequest): Query {
  const from = request.cursor === undefined ? undefined : decodeCursor(request.cursor).from;
  return {
    IndexName: indexName,
    KeyConditionExpression: 'mr_pk = :partition AND mr_sk <= :until',
    ExpressionAttributeValues: {
      ':partition': { S: duePartition(request) },
      ':until': { N: String(request.until) },
    },
    Limit: request.limit,
    ...(from && { ExclusiveStartKey: from }),
  };
}

export function duePartition({ shard, parked }: Pick<DueRequest, 'shard' | 'parked'>): string {
  return parked === undefined ? indexPartition.due(shard) : indexPartition.parked(parked, shard);
}

/** Where a list finds executions of a status. Those of other machines are there too, unless they have ended. */
export function listPartition(
  { machine, status }: Pick<ListRequest, 'machine' | 'status'>,
  shard: number,
): string {
  if (status === 'RUNNING') return indexPartition.due(shard);
  return isParked(status)
    ? indexPartition.parked(status, shard)
    : indexPartition.ended(machine, status, shard);
}

/** One shard's part of a list. */
export function listQuery(
  request: ListRequest,
  shard: number,
  from: Attributes | undefined,
  limit: number,
): Query {
  const { machine, status, since } = request;
  const isRunning = status === 'RUNNING';
  return {
    IndexName: indexName,
    Limit: limit,
    ...(from && { ExclusiveStartKey: from }),
    KeyConditionExpression: isRunning ? 'mr_pk = :partition' : 'mr_pk = :partition AND mr_sk >= :since',
    FilterExpression: 'machine = :machine',
    ExpressionAttributeValues: {
      ':partition': { S: listPartition(request, shard) },
      ':machine': { S: machine },
      ...(!isRunning && { ':since': { N: String(since ?? 0) } }),
    },
    ScanIndexForward: isRunning || since !== undefined,
  };
}

/** The whole index, of which a condition keeps what may be asked for: the partition is checked as a whole afterwards. */
export function indexScan({ machine, status }: ListAnyRequest, from: Attributes | undefined): Scan {
  const conditions = [
    ...(machine === undefined ? [] : ['machine = :machine']),
    ...(status === undefined ? [] : ['contains(mr_pk, :status)']),
  ];
  return {
    IndexName: indexName,
    ...(from && { ExclusiveStartKey: from }),
    ...(conditions.length > 0 && {
      FilterExpression: conditions.join(' AND '),
      ExpressionAttributeValues: {
        ...(machine !== undefined && { ':machine': { S: machine } }),
        ...(status !== undefined && { ':status': { S: status === 'RUNNING' ? 'due#' : `#${status}#` } }),
      },
    }),
  };
}

/** The execution of an index item, if it is one that is asked for. */
export function listedInIndex(
  item: Attributes,
  { machine, status }: ListAnyRequest,
): ListedExecution | undefined {
  const found = isIndexed(item) ? statusInIndex(item) : undefined;
  if (!found || (status !== undefined && found !== status)) return undefined;
  return machine === undefined || item.machine?.S === machine ? listedExecution(item, found) : undefined;
}

function statusInIndex(item: Attributes): ExecutionStatus | undefined {
  const partition = item.mr_pk?.S ?? '';
  if (indexPartition.isDue(partition)) return 'RUNNING';
  const machine = item.machine?.S ?? '';
  return executionStatuses.find((status) =>
    partition.startsWith(indexPartition.ofMachine(isParked(status) ? '' : machine, status)),
  );
}

/** Where a scan of the index goes on after this item. */
export function indexKeyOf({ executionId, item, mr_pk, mr_sk }: Attributes): Attributes {
  return {
    ...(executionId && { executionId }),
    ...(item && { item }),
    ...(mr_pk && { mr_pk }),
    ...(mr_sk && { mr_sk }),
  };
}

/**
 * Only `execution` items belong in the index. DynamoDB puts any item there that has its keys, from any writer: such
 * an item is not in a list, and never due.
 */
export function isIndexed(item: Attributes): boolean {
  return item.item?.S === sortKey.execution;
}

export function listedExecution(item: Attributes, status: ExecutionStatus): ListedExecution {
  const running = status === 'RUNNING';
  return {
    executionId: item.executionId?.S ?? '',
    machine: item.machine?.S ?? '',
    status,
    startedAt: item.startedAt?.S ?? '',
    ...(running ? {} : { endedAt: timeOf(item) }),
  };
}

/** Where another writer has put a number that is not a time, one that cannot be: a list must not fail for it. */
function timeOf(item: Attributes): string {
  const ms = Number(item.mr_sk?.N);
  return Math.abs(ms) <= latestMs ? isoTime(ms) : '';
}

/** The end of JavaScript's time. */
const latestMs = 8.64e15;

export interface ListCursor {
  readonly shard: number;
  readonly from?: Attributes;
}

export function encodeCursor(cursor: ListCursor): string {
  return cursorOf(cursor);
}

/** @throws InvalidCursorError */
export function decodeCursor(cursor: string): ListCursor {
  const place = placeOf(cursor);
  if (typeof place === 'object' && place !== null && 'shard' in place && typeof place.shard === 'number') {
    return place as ListCursor;
  }
  throw new InvalidCursorError();
}

/** The shards that a list still has to read, the first from where the page before ended. */
export function listShards(
  shards: number,
  cursor: string | undefined,
): { shard: number; from: Attributes | undefined }[] {
  const start = cursor === undefined ? { shard: 0 } : decodeCursor(cursor);
  const first = { shard: start.shard, from: 'from' in start ? start.from : undefined };
  const rest = Array.from({ length: Math.max(0, shards - start.shard - 1) }, (_, i) => ({
    shard: start.shard + 1 + i,
    from: undefined,
  }));
  return start.shard < shards ? [first, ...rest] : [];
}
