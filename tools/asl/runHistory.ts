import type { HistoryEvent } from '../../asl/history/historyEvent.ts';
import { traceOf } from '../../asl/history/trace.ts';
import { type RecordedHistory, runOfCase, withActivities } from '../../cli/compare/maskedHistory.ts';
import { RecordedAnswers } from '../../cli/compare/recordedAnswers.ts';
import { rerun } from '../../cli/compare/rerun.ts';
import { taskTokenPlaceholder } from '../../orchestrator/core/policy/taskTokenPlaceholder.ts';
import type { AslCase } from './aslCase.ts';
import { filesOfCase } from './caseFiles.ts';
import { eventDifferences } from './compareEvents.ts';

export interface HistoryResult {
  readonly reasons: readonly string[];
  readonly actual: readonly HistoryEvent[];
}

/**
 * Runs a case with the answers that its recorded history has, and compares the history that it has here.
 *
 * @param isOnlyOne no other history is of the case
 */
export async function runHistory(
  each: AslCase,
  recorded: RecordedHistory,
  isOnlyOne: boolean,
): Promise<HistoryResult> {
  const run = runOfCase(each, recorded, isOnlyOne);
  const actual = await rerun({
    ...run,
    answers: new RecordedAnswers(traceOf(run.events)),
    answerFileTask: filesOfCase(each),
  });
  const wildcards = [...run.wildcards, taskTokenPlaceholder];
  return { actual, reasons: [...eventDifferences(withActivities(recorded.events), actual, wildcards)] };
}
