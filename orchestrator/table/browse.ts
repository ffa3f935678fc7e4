import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { ExecutionStatus } from '../core/execution/model/execution.ts';
import type { Attributes } from './attributes.ts';
import { cursorOf, InvalidCursorError, placesOf } from './cursor.ts';
import { isoTime } from './executionItem.ts';
import { indexKeyOf, isIndexed, listedExecution, listPartition } from './indexQueries.ts';
import type { BrowseRequest, CountRequest, ListedExecution, Page } from './requests.ts';
import { indexName, isParked, sortKey } from './schema.ts';

/** A partition of the index that has executions that are asked for. */
export interface BrowsedPartition {
  readonly name: string;
  readonly status: ExecutionStatus;
  /** The machines whose executions count. Absent: all that are in it. */
  readonly machines?: readonly string[];
}

/** The answer of one query of a partition; `next` where there is more. */
export interface PartitionRead {
  readonly items: readonly Attributes[];
  readonly next: Attributes | undefined;
}

export type ReadPartition = (
  partition: BrowsedPartition,
  from: Attributes | undefined,
  limit: number,
) => Promise<PartitionRead>;

export function browsedPartitions(
  { machines, includesOtherMachines }: Pick<BrowseRequest, 'machines' | 'includesOtherMachines'>,
  statuses: readonly ExecutionStatus[],
  shards: number,
): readonly BrowsedPartition[] {
  const numbers = Array.from({ length: shards }, (_, shard) => shard);
  return statuses.flatMap((status) => {
    // Those of every machine are in one partition, except for ended ones.
    const isShared = status === 'RUNNING' || isParked(status);
    const groups = isShared ? [''] : machines;
    return groups.flatMap((machine) =>
      numbers.map((shard) => ({
        name: listPartition({ machine, status }, shard),
        status,
        ...(isShared ? !includesOtherMachines && { machines } : { machines: [machine] }),
      })),
    );
  });
}

/** Whether an execution of the index is one that is asked for, beyond what the keys of the index say. */
export function isBrowsed(
  item: Attributes,
  { status, machines }: BrowsedPartition,
  { idPrefix = '', since, until }: Omit<BrowseRequest, 'machines' | 'statuses' | 'limit'>,
): boolean {
  if (!isIndexed(item) || !(item.executionId?.S ?? '').startsWith(idPrefix)) return false;
  if (machines && !machines.includes(item.machine?.S ?? '')) return false;
  if (status !== 'RUNNING') return true;
  const startedAt = item.startedAt?.S ?? '';
  return (
    (since === undefined || startedAt >= isoTime(since)) &&
    (until === undefined || startedAt <= isoTime(until))
  );
}

/** The query of one partition. Its filter spares the network; {@link isBrowsed} decides. */
export function browseQuery(
  partition: BrowsedPartition,
  { idPrefix = '', since, until }: Pick<BrowseRequest, 'idPrefix' | 'since' | 'until'>,
  from: Attributes | undefined,
  limit: number,
): Omit<QueryCommandInput, 'TableName'> {
  const isRunning = partition.status === 'RUNNING';
  const machines = partition.machines ?? [];
  const filters = [
    ...(machines.length > 0 ? [`machine IN (${machines.map((_, i) => `:m${i}`).join(', ')})`] : []),
    ...(idPrefix === '' ? [] : ['begins_with(executionId, :prefix)']),
  ];
  return {
    IndexName: indexName,
    Limit: limit,
    ...(from && { ExclusiveStartKey: from }),
    KeyConditionExpression: isRunning
      ? 'mr_pk = :partition'
      : 'mr_pk = :partition AND mr_sk BETWEEN :since AND :until',
    ...(filters.length > 0 && { FilterExpression: filters.join(' AND ') }),
    ExpressionAttributeValues: {
      ':partition': { S: partition.name },
      ...(!isRunning && { ':since': { N: String(since ?? 0) }, ':until': { N: String(until ?? latestMs) } }),
      ...Object.fromEntries(machines.map((machine, i) => [`:m${i}`, { S: machine }])),
      ...(idPrefix !== '' && { ':prefix': { S: idPrefix } }),
    },
    ScanIndexForward: isRunning,
  };
}

export function countQuery(partition: BrowsedPartition, limit: number): Omit<QueryCommandInput, 'TableName'> {
  return { ...browseQuery(partition, {}, undefined, limit), Select: 'COUNT' };
}

