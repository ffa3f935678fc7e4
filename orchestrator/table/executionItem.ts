import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json } from '../core/data/json.ts';
import { MillraceError } from '../core/errors/millraceError.ts';
import type { Emission } from '../core/execution/model/emission.ts';
import {
  type Execution,
  type ExecutionError,
  type ExecutionErrorCode,
  type ExecutionStatus,
  executionStatuses,
  hasEnded,
  type Waiting,
} from '../core/execution/model/execution.ts';
import { fraction } from '../core/execution/tasks/tasks.ts';
import { storedTime } from '../core/policy/time.ts';
import {
  actorAttributes,
  childrenOf,
  compressedOutbox,
  countsOf,
  heldOf,
  outboxOf,
} from './actorAttributes.ts';
import {
  type Attributes,
  attributesSize,
  compressedAttribute,
  isObject,
  jsonAttribute,
  jsonOf,
  textOf,
  UnreadableAttributeError,
} from './attributes.ts';
import { compressedEmittedAttribute, emittedAttribute } from './emitted.ts';
import { listsAttribute, listsOf } from './listAttributes.ts';
import { deflatedLog, logTextOf } from './logText.ts';
import { operationAttributes, operationFields } from './operationAttributes.ts';
import { orderedAttributes, orderedJson } from './orderedJson.ts';
import { dataRenewalAt, executionExpiresAt, type TableLayout } from './retention.ts';
import { attribute, indexPartition, isParked, maximumItemBytes, neverMs, sortKey } from './schema.ts';
import {
  compressedTaskAttribute,
  dataKeyOf,
  numberOf,
  optional,
  taskAttribute,
  tasksOf,
} from './taskAttributes.ts';

export function shardOf(executionId: string, shards: number): number {
  return Math.floor(fraction(executionId) * shards);
}

export type EncodedExecution =
  | { readonly type: 'item'; readonly item: Attributes }
  | { readonly type: 'tooLarge'; readonly bytes: number };

/** The `execution` item. Its state is compressed where that saves a write unit, its data where it is too large else. */
export function encodeExecution(
  execution: Execution,
  layout: TableLayout,
  emitted: readonly Emission[] = [],
): EncodedExecution {
  const plain = executionAttributes(execution, layout);
  if (emitted.length > 0) plain[attribute.emitted] = emittedAttribute(emitted);
  const size = attributesSize(plain);
  if (size <= 1024) return { type: 'item', item: plain };
  const compressed: Attributes = { ...plain, log: deflatedLog(execution.log) };
  if (attributesSize(compressed) <= 1024) return { type: 'item', item: compressed };
  if (execution.snapshot !== undefined) compressed.snapshot = compressedAttribute(execution.snapshot);
  if (execution.lists) compressed.lists = listsAttribute(execution, execution.lists, compressedAttribute);
  if (emitted.length > 0) compressed[attribute.emitted] = compressedEmittedAttribute(emitted);
  const compressedSize = attributesSize(compressed);
  const isSmaller = writeUnits(compressedSize) < writeUnits(size);
  const encoded = isSmaller ? compressed : plain;
  if (fits(encoded, execution.status)) {
    return { type: 'item', item: encoded };
  }
  if (execution.output !== undefined)
    compressed.output = compressedAttribute(JSON.stringify(execution.output));
  if (execution.tasks.length > 0) compressed.tasks = { L: execution.tasks.map(compressedTaskAttribute) };
  Object.assign(compressed, compressedOutbox(execution));
  return fits(compressed, execution.status)
    ? { type: 'item', item: compressed }
    : { type: 'tooLarge', bytes: attributesSize(compressed) };
}

/** Bytes that the log may take in the item of an execution without making it dearer. */
export function logRoom(
  execution: Execution,
  layout: TableLayout,
  emitted: readonly Emission[] = [],
): number {
  const encoded = encodeExecution({ ...execution, log: '' }, layout, emitted);
  if (encoded.type === 'tooLarge') return 0;
  const bytes = attributesSize(encoded.item);
  return 1024 * writeUnits(bytes) - bytes;
}

