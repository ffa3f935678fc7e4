import { listUpdateControl } from '../core/execution/model/entries.ts';
import type { Execution, ExecutionStatus } from '../core/execution/model/execution.ts';
import { type OpenTask, taskKey } from '../core/execution/model/openTask.ts';
import type { Attributes } from './attributes.ts';
import { statusOf } from './executionItem.ts';
import { listsOf } from './listAttributes.ts';
import { logTextOf } from './logText.ts';
import { attribute, indexPartition, neverMs, sortKey, sortKeyPrefix } from './schema.ts';

/** The parts of an item that show whether something is wrong with its execution. Times in ms since the epoch. */
export type ItemOutline = ExecutionOutline | JournalOutline | LogSegmentOutline | UnreadableOutline;

export interface ExecutionOutline {
  readonly type: 'execution';
  readonly executionId: string;
  readonly machine: string;
  readonly status: ExecutionStatus;
  readonly version: number;
  readonly startedAt: number;
  /** Whether it waits for its machine or for a redrive: what is in its journal is not applied, and need not be. */
  readonly isWaiting: boolean;
  readonly wakeAt?: number;
  /** When its next task is to be dispatched, or has failed. */
  readonly taskAt?: number;
  /** Those whose results are awaited, those of lists' items among them. */
  readonly openTasks: readonly OpenTaskOutline[];
  /** Numbers of its children that have not ended, as far as it knows. */
  readonly children: readonly number[];
  /** Whether it still has messages to send to other executions. */
  readonly hasOutbox: boolean;
  readonly log: string;
  readonly logSegments: number;
}

export interface OpenTaskOutline {
  /** Sort key of its result. */
  readonly reference: string;
  /** It waits to be handed to its function. */
  readonly isDeferred: boolean;
}

export interface JournalOutline {
  readonly type: 'journal';
  readonly executionId: string;
  /** Its sort key. */
  readonly reference: string;
  /** An operator's or a parent's word: it is applied even while the execution waits. */
  readonly isControl: boolean;
  /** The machine of a start. */
  readonly machine?: string;
  /** When it was written, as its writer says. */
  readonly at?: number;
  readonly expiresAt?: number;
}

export interface LogSegmentOutline {
  readonly type: 'logSegment';
  readonly executionId: string;
  readonly number: number;
  readonly text: string;
}

/** An `execution` item that no orchestrator can have written. */
export interface UnreadableOutline {
  readonly type: 'unreadable';
  readonly executionId: string;
}

/** Undefined for an item without information: a beat, a claim, or a foreign item. */
export function outlineOf(item: Attributes): ItemOutline | undefined {
  const executionId = item.executionId?.S ?? '';
  const key = item[attribute.item]?.S ?? '';
  if (key === sortKey.execution)
    return executionOutline(executionId, item) ?? { type: 'unreadable', executionId };
  if (key.startsWith(sortKeyPrefix.logSegment)) {
    const number = Number(key.slice(sortKeyPrefix.logSegment.length));
    return { type: 'logSegment', executionId, number, text: logTextOf(item.log) ?? '' };
  }
  const { result, event, message } = sortKeyPrefix;
  const isJournal =
    key === sortKey.start || [result, event, message].some((prefix) => key.startsWith(prefix));
  if (!isJournal) return undefined;
  const at = timeOf(key.startsWith(result) ? item.endedAt?.S : item.at?.S);
  const expiry = numberOf(item[attribute.expiresAt]);
  const machine = key === sortKey.start ? item.machine?.S : undefined;
  return {
    type: 'journal',
    executionId,
    reference: key,
    isControl: needsNoMachine(item) || saysWord(item),
    ...(machine !== undefined && { machine }),
    ...(at !== undefined && { at }),
    ...(expiry !== undefined && { expiresAt: expiry * 1000 }),
  };
}

function needsNoMachine({ control }: Attributes): boolean {
  return control !== undefined && control.S !== listUpdateControl;
}

/** Whether a parent's stop or redrive is among the messages. Compressed messages are not searched. */
function saysWord({ messages }: Attributes): boolean {
  return (messages?.L ?? []).some(({ M }) => M?.type?.S === 'stop' || M?.type?.S === 'redrive');
}

function executionOutline(executionId: string, item: Attributes): ExecutionOutline | undefined {
  const status = statusOf(item.status?.S);
  const version = numberOf(item[attribute.version]);
  const startedAt = timeOf(item[attribute.startedAt]?.S);
  const log = logTextOf(item.log);
  const partition = item[attribute.indexPartition]?.S;
  const sort = numberOf(item[attribute.indexSort]);
  if (status === undefined || version === undefined || startedAt === undefined) return undefined;
  if (log === undefined || partition === undefined || sort === undefined) return undefined;
  const tasks = tasksIn(item, { executionId, startedAt });
  const times = tasks.flatMap(({ dispatchAt, deadline }) => dispatchAt ?? deadline ?? []);
  return {
    type: 'execution',
    executionId,
    machine: item.machine?.S ?? '',
    status,
    version,
    startedAt,
    isWaiting: item.waiting !== undefined || status === 'PENDING_REDRIVE' || status === 'SUSPENDED',
    log,
    logSegments: numberOf(item.logSegments) ?? 0,
    ...(indexPartition.isDue(partition) && sort !== neverMs && { wakeAt: sort }),
    ...(times.length > 0 && { taskAt: times.reduce((a, b) => Math.min(a, b)) }),
    openTasks: tasks.map((task) => ({
      reference: taskKey(task),
      isDeferred: task.dispatchAt !== undefined,
    })),
    children: childNumbers(item),
    hasOutbox: item.outbox !== undefined,
  };
}

type TaskOutline = Pick<OpenTask, 'task' | 'index' | 'attempt' | 'dispatchAt' | 'deadline'>;

function tasksIn({ tasks, lists }: Attributes, of: Pick<Execution, 'executionId' | 'startedAt'>) {
  const own = (tasks?.L ?? []).map(({ M: { id, attempt, dispatchAt, deadline } = {} }): TaskOutline => {
    const [dispatch, end] = [numberOf(dispatchAt), numberOf(deadline)];
    return {
      task: Number(id?.N),
      attempt: Number(attempt?.N),
      ...(dispatch !== undefined && { dispatchAt: dispatch }),
      ...(end !== undefined && { deadline: end }),
    };
  });
  const running = lists === undefined ? [] : (listsOf(of, lists) ?? []);
  return [...own, ...running.flatMap(({ open }): readonly TaskOutline[] => open)];
}

/** The numbers of the children of an `execution` item that was read, be it in part. */
export function childNumbers({ children }: Attributes): readonly number[] {
  return (children?.L ?? []).flatMap(({ M }) => numberOf(M?.task) ?? []);
}

function numberOf(value: Attributes[string] | undefined): number | undefined {
  return value?.N === undefined ? undefined : Number(value.N);
}

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}
