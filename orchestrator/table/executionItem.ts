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
import { type BesideLog, besideLog, type ItemSource } from './besideLog.ts';
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
  return encoded({ execution, layout, emitted });
}

/** Bytes that the log may take in the item of an execution without making it dearer. */
export function logRoom(
  execution: Execution,
  layout: TableLayout,
  emitted: readonly Emission[] = [],
): number {
  const item = encoded({ execution: { ...execution, log: '' }, layout, emitted });
  return item.type === 'tooLarge' ? 0 : 1024 * writeUnits(item.bytes) - item.bytes;
}

type Encoded =
  | (Extract<EncodedExecution, { type: 'item' }> & { readonly bytes: number })
  | Extract<EncodedExecution, { type: 'tooLarge' }>;

function encoded(source: ItemSource): Encoded {
  const { execution } = source;
  const { status } = execution;
  const beside = besideLog(source, plainAttributes, compressedAttributes);
  const plain = withLog(beside, { S: execution.log });
  if (plain.bytes <= 1024) return plain;
  const deflated = deflatedLog(execution.log);
  const short = withLog(beside, deflated);
  if (short.bytes <= 1024) return short;
  const compressed = withLog(beside.compressed(), deflated);
  const best = writeUnits(compressed.bytes) < writeUnits(plain.bytes) ? compressed : plain;
  if (fits(best, status)) return best;
  const smallest = { ...compressed.item };
  if (execution.output !== undefined) smallest.output = compressedAttribute(JSON.stringify(execution.output));
  if (execution.tasks.length > 0) smallest.tasks = { L: execution.tasks.map(compressedTaskAttribute) };
  Object.assign(smallest, compressedOutbox(execution));
  const bytes = attributesSize(smallest);
  const last = { type: 'item', item: smallest, bytes } as const;
  return fits(last, status) ? last : { type: 'tooLarge', bytes };
}

function withLog(
  { attributes, bytes }: Pick<BesideLog, 'attributes' | 'bytes'>,
  log: AttributeValue,
): Extract<Encoded, { type: 'item' }> {
  return { type: 'item', item: { ...attributes, log }, bytes: bytes + attributesSize({ log }) };
}

function plainAttributes({ execution, layout, emitted }: ItemSource): Attributes {
  const plain = executionAttributes(execution, layout);
  if (emitted.length > 0) plain[attribute.emitted] = emittedAttribute(emitted);
  return plain;
}

function compressedAttributes(plain: Attributes, { execution, emitted }: ItemSource): Attributes {
  const compressed = { ...plain };
  if (execution.snapshot !== undefined) compressed.snapshot = compressedAttribute(execution.snapshot);
  if (execution.lists) compressed.lists = listsAttribute(execution, execution.lists, compressedAttribute);
  if (emitted.length > 0) compressed[attribute.emitted] = compressedEmittedAttribute(emitted);
  return compressed;
}

/** Kept free while an execution runs, for what must fit whatever its state: more log, and an error. */
const reservedBytes = 16 * 1024;

function fits({ item, bytes }: Extract<Encoded, { type: 'item' }>, status: ExecutionStatus): boolean {
  if (bytes > maximumItemBytes) return false;
  const { log } = item;
  return (
    status !== 'RUNNING' || bytes - (log ? attributesSize({ log }) : 0) <= maximumItemBytes - reservedBytes
  );
}

function writeUnits(bytes: number): number {
  return Math.ceil(bytes / 1024);
}

/** All but its log. */
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