/** Kept free while an execution runs, for what must fit whatever its state: more log, and an error. */
const reservedBytes = 16 * 1024;

function fits(item: Attributes, status: ExecutionStatus): boolean {
  const bytes = attributesSize(item);
  if (bytes > maximumItemBytes) return false;
  const { log } = item;
  return (
    status !== 'RUNNING' || bytes - (log ? attributesSize({ log }) : 0) <= maximumItemBytes - reservedBytes
  );
}

function writeUnits(bytes: number): number {
  return Math.ceil(bytes / 1024);
}

function executionAttributes(execution: Execution, layout: TableLayout): Attributes {
  const { executionId, machine, status } = execution;
  const item: Attributes = {
    executionId: { S: executionId },
    item: { S: sortKey.execution },
    machine: { S: machine },
    status: { S: status },
    version: { N: String(execution.version) },
    startedAt: { S: isoTime(execution.startedAt) },
    updatedAt: { S: isoTime(execution.updatedAt) },
    log: { S: execution.log },
    ...indexAttributes(execution, layout),
  };
  const writtenUntil = Math.max(execution.updatedAt, execution.renewedAt ?? 0);
  const expiry = hasEnded(status) ? executionExpiresAt(layout, writtenUntil) : undefined;
  if (execution.machineVersion !== undefined) item.machineVersion = { S: execution.machineVersion };
  if (execution.definitionHash !== undefined) item.definitionHash = { S: execution.definitionHash };
  if (execution.endedAt !== undefined) item.endedAt = { S: isoTime(execution.endedAt) };
  if (execution.state !== undefined) item.state = jsonAttribute(execution.state as Json);
  if (execution.snapshot !== undefined) item.snapshot = { S: execution.snapshot };
  else if (execution.snapshotAt !== undefined) item.snapshotAt = { S: execution.snapshotAt };
  if (execution.output !== undefined) Object.assign(item, orderedAttributes('output', execution.output));
  else if (execution.outputAt !== undefined) item.outputAt = { S: execution.outputAt };
  if (execution.error !== undefined) item.error = jsonAttribute({ ...execution.error });
  if (execution.waiting !== undefined) item.waiting = jsonAttribute({ ...execution.waiting });
  if (execution.tasks.length > 0) item.tasks = { L: execution.tasks.map(taskAttribute) };
  if (execution.lists) item.lists = listsAttribute(execution, execution.lists);
  Object.assign(item, actorAttributes(execution));
  Object.assign(item, operationAttributes(execution));
  if (execution.logSegments > 0) item.logSegments = { N: String(execution.logSegments) };
  if (expiry !== undefined) item[attribute.expiresAt] = { N: String(expiry) };
  return item;
}

/** The clock looks among those that are due; what is parked it visits now and then, for the sake of its data. */
function indexAttributes(execution: Execution, layout: TableLayout): Attributes {
  const { executionId, machine, status, wakeAt = neverMs } = execution;
  const shard = shardOf(executionId, layout.indexShards);
  const wakeOrRenewalAt = Math.min(wakeAt, dataRenewalAt(execution, layout));
  const isDue = status === 'RUNNING' || wakeAt < neverMs;
  if (isDue || (hasEnded(status) && wakeOrRenewalAt < neverMs)) {
    return indexKey(indexPartition.due(shard), wakeOrRenewalAt);
  }
  const enteredAt = execution.endedAt ?? execution.updatedAt;
  const partition = isParked(status)
    ? indexPartition.parked(status, shard)
    : indexPartition.ended(machine, status, shard);
  return indexKey(partition, enteredAt);
}

function indexKey(partition: string, sort: number): Attributes {
  return { [attribute.indexPartition]: { S: partition }, [attribute.indexSort]: { N: String(sort) } };
}

