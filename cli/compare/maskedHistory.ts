import { type HistoryEvent, historyEventTypes } from '../../asl/history/historyEvent.ts';
import { traceOf } from '../../asl/history/trace.ts';
import { isArray, isObject, type Json, type JsonObject, objectOf } from '../../asl/json.ts';
import type { RecordedRun } from './recordedRun.ts';
import { matches } from './wildcards.ts';

/** A history as Step Functions recorded it, of a case. */
export interface RecordedHistory {
  /** Id of the case. */
  readonly case: string;
  readonly events: readonly RecordedEvent[];
  /** Texts that stand for what differs from run to run. */
  readonly wildcards: readonly string[];
}

export interface RecordedEvent extends HistoryEvent {
  /** Its id and link are not in the recording. */
  readonly isMasked: boolean;
}

/** Reads a line of a file of recorded histories. */
export function recordedHistory(line: unknown): RecordedHistory | undefined {
  if (!isObject(line) || typeof line.case !== 'string' || !isArray(line.events)) return undefined;
  return {
    case: line.case,
    events: line.events.filter(isObject).flatMap(recordedEvent),
    wildcards: wildcardsIn(JSON.stringify(line.events)),
  };
}

const known: Readonly<Record<string, string>> = { partition: 'aws', region: 'us-east-1' };
const mask = /<([A-Za-z0-9_:.-]+)>/g;

function wildcardsIn(text: string): readonly string[] {
  const names = new Set([...text.matchAll(mask)].map(([, name = '']) => name));
  // A whole field is masked by its own name.
  const fields = [...text.matchAll(/"(\w+EventDetails\.\w+)"/g)].map(([, name = '']) => name);
  // So are dates, in some recordings without brackets.
  return [...[...names].filter((name) => !Object.hasOwn(known, name)), ...fields, 'date'];
}

function recordedEvent(event: JsonObject): readonly RecordedEvent[] {
  const { id, previousEventId, type: name } = event;
  const type = historyEventTypes.find((each) => each === name);
  if (type === undefined) return [];
  const details = Object.entries(event).find(([key]) => key.endsWith('EventDetails'))?.[1];
  return [
    {
      type,
      id: typeof id === 'number' ? id : 0,
      previousEventId: typeof previousEventId === 'number' ? previousEventId : 0,
      timestamp: 0,
      ...(isObject(details) && { details: asTexts(unmasked(details)) }),
      isMasked: typeof id !== 'number',
    },
  ];
}

/** Recordings name what differs from run to run `<name>`, where their cases have the name alone. */
function unmasked(details: JsonObject): JsonObject {
  const text = JSON.stringify(details).replaceAll(mask, (_, name: string) => known[name] ?? name);
  const value: JsonObject = JSON.parse(text);
  return value;
}

/** Some data in recordings is JSON already: in events, it is always the text of it. */
function asTexts(details: JsonObject): JsonObject {
  return objectOf(
    Object.entries(details).map(([name, value]) => {
      if (name === 'assignedVariables' && isObject(value)) return [name, asTextsOf(value)];
      return [name, dataNames.has(name) ? textOf(value) : (value ?? null)];
    }),
  );
}

const dataNames = new Set(['input', 'output', 'parameters', 'cause']);

function asTextsOf(values: JsonObject): JsonObject {
  return objectOf(Object.entries(values).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The events with ids and links of their own, as far as they are known. Masked ones are those of branches of a Parallel state,
 * sorted by what they say.
 */
export function linkedEvents(events: readonly RecordedEvent[]): readonly HistoryEvent[] {
  if (!events.some(({ isMasked }) => isMasked)) return events;
  const linked: HistoryEvent[] = [];
  let started = 0;
  let begin = 0;
  while (begin < events.length) {
    const end = endOfMasked(events, begin);
    const group = events.slice(begin, end).toSorted((a, b) => phaseOf(a) - phaseOf(b));
    const lastOf = new Map<number, number[]>();
    for (const event of group) {
      const id = linked.length + 1;
      const phase = phaseOf(event);
      const before = phase === 0 ? undefined : lastOf.get(phase - 1)?.shift();
      const entry = event.type.endsWith('Exited') ? entryOf(event, linked) : undefined;
      linked.push({
        ...event,
        id,
        previousEventId: event.isMasked ? (before ?? entry ?? started) : linked.length,
      });
      lastOf.set(phase, [...(lastOf.get(phase) ?? []), id]);
      if (event.type === 'ParallelStateStarted') started = id;
    }
    begin = end;
  }
  return linked;
}

function entryOf({ details }: HistoryEvent, events: readonly HistoryEvent[]): number | undefined {
  const isEntry = (each: HistoryEvent) =>
    each.type.endsWith('Entered') && each.details?.name === details?.name;
  return events.findLast(isEntry)?.id;
}

function endOfMasked(events: readonly RecordedEvent[], begin: number): number {
  if (!events[begin]?.isMasked) return begin + 1;
  const end = events.findIndex((each, place) => place > begin && !each.isMasked);
  return end < 0 ? events.length : end;
}

function phaseOf({ type }: RecordedEvent): number {
  if (type.endsWith('Entered')) return 0;
  if (type.endsWith('Scheduled')) return 1;
  if (type.endsWith('Exited') || type.endsWith('Aborted')) return 4;
  return type.endsWith('Started') ? 2 : 3;
}

/** The definition of a history's case, and what it was run with. */
export interface MaskedCase {
  readonly id: string;
  readonly definition: JsonObject;
  readonly type?: 'STANDARD' | 'EXPRESS';
  readonly input?: Json;
  readonly wildcards?: readonly string[];
}

/**
 * The execution of a case that a history was recorded of.
 *
 * @param isOnlyOne no other history is of the case
 */
export function runOfCase(each: MaskedCase, recorded: RecordedHistory, isOnlyOne: boolean): RecordedRun {
  const events = withActivities(linkedEvents(recorded.events));
  const { input: recordedInput } = traceOf(events);
  const named = [
    ...recorded.wildcards,
    ...(each.wildcards ?? []).map((text) => text.replace(/^<(.*)>$/, '$1')),
  ];
  // Several histories may be of one case, each with an input of its own.
  const isOfCase = isOnlyOne || matches(recordedInput ?? null, each.input ?? null, named);
  const masked = isOfCase ? [...maskedTexts(recordedInput, each.input)] : [];
  return {
    id: recorded.case,
    definition: withActivities(each.definition),
    type: each.type ?? 'STANDARD',
    input: (isOfCase ? each.input : recordedInput) ?? null,
    events,
    // Longer ones first: one may be part of another.
    wildcards: [...named, ...masked].sort((a, b) => b.length - a.length),
    identity: {
      name: 'execution',
      machine: 'case',
      arn: 'arn:aws:states:us-east-1:111111111111',
      roleArn: 'snf_role_arn',
      startedAt: Date.UTC(2026, 0, 1),
    },
  };
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
export function withActivities<Value>(value: Value): Value {
  const text = JSON.stringify(value);
  const arn = `arn:aws:states:us-east-1:111111111111:activity:activity_arn`;
  const replaced: Value = JSON.parse(text.replaceAll(/(?<![:\w])activity_arn\b/g, arn));
  return replaced;
}
