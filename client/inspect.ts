import { setImmediate as turn } from 'node:timers/promises';
import type { Execution } from '../orchestrator/core/execution/model/execution.ts';
import { journalEntryOf } from '../orchestrator/core/execution/model/inlinedResult.ts';
import { isJournalKind, parseLog } from '../orchestrator/core/execution/model/log.ts';
import { noLists, withListResults } from '../orchestrator/table/listResults.ts';
import type { HistoryItems } from '../orchestrator/table/requests.ts';
import { checkIsOf, describeExecution, descriptionOf } from './describe.ts';
import type { ExecutionDescription } from './executionDescription.ts';
import { type HistoryEntry, historyEntry, pendingEntry, workersOf } from './historyEntry.ts';
import { checkExecutionId } from './identifiers.ts';
import type { OfMachine } from './machineTypes.ts';
import { asStarted, type MachineDefinition } from './replay.ts';
import { ReplayedHistory } from './replayedHistory.ts';
import type { ClientSurroundings } from './surroundings.ts';

export interface InspectOptions extends OfMachine {
  /** Definitions of the execution's machine, as for `history`. @default none */
  readonly machines?: readonly MachineDefinition[];
  /**
   * Called for each part of a long history as soon as it is replayed, so that it can be shown before the whole is. Between two
   * parts, other work of the process takes its turn.
   */
  readonly onPart?: (part: InspectedPart) => void;
}

/** A part of a history that is being replayed. */
export interface InspectedPart {
  readonly description: ExecutionDescription;
  /** The entries after those of the parts before. */
  readonly entries: readonly HistoryEntry[];
  /** Entries of the whole history. */
  readonly total: number;
}

const entriesAPart = 250;

/** An execution with its whole history. */
export interface ExecutionInspection {
  /** Without the signs of life of its tasks, which `describe` has. */
  readonly description: ExecutionDescription;
  readonly entries: readonly HistoryEntry[];
}

/**
 * Reads everything in an execution's partition by one query, where `history` reads each item of the journal on its own.
 *
 * @throws ExecutionNotFoundError, InvalidExecutionIdError, DifferentMachineError
 */
export async function inspectExecution(
  surroundings: ClientSurroundings,
  executionId: string,
  { machine, machines, onPart = () => {} }: InspectOptions,
): Promise<ExecutionInspection> {
  checkExecutionId(executionId);
  const items = await surroundings.table.executions.readHistory(executionId);
  const description = items.execution
    ? descriptionOf<string>(items.execution)
    : await describeExecution(surroundings, executionId);
  checkIsOf(machine, executionId, description.machine);
  const entries: HistoryEntry[] = [];
  for await (const part of partsOf(surroundings, items, machines)) {
    entries.push(...part.entries);
    onPart({ description, ...part });
    if (entries.length < part.total) await turn();
  }
  return { description, entries };
}

async function* partsOf(
  { table }: ClientSurroundings,
  { execution, journal, segments }: HistoryItems,
  machines: readonly MachineDefinition[] | undefined,
): AsyncGenerator<Omit<InspectedPart, 'description'>, void, undefined> {
  const logEntries = execution ? [...segments, execution.log].flatMap(parseLog) : [];
  const logged = new Set(
    logEntries.filter(({ kind }) => isJournalKind(kind)).map(({ reference }) => reference),
  );
  const pending = pendingOf(journal, logged, execution);
  const total = logEntries.length + pending.length;
  let entries: HistoryEntry[] = [];
  const workers = workersOf(execution);
  if (execution) {
    const items = new Map(journal.map((item) => [item.reference, item]));
    const lists = noLists();
    const replayed = machines && new ReplayedHistory(machines, { ...asStarted(execution), ...lists });
    let isAfterGap = segments.length < execution.logSegments;
    let number = 1;
    for (const entry of logEntries) {
      const item = journalEntryOf(entry, items);
      const next = { segment: 0, skip: 0, number: number + 1 };
      const taken =
        replayed &&
        (await withListResults(table, execution.executionId, lists, () =>
          replayed.take({ number, entry, item, isAfterGap, next }, true),
        ));
      entries.push({ ...historyEntry(number, entry, item, replayed?.workers ?? workers), ...taken });
      isAfterGap = false;
      number += 1;
      if (entries.length < entriesAPart) continue;
      yield { entries, total };
      entries = [];
    }
  }
  for (const [i, item] of pending.entries()) {
    entries.push(pendingEntry(logEntries.length + i + 1, item, workers));
  }
  if (entries.length > 0) yield { entries, total };
}

function pendingOf(
  journal: HistoryItems['journal'],
  logged: ReadonlySet<string>,
  execution: Execution | undefined,
): HistoryItems['journal'] {
  // Where a part of the log is gone, it cannot say which items were applied.
  const isKnown = execution === undefined || execution.logSegments === 0 || logged.size > 0;
  return isKnown ? journal.filter(({ reference }) => !logged.has(reference)) : [];
}