/** Thrown for an `execution` item that no orchestrator can have written. */
export class UnreadableExecutionError extends MillraceError {
  override readonly code = 'UnreadableExecution';
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
  const optionally = <T>(name: string, decode: (value: AttributeValue) => T | undefined): T | undefined => {
    const value = item[name];
    if (value === undefined) return undefined;
    try {
      const decoded = decode(value);
      if (decoded !== undefined) return decoded;
    } catch (error) {
      if (!(error instanceof UnreadableAttributeError || error instanceof SyntaxError)) throw error;
    }
    throw new UnreadableExecutionError(executionId, name);
  };
  const read = <T>(name: string, decode: (value: AttributeValue) => T | undefined): T => {
    const decoded = optionally(name, decode);
    if (decoded === undefined) throw new UnreadableExecutionError(executionId, name);
    return decoded;
  };
  const status = read('status', (value) => statusOf(value.S));
  const startedAt = read('startedAt', timeOf);
  const sort = read(attribute.indexSort, numberOf);
  // An execution that has ended is woken, too, while it still has messages for its children.
  const isDue = indexPartition.isDue(read(attribute.indexPartition, stringOf));
  return {
    executionId,
    machine: read('machine', stringOf),
    status,
    version: read('version', numberOf),
    startedAt,
    updatedAt: read('updatedAt', timeOf),
    tasks: optionally('tasks', tasksOf) ?? [],
    log: read('log', logTextOf),
    logSegments: optionally('logSegments', numberOf) ?? 0,
    ...optional(
      'lists',
      optionally('lists', (value) => listsOf({ executionId, startedAt }, value)),
    ),
    ...optional('machineVersion', optionally('machineVersion', stringOf)),
    ...optional('definitionHash', optionally('definitionHash', stringOf)),
    ...optional('endedAt', optionally('endedAt', timeOf)),
    ...optional('state', optionally('state', jsonOf) as Execution['state']),
    ...optional('snapshot', optionally('snapshot', textOf)),
    ...optional('snapshotAt', optionally('snapshotAt', dataKeyOf)),
    ...optional(
      'output',
      optionally('output', () => orderedJson(item, 'output')),
    ),
    ...optional('outputAt', optionally('outputAt', dataKeyOf)),
    ...optional('error', optionally('error', errorOf)),
    ...optional('waiting', optionally('waiting', waitingOf)),
    ...operationFields(optionally),
    ...optional('children', optionally('children', childrenOf)),
    ...optional('sent', optionally('sent', countsOf)),
    ...optional('received', optionally('received', countsOf)),
    ...optional(
      'outbox',
      optionally('outbox', (value) => outboxOf(value, item.outboxKeys)),
    ),
    ...optional(
      'held',
      optionally('held', (value) => heldOf(value, item.heldKeys)),
    ),
    ...optional('wakeAt', isDue && sort !== neverMs ? sort : undefined),
  };
}

function stringOf(value: AttributeValue): string | undefined {
  return value.S;
}

function timeOf(value: AttributeValue): number | undefined {
  const time = Date.parse(value.S ?? '');
  return Number.isNaN(time) ? undefined : time;
}

function errorOf(value: AttributeValue): ExecutionError | undefined {
  const error = jsonOf(value);
  if (!isObject(error)) return undefined;
  const { code, name, message, stack, ...fields } = error;
  return {
    ...fields,
    code: (typeof code === 'string' ? code : 'InternalError') as ExecutionErrorCode,
    name: typeof name === 'string' ? name : '',
    message: typeof message === 'string' ? message : '',
    ...optional('stack', typeof stack === 'string' ? stack : undefined),
  };
}

function waitingOf(value: AttributeValue): Waiting | undefined {
  const { since, attempts, nextAttemptAt, isRedrive } = value.M ?? {};
  if (since?.N === undefined || attempts?.N === undefined || nextAttemptAt?.N === undefined) return undefined;
  return {
    since: Number(since.N),
    attempts: Number(attempts.N),
    nextAttemptAt: Number(nextAttemptAt.N),
    ...(isRedrive?.BOOL === true && { isRedrive: true }),
  };
}

export function statusOf(text: string | undefined): ExecutionStatus | undefined {
  return executionStatuses.find((status) => status === text);
}

/** The time in an item may be invalid: its reader gets the nearest valid one. */
export function isoTime(ms: number): string {
  return new Date(storedTime(ms)).toISOString();
}
