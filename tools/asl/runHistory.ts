import type { HistoryEvent } from '../../asl/history/historyEvent.ts';
import { traceOf } from '../../asl/history/trace.ts';
import { isArray, isObject, type Json } from '../../asl/json.ts';
import { RecordedAnswers } from '../../cli/compare/recordedAnswers.ts';
import { rerun } from '../../cli/compare/rerun.ts';
import { taskTokenPlaceholder } from '../../orchestrator/core/policy/taskTokenPlaceholder.ts';
import type { AslCase } from './aslCase.ts';
import { filesOfCase } from './caseFiles.ts';
import { eventDifferences } from './compareEvents.ts';
import { linkedEvents, type RecordedHistory } from './recordedHistory.ts';
import { account } from './runCase.ts';
import { matches } from './wildcards.ts';

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
  const events = linkedEvents(recorded.events);
  const trace = traceOf(events);
  const named = [
    ...recorded.wildcards,
    ...(each.wildcards ?? []).map((text) => text.replace(/^<(.*)>$/, '$1')),
  ];
  // Several histories may be of one case, each with an input of its own.
  const isOfCase = isOnlyOne || matches(trace.input ?? null, each.input ?? null, named);
  const masked = isOfCase ? [...maskedTexts(trace.input, each.input)] : [];
  // Longer ones first: one may be part of another.
  const wildcards = [...named, ...masked, taskTokenPlaceholder].sort((a, b) => b.length - a.length);
  const actual = await rerun({
    definition: withActivities(each.definition),
    type: each.type ?? 'STANDARD',
    input: (isOfCase ? each.input : trace.input) ?? null,
    identity: {
      name: 'execution',
      machine: 'case',
      arn: `arn:aws:states:${account.region}:${account.id}`,
      roleArn: account.roleArn,
      startedAt: Date.UTC(2026, 0, 1),
    },
    answers: new RecordedAnswers(trace.root),
    answerFileTask: filesOfCase(each),
  });
  return { actual, reasons: [...eventDifferences(withActivities(recorded.events), actual, wildcards)] };
}

/** Texts of the recorded input that stand for those of the case's. */
function* maskedTexts(recorded: Json | undefined, given: Json | undefined): Generator<string> {
  if (typeof recorded === 'string') {
    if (recorded !== given) yield recorded;
  } else if (isArray(recorded)) {
    for (const [place, each] of recorded.entries())
      yield* maskedTexts(each, isArray(given) ? given[place] : undefined);
  } else if (isObject(recorded)) {
    for (const [name, each] of Object.entries(recorded)) {
      yield* maskedTexts(each, isObject(given) ? given[name] : undefined);
    }
  }
}

/** The ARNs of activities are masked in the cases: nothing else says that they are such. */
function withActivities<Value>(value: Value): Value {
  const text = JSON.stringify(value);
  const arn = `arn:aws:states:${account.region}:${account.id}:activity:activity_arn`;
  const replaced: Value = JSON.parse(text.replaceAll('"activity_arn"', JSON.stringify(arn)));
  return replaced;
}
