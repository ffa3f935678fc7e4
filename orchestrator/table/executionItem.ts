import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  type Execution,
  type ExecutionError,
  type ExecutionErrorCode,
  type ExecutionStatus,
  executionStatuses,
  hasEnded,
  type OpenTask,
  type Waiting,
} from '../core/execution/execution.ts';
import { fraction } from '../core/execution/tasks.ts';
import type { Json } from '../core/json.ts';
import {
  type Attributes,
  attributesSize,
  compressedAttribute,
  jsonAttribute,
  jsonOf,
  textOf,
} from './attributes.ts';
import { attribute, indexPartition, maximumItemBytes, neverMs, sortKey } from './schema.ts';

/** How the table is laid out and how long its items are kept. */
export interface TableLayout {
  /** Partitions that each index group is spread over. */
  readonly indexShards: number;
  /** Days that items are kept; an execution a week longer, from its end. Absent: for ever. */
  readonly retentionDays?: number;
}

const executionGraceDays = 7;

/** Seconds since the epoch, as DynamoDB's time to live wants it. */
export function expiresAt(layout: TableLayout, now: number): number | undefined {
  return layout.retentionDays === undefined
    ? undefined
    : Math.floor(now / 1000) + layout.retentionDays * 86_400;
}

export function shardOf(executionId: string, shards: number): number {
  return Math.floor(fraction(executionId) * shards);
}

export type EncodedExecution =
  | { readonly type: 'item'; readonly item: Attributes }
  | { readonly type: 'tooLarge'; readonly bytes: number };

/** The `execution` item. Its state is compressed where that saves a write unit. */
export function encodeExecution(execution: Execution, layout: TableLayout): EncodedExecution {
  const plain = executionAttributes(execution, layout);
  const size = attributesSize(plain);
  if (size <= 1024 || execution.snapshot === undefined) return checked(plain, size);
  const compressed = { ...plain, snapshot: compressedAttribute(execution.snapshot) };
  const compressedSize = attributesSize(compressed);
  if (writeUnits(compressedSize) < writeUnits(size)) {
    if (compressedSize <= maximumItemBytes || execution.output === undefined)
      return checked(compressed, compressedSize);
    const both = { ...compressed, output: compressedAttribute(JSON.stringify(execution.output)) };
    return checked(both, attributesSize(both));
  }
  return checked(plain, size);
}

function checked(item: Attributes, bytes: number): EncodedExecution {
  return bytes > maximumItemBytes ? { type: 'tooLarge', bytes } : { type: 'item', item };
}

function writeUnits(bytes: number): number {
  return Math.ceil(bytes / 1024);
}

function executionAttributes(execution: Execution, layout: TableLayout): Attributes {
  const { executionId, machine, status } = execution;
  const shard = shardOf(executionId, layout.indexShards);
  const isRunning = status === 'RUNNING';
  const item: Attributes = {
    executionId: { S: executionId },
    item: { S: sortKey.execution },
    machine: { S: machine },
    status: { S: status },
    version: { N: String(execution.version) },
    startedAt: { S: isoTime(execution.startedAt) },
    updatedAt: { S: isoTime(execution.updatedAt) },
    log: { S: execution.log },
    [attribute.indexPartition]: {
      S: isRunning ? indexPartition.due(shard) : indexPartition.ended(machine, status, shard),
    },
    [attribute.indexSort]: {
      N: String(isRunning ? (execution.wakeAt ?? neverMs) : (execution.endedAt ?? execution.updatedAt)),
    },
  };
  const expiry = hasEnded(status) ? expiresAt(layout, execution.updatedAt) : undefined;
  if (execution.machineVersion !== undefined) item.machineVersion = { S: execution.machineVersion };
  if (execution.definitionHash !== undefined) item.definitionHash = { S: execution.definitionHash };
  if (execution.endedAt !== undefined) item.endedAt = { S: isoTime(execution.endedAt) };
  if (execution.state !== undefined) item.state = jsonAttribute(execution.state as Json);
  if (execution.snapshot !== undefined) item.snapshot = { S: execution.snapshot };
  if (execution.output !== undefined) item.output = jsonAttribute(execution.output);
  if (execution.error !== undefined) item.error = jsonAttribute({ ...execution.error });
  if (execution.waiting !== undefined) item.waiting = jsonAttribute({ ...execution.waiting });
  if (execution.tasks.length > 0) item.tasks = { L: execution.tasks.map(taskAttribute) };
  if (execution.logSegments > 0) item.logSegments = { N: String(execution.logSegments) };
  if (expiry !== undefined) item[attribute.expiresAt] = { N: String(expiry + executionGraceDays * 86_400) };
  return item;
}

