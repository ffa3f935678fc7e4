import type { Execution } from '../orchestrator/core/execution/model/execution.ts';
import { noLists, withListResults } from '../orchestrator/table/listResults.ts';
import type { Page } from '../orchestrator/table/requests.ts';
import { checkIsOf } from './describe.ts';
import { ExecutionNotFoundError } from './errors.ts';
import {
  decodePosition,
  encodePosition,
  type HistoryPosition,
  type LogPosition,
  logStart,
  positionOf,
  readLog,
  readPending,
} from './executionLog.ts';
import { type HistoryEntry, historyEntry, pendingEntry, workersOf } from './historyEntry.ts';
import { checkExecutionId } from './identifiers.ts';
import type { OfMachine } from './machineTypes.ts';
import { asStarted, type MachineDefinition } from './replay.ts';
import { ReplayedHistory } from './replayedHistory.ts';
import type { ClientSurroundings } from './surroundings.ts';

export interface HistoryOptions extends OfMachine {
  /**
   * Definitions of the execution's machine, each version that is at hand: the history is then replayed from its start, and its
   * entries say what they did to the machine. @default none
   */
  readonly machines?: readonly MachineDefinition[];
  /** Entries a page. @default 100 */
  readonly limit?: number;
  /** Number of the first entry. @default 1 */
  readonly from?: number;
  /** The `cursor` of the page before, in place of `from`. */
  readonly cursor?: string;
}

/**
 * A page of what happened.
 *
 * @throws ExecutionNotFoundError, InvalidExecutionIdError, InvalidCursorError
 */
export async function readHistoryPage(
  surroundings: ClientSurroundings,
  executionId: string,
  { limit = 100, from = 1, cursor, ...options }: HistoryOptions,
): Promise<Page<HistoryEntry>> {
  const begin = cursor === undefined ? from : decodePosition(cursor);
  const items: HistoryEntry[] = [];
  let next: HistoryPosition | undefined;
  for await (const each of historyEntries(surroundings, executionId, {
    ...options,
    begin,
    chunk: limit + 1,
  })) {
    // Reads one item more than the limit, to know whether there are more.
    if (items.length === limit && next) return { items, cursor: encodePosition(next) };
    items.push(each.entry);
    next = each.next;
  }
  return { items };
}

/** As many entries are in memory at once. */
const chunk = 1000;

/** @throws ExecutionNotFoundError, InvalidExecutionIdError */
export async function* readHistory(
  surroundings: ClientSurroundings,
  executionId: string,
  { from = 1, ...options }: Omit<HistoryOptions, 'limit' | 'cursor'>,
): AsyncGenerator<HistoryEntry, void, undefined> {
  for await (const { entry } of historyEntries(surroundings, executionId, {
    ...options,
    begin: from,
    chunk,
  })) {
    yield entry;
  }
}

interface EntriesOptions extends OfMachine {
  readonly machines?: readonly MachineDefinition[];
  /** A number, or a place that an earlier page ended at. */
  readonly begin: number | HistoryPosition;
  readonly chunk: number;
}

async function* historyEntries(
  { table }: ClientSurroundings,
  executionId: string,
  { machine, machines, begin, chunk }: EntriesOptions,
): AsyncGenerator<{ entry: HistoryEntry; next: HistoryPosition }, void, undefined> {
  checkExecutionId(executionId);
  const execution = await table.executions.read(executionId);
  // Events may come before the start: they alone make no execution.
  const start = execution ?? (await table.journal.readStart(executionId));
  if (!start || !('machine' in start)) throw new ExecutionNotFoundError(executionId);
  checkIsOf(machine, executionId, start.machine);
  const workers = workersOf(execution);
  const first = typeof begin === 'number' ? begin : begin.number;
  const pendingBefore = typeof begin === 'number' ? 0 : begin.pending;
  let end: LogPosition = { ...logStart, number: first };
  if (execution) {
    const lists = noLists();
    const replayed = machines && new ReplayedHistory(machines, { ...asStarted(execution), ...lists });
    // A replay begins at the start, wherever the page does.
    const at = replayed ? logStart : await beginOf(table, execution, begin);
    end = at;
    for await (const logged of readLog(table, execution, at, chunk)) {
      const { number, entry, item } = logged;
      const done =
        replayed &&
        (await withListResults(table, executionId, lists, () => replayed.take(logged, number >= first)));
      end = logged.next;
      if (number < first) continue;
      const known = replayed?.workers ?? workers;
      yield {
        entry: { ...historyEntry(number, entry, item, known), ...done },
        next: { ...logged.next, pending: 0 },
      };
    }
  }
  let pending = 0;
  for await (const entry of readPending(table, executionId, execution)) {
    const number = end.number + pending++;
    if (pending <= pendingBefore || number < first) continue;
    yield { entry: pendingEntry(number, entry, workers), next: { ...end, pending } };
  }
}

function beginOf(
  table: ClientSurroundings['table'],
  execution: Execution,
  begin: number | HistoryPosition,
): LogPosition | Promise<LogPosition> {
  if (typeof begin !== 'number') return begin;
  return begin === 1 ? logStart : positionOf(table, execution, begin);
}
