import { postOutgoing } from '../children/outbox.ts';
import type { KnownPages } from '../lists/listItems.ts';
import type { JournalEntry } from '../model/entries.ts';
import type { Execution } from '../model/execution.ts';
import { firstExecution } from '../model/firstExecution.ts';
import type { Advance, AdvanceInput, AdvanceLimits } from './advance.types.ts';
import { Draft } from './draft.ts';
import { nextWakeAt } from './wakeAt.ts';

/** The draft of the next commit; of the first one, where there is no execution yet. */
export function draftOf(
  input: {
    readonly execution: Execution | undefined;
    readonly executionId: string;
    readonly entries: readonly JournalEntry[];
    readonly pages?: KnownPages;
    readonly now: number;
  },
  { logLengths }: Pick<AdvanceLimits, 'logLengths'> = {},
): Draft {
  const { execution, executionId, entries, now, pages } = input;
  if (execution) return new Draft(execution, now, pages, logLengths);
  const start = entries.find((entry) => entry.kind === 'start');
  const given = { machine: start?.machine ?? '', answerTo: start?.answerTo };
  return new Draft(firstExecution(executionId, given, now), now, pages);
}

/** A commit, where there is anything to write. */
export function decide(
  draft: Draft,
  { execution, wakeId, isRenewed }: Pick<AdvanceInput, 'execution' | 'wakeId' | 'isRenewed'>,
  duplicates: readonly string[],
): Advance {
  if (isRenewed) draft.set({ renewedAt: draft.now });
  // A wake that finds nothing due still has to move `wakeAt` on, or the clock would call again at once.
  const isOverdue = wakeId !== undefined && (execution?.wakeAt ?? Number.POSITIVE_INFINITY) <= draft.now;
  if (!draft.changed && !isOverdue) return { type: 'nothing', duplicates };
  const outgoing = postOutgoing(draft);
  const wakeAt = nextWakeAt(draft);
  if (wakeAt === 'unknown') return { type: 'needs', need: { type: 'state' } };
  return { type: 'commit', ...draft.committed(wakeAt), outgoing, duplicates };
}

/** The commit of an execution that has ended, or waits: no timer of its machine is of interest. */
export function commitAtRest(draft: Draft): Extract<Advance, { type: 'commit' }> {
  const outgoing = postOutgoing(draft);
  const wakeAt = nextWakeAt(draft);
  if (wakeAt === 'unknown')
    throw new TypeError(`'${draft.execution.executionId}' neither waits nor has ended.`);
  return { type: 'commit', ...draft.committed(wakeAt), outgoing, duplicates: [] };
}