function taskAttribute(task: OpenTask): AttributeValue {
  const { task: id, worker, attempt, cause, deadline, dispatchAt, input } = task;
  const map: Attributes = {
    id: { N: String(id) },
    worker: { S: worker },
    attempt: { N: String(attempt) },
    cause: { S: cause },
  };
  if (deadline !== undefined) map.deadline = { N: String(deadline) };
  if (dispatchAt !== undefined) map.dispatchAt = { N: String(dispatchAt) };
  if (input !== undefined) map.input = jsonAttribute(input);
  return { M: map };
}

/** Thrown for an `execution` item that no orchestrator can have written. */
export class UnreadableExecutionError extends Error {
  readonly code = 'UnreadableExecution';
  override readonly name = 'UnreadableExecutionError';
  constructor(executionId: string, attributeName: string) {
    super(
      `The execution item of '${executionId}' has no readable '${attributeName}': only the orchestrator may write it.`,
    );
  }
}

/** @throws UnreadableExecutionError */
export function decodeExecution(item: Attributes): Execution {
  const executionId = item.executionId?.S ?? '';
  const read = <T>(name: string, value: T | undefined): T => {
    if (value === undefined) throw new UnreadableExecutionError(executionId, name);
    return value;
  };
  const text = (name: string) => read(name, item[name]?.S);
  const status = read('status', statusOf(item.status?.S));
  const state = item.state;
  const sort = Number(read('mr_sk', item[attribute.indexSort]?.N));
  return {
    executionId,
    machine: text('machine'),
    status,
    version: Number(read('version', item.version?.N)),
    startedAt: Date.parse(text('startedAt')),
    updatedAt: Date.parse(text('updatedAt')),
    tasks: (item.tasks?.L ?? []).map((task) => decodeTask(executionId, task.M ?? {})),
    log: text('log'),
    logSegments: Number(item.logSegments?.N ?? 0),
    ...optional('machineVersion', item.machineVersion?.S),
    ...optional('definitionHash', item.definitionHash?.S),
    ...optional('endedAt', item.endedAt?.S === undefined ? undefined : Date.parse(item.endedAt.S)),
    ...optional('state', state && (jsonOf(state) as Exclude<Execution['state'], undefined>)),
    ...optional('snapshot', item.snapshot && textOf(item.snapshot)),
    ...optional('output', item.output && jsonOf(item.output)),
    ...optional('error', item.error && decodeError(item.error)),
    ...optional('waiting', item.waiting && decodeWaiting(item.waiting)),
    ...optional('wakeAt', status === 'RUNNING' && sort !== neverMs ? sort : undefined),
  };
}

function decodeError(value: AttributeValue): ExecutionError {
  const { code, name, message, stack } = value.M ?? {};
  return {
    code: (code?.S ?? 'InternalError') as ExecutionErrorCode,
    name: name?.S ?? '',
    message: message?.S ?? '',
    ...optional('stack', stack?.S),
  };
}

function decodeWaiting(value: AttributeValue): Waiting {
  const { since, attempts, nextAttemptAt } = value.M ?? {};
  return { since: Number(since?.N), attempts: Number(attempts?.N), nextAttemptAt: Number(nextAttemptAt?.N) };
}

function decodeTask(executionId: string, map: Attributes): OpenTask {
  const { id, worker, attempt, cause, deadline, dispatchAt, input } = map;
  if (id?.N === undefined || worker?.S === undefined)
    throw new UnreadableExecutionError(executionId, 'tasks');
  return {
    task: Number(id.N),
    worker: worker.S,
    attempt: Number(attempt?.N),
    cause: cause?.S ?? '',
    ...optional('deadline', deadline?.N === undefined ? undefined : Number(deadline.N)),
    ...optional('dispatchAt', dispatchAt?.N === undefined ? undefined : Number(dispatchAt.N)),
    ...optional('input', input && jsonOf(input)),
  };
}

export function statusOf(text: string | undefined): ExecutionStatus | undefined {
  return executionStatuses.find((status) => status === text);
}

function optional<K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: T });
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
