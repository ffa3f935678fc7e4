import type { ExecutionStatus } from '../core/execution/model/execution.ts';
import { type AttemptNumbers, taskId, taskKey } from '../core/execution/model/openTask.ts';

/**
 * Names in the table: keys, attributes, index. This module and its neighbours are the only ones that know them;
 * docs/reference/items.md says the same in prose.
 */
export const attribute = {
  executionId: 'executionId',
  item: 'item',
  version: 'version',
  startedAt: 'startedAt',
  expiresAt: 'expiresAt',
  /** Present in a journal item whose writer invokes the orchestrator with it, beside the stream. */
  nudged: 'nudged',
  /** Present in an execution's commit, and gone with the next: its emissions for the bus. */
  emitted: 'emitted',
  indexPartition: 'mr_pk',
  indexSort: 'mr_sk',
  machine: 'machine',
  machineVersion: 'machineVersion',
} as const;

/** Name of the one index: RUNNING executions by next wake, parked ones by status and time, ended ones by machine too. */
export const indexName = 'mr_index';

/** Attributes in the index beside the keys. They never change, so a commit that keeps the index keys writes no index. */
export const indexProjection = [attribute.machine, attribute.startedAt] as const;

/** Sort keys, and prefixes of sort keys. */
export const sortKey = {
  start: 'start',
  execution: 'execution',
  result: taskKey,
  event: (id: string) => `event#${id}`,
  message: (sender: string, number: number) => `message#${sender}#${number}`,
  logSegment: (number: number) => `log#${number}`,
  beat: (numbers: AttemptNumbers) => `beat#${taskId(numbers)}#${numbers.attempt}`,
  claim: (numbers: AttemptNumbers) => `claim#${taskId(numbers)}#${numbers.attempt}`,
  itemsPage: (task: number, hash: string, page: number) => `items#${task}#${hash}#${page}`,
  registry: (kind: string, name: string) => `${kind}#${name}`,
} as const;

/** The partition of what the API of Step Functions has created. No execution has such an id. */
export const registryPartition = '#registry';

export const sortKeyPrefix = {
  result: 'task#',
  itemResult: (task: number) => `task#${task}.`,
  event: 'event#',
  message: 'message#',
  logSegment: 'log#',
  beat: 'beat#',
} as const;

/** Sort keys whose insertion the orchestrator must hear of: the stream's filter is made of it. */
export const journalSortKeys = {
  equals: [sortKey.start],
  prefixes: [sortKeyPrefix.result, sortKeyPrefix.event, sortKeyPrefix.message],
} as const;

/** Statuses in which an execution stands still and has not ended. */
export const parkedStatuses = ['SUSPENDED', 'PENDING_REDRIVE'] as const;

export type ParkedStatus = (typeof parkedStatuses)[number];

export function isParked(status: ExecutionStatus): status is ParkedStatus {
  return status === 'SUSPENDED' || status === 'PENDING_REDRIVE';
}

/** Index partitions. Spread over shards, because a partition takes 1,000 write units a second. */
export const indexPartition = {
  due: (shard: number) => `due#${shard}`,
  isDue: (partition: string) => partition.startsWith('due#'),
  /** Partition for all machines, so that the clock finds them without knowing which machines there are. */
  parked: (status: ParkedStatus, shard: number) => `#${status}#${shard}`,
  ended: (machine: string, status: string, shard: number) => `${machine}#${status}#${shard}`,
  /** Attempts that wait for workers of an activity. No machine's id is empty. */
  activity: (name: string, shard: number) => `#activity#${name}#${shard}`,
  /** Begins the partitions of a machine's executions in a status. */
  ofMachine: (machine: string, status: string) => `${machine}#${status}#`,
} as const;

/** Where a RUNNING execution that waits for no time is sorted: the end of the year 9999. */
export const neverMs = 253_402_300_799_999;

/** DynamoDB's limit for an item. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
export const maximumItemBytes = 400 * 1024;