/** The executions that each partition of a count may count. */
export function countedEach({ atMost }: Pick<CountRequest, 'atMost'>, partitions: number): number {
  return Math.max(1, Math.ceil(atMost / Math.max(1, partitions)));
}

const latestMs = 8.64e15;

/** Where a partition goes on. `true`: it has nothing more. */
type Place = Attributes | true;

/** One page over all partitions, of one query each at most. */
export async function browse(
  request: BrowseRequest,
  shards: number,
  read: ReadPartition,
): Promise<Page<ListedExecution>> {
  const partitions = browsedPartitions(request, request.statuses, shards);
  const places = request.cursor === undefined ? new Map<string, Place>() : decodePlaces(request.cursor);
  const items: ListedExecution[] = [];
  for (const isRunning of [true, false]) {
    const part = partitions.filter(({ status }) => (status === 'RUNNING') === isRunning);
    const open = part.filter(({ name }) => places.get(name) !== true);
    if (open.length === 0) continue;
    const left = request.limit - items.length;
    if (left <= 0) return { items, cursor: encodePlaces(places) };
    const reads = await Promise.all(
      open.map(async (partition) => {
        const place = places.get(partition.name);
        const from = place === true ? undefined : place;
        return { partition, ...(await read(partition, from, left)) };
      }),
    );
    items.push(...merged(reads, request, left, isRunning ? 1 : -1, places));
    if (part.some(({ name }) => places.get(name) !== true)) return { items, cursor: encodePlaces(places) };
  }
  return { items };
}

/**
 * The first executions of several sorted reads, in order. A partition that has more is known only up to where its read
 * ended: nothing beyond that place is answered yet. Moves the places on to what was answered.
 */
function merged(
  reads: readonly ({ readonly partition: BrowsedPartition } & PartitionRead)[],
  request: BrowseRequest,
  limit: number,
  direction: 1 | -1,
  places: Map<string, Place>,
): ListedExecution[] {
  const ends = reads.flatMap(({ next }) => (next ? [direction * sortOf(next)] : []));
  const known = Math.min(...ends);
  const found = reads.flatMap(({ partition, items }) =>
    items
      .filter((item) => isBrowsed(item, partition, request))
      .map((item) => ({ item, partition, rank: direction * sortOf(item) })),
  );
  const shown = found
    .filter(({ rank }) => !(rank > known))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit);
  const answered = new Set(shown.map(({ item }) => item));
  for (const { partition, items, next } of reads) {
    const kept = items.filter((item) => isBrowsed(item, partition, request));
    const last = kept.findLast((item) => answered.has(item));
    if (kept.every((item) => answered.has(item))) places.set(partition.name, next ?? true);
    else if (last) places.set(partition.name, indexKeyOf(last));
  }
  return shown.map(({ item, partition }) => listedExecution(item, partition.status));
}

function sortOf(item: Attributes): number {
  return Number(item.mr_sk?.N);
}

/** `0` for a partition that is done with; else the key to go on after. */
type EncodedPlace = 0 | readonly [executionId: string, sort: string, item?: string];

function encodePlaces(places: ReadonlyMap<string, Place>): string {
  const encoded = [...places].map(([name, place]): [string, EncodedPlace] => {
    if (place === true) return [name, 0];
    const [id = '', sort = '', item = ''] = [place.executionId?.S, place.mr_sk?.N, place.item?.S];
    return [name, item === sortKey.execution ? [id, sort] : [id, sort, item]];
  });
  return cursorOf(encoded);
}

/** @throws InvalidCursorError */
function decodePlaces(cursor: string): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const each of placesOf(cursor)) {
    const [name, place]: readonly unknown[] = Array.isArray(each) ? each : [];
    if (typeof name !== 'string') throw new InvalidCursorError();
    if (place === 0) places.set(name, true);
    else places.set(name, keyOf(name, place));
  }
  return places;
}

function keyOf(partition: string, place: unknown): Attributes {
  const [id, sort, item = sortKey.execution]: readonly unknown[] = Array.isArray(place) ? place : [];
  if (typeof id !== 'string' || typeof item !== 'string' || typeof sort !== 'string')
    throw new InvalidCursorError();
  if (!Number.isFinite(Number(sort)) || sort.trim() === '') throw new InvalidCursorError();
  return { executionId: { S: id }, item: { S: item }, mr_pk: { S: partition }, mr_sk: { N: sort } };
}
