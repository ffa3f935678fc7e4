import type { TaskError } from '../orchestrator/core/data/thrown.ts';
import type { JournalEntry } from '../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../orchestrator/core/execution/model/execution.ts';
import { type LogEntryKind, parseLog } from '../orchestrator/core/execution/model/log.ts';
import type { JournalReader } from '../orchestrator/table/table.ts';

/** Entries that bring errors: of tasks, and of children. */
const brings: readonly LogEntryKind[] = ['result', 'message'];

/**
 * The stack of the task's error that an execution has failed with. It is in the item that brought the error, because in the execution
 * it would make each later write dearer. Undefined where the execution did not fail by a task, or the item has none.
 */
export async function taskErrorStack(
  journal: Pick<JournalReader, 'readEntries'>,
  execution: Execution,
): Promise<string | undefined> {
  const { executionId, status, error, log } = execution;
  if (status !== 'FAILED' || error?.code !== 'TaskFailed' || error.stack !== undefined) return undefined;
  const last = parseLog(log)
    .filter(({ kind, verdict }) => brings.includes(kind) && verdict.type !== 'ignored')
    .at(-1);
  if (last === undefined) return undefined;
  const [entry] = await journal.readEntries(executionId, [last.reference], execution);
  return entry && stackOf(entry, error.name);
}

/** Looks for an error of that name, because the execution may have failed by a deadline after the item. */
function stackOf(entry: JournalEntry, name: string): string | undefined {
  for (const thrown of errorsOf(entry)) {
    if (!thrown.$thrown && thrown.name === name && typeof thrown.stack === 'string') return thrown.stack;
  }
  return undefined;
}

function errorsOf(entry: JournalEntry): readonly TaskError[] {
  if (entry.kind === 'result') return entry.result.status === 'FAILED' ? [entry.result.error] : [];
  if (entry.kind !== 'message') return [];
  return entry.messages.flatMap((message) => (message.type === 'error' ? [message.error] : []));
}
