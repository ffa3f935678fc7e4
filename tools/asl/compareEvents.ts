import type { HistoryEvent } from '../../asl/history/historyEvent.ts';
import { isArray, isObject, type Json, type JsonObject, objectOf } from '../../asl/json.ts';
import type { RecordedEvent } from '../../cli/compare/maskedHistory.ts';
import { matches } from '../../cli/compare/wildcards.ts';

/** An event as it is compared: the ones that follow it are its children, whatever ran between them. */
interface Node {
  readonly type: string;
  readonly details: JsonObject;
  /** For one that follows the last of several chains: the type of that event. */
  readonly joins?: string;
  readonly children: Node[];
}

/** Says in what a history differs from the recorded one: event types, details and links, branch by branch. */
export function* eventDifferences(
  recorded: readonly RecordedEvent[],
  actual: readonly HistoryEvent[],
  wildcards: readonly string[],
): Generator<string> {
  if (recorded.some(({ isMasked }) => isMasked)) {
    yield* unorderedDifferences(recorded, actual, wildcards);
    return;
  }
  yield* nodeDifferences(treeOf(recorded), treeOf(actual), wildcards, '');
}

function treeOf(events: readonly HistoryEvent[]): Node {
  const root: Node = { type: 'History', details: {}, children: [] };
  const nodes = new Map<number, Node>([[0, root]]);
  const byId = new Map(events.map((event) => [event.id, event]));
  const started = new Map<number, HistoryEvent>();
  for (const event of events) {
    const before = byId.get(event.previousEventId);
    const join = before && joinOf(event, before, byId);
    const node: Node = {
      type: event.type,
      details: comparableDetails(event),
      ...(join && { joins: before.type }),
      children: [],
    };
    nodes.set(event.id, node);
    started.set(event.id, event);
    const parent = nodes.get(join?.id ?? event.previousEventId) ?? root;
    parent.children.push(node);
  }
  return root;
}

const joining = /^(?:Parallel|Map)State(?:Succeeded|Exited)$/;

/**
 * The start of the Parallel or Map state whose chains an event follows: it depends on timing alone which of them ends last, and
 * which lets the next iteration begin.
 */
function joinOf(
  event: HistoryEvent,
  before: HistoryEvent,
  byId: ReadonlyMap<number, HistoryEvent>,
): HistoryEvent | undefined {
  const kind = joining.test(event.type)
    ? event.type.startsWith('Map')
      ? 'MapStateStarted'
      : 'ParallelStateStarted'
    : event.type === 'MapIterationStarted'
      ? 'MapStateStarted'
      : undefined;
  if (kind === undefined || before.type === kind || before.type.endsWith('Failed')) return undefined;
  if (kind === 'MapStateStarted' && before.type.startsWith('MapRun')) return startOf(before, kind, 0, byId);
  return startOf(before, kind, 0, byId);
}

function startOf(
  from: HistoryEvent,
  kind: string,
  depth: number,
  byId: ReadonlyMap<number, HistoryEvent>,
): HistoryEvent | undefined {
  let open = depth;
  for (let each: HistoryEvent | undefined = from; each; each = byId.get(each.previousEventId)) {
    if (each.type === kind) {
      if (open === 0) return each;
      open--;
    } else if (each !== from && each.type === kind.replace('Started', 'Exited')) open++;
    else if (each === from && each.type === kind.replace('Started', 'Exited')) open++;
  }
  return undefined;
}

/** Recorded histories have it in either way. */
function isSameJoin(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a?.startsWith('MapRun') === true && b?.startsWith('MapRun') === true);
}

function* nodeDifferences(
  recorded: Node,
  actual: Node,
  wildcards: readonly string[],
  path: string,
): Generator<string> {
  const left = [...actual.children].sort(byLabel);
  for (const expected of [...recorded.children].sort(byLabel)) {
    const place = `${path}/${labelOf(expected)}`;
    const found =
      left.find((each) => isSameNode(expected, each, wildcards)) ??
      left.find((each) => labelOf(each) === labelOf(expected)) ??
      left.find((each) => each.type === expected.type);
    if (found === undefined) {
      yield `${place} is missing after ${labelOf(recorded)}; there is ${left.map(labelOf).join(', ') || 'nothing'}`;
      continue;
    }
    left.splice(left.indexOf(found), 1);
    if (!isSameJoin(expected.joins, found.joins)) {
      yield `${place} follows ${found.joins ?? 'directly'}, and not ${expected.joins ?? 'directly'}`;
    }
    if (!isSame(expected.details, found.details, wildcards)) {
      yield `${place} has ${JSON.stringify(found.details)}, and not ${JSON.stringify(expected.details)}`;
    }
    yield* nodeDifferences(expected, found, wildcards, place);
  }
  for (const each of left) yield `${path}/${labelOf(each)} is not in the recording`;
}

function isSameNode(expected: Node, actual: Node, wildcards: readonly string[]): boolean {
  return labelOf(expected) === labelOf(actual) && isSame(expected.details, actual.details, wildcards);
}

/** Some masked texts have come into the run with its input: they stand for what the recording has in their place. */
function isSame(expected: Json, actual: Json | undefined, wildcards: readonly string[]): boolean {
  if (isArray(expected)) {
    return (
      isArray(actual) &&
      actual.length === expected.length &&
      expected.every((each, place) => isSame(each, actual[place], wildcards))
    );
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return false;
    const names = Object.keys(expected);
    return (
      names.length === Object.keys(actual).length &&
      names.every((name) => isSame(expected[name] ?? null, actual[name], wildcards))
    );
  }
  return (
    matches(expected, actual, wildcards) || (actual !== undefined && matches(actual, expected, wildcards))
  );
}

function labelOf({ type, details }: Node): string {
  const { name, index } = details;
  const of = [name, index].filter((each) => each !== undefined && each !== null).join(' ');
  return of === '' ? type : `${type} ${of}`;
}

function byLabel(a: Node, b: Node): number {
  return labelOf(a) < labelOf(b) ? -1 : 1;
}

/** Where the recording has no ids: every event is there, and no others but those that were left out of the recording. */
function* unorderedDifferences(
  recorded: readonly RecordedEvent[],
  actual: readonly HistoryEvent[],
  wildcards: readonly string[],
): Generator<string> {
  const left = [...actual];
  for (const event of recorded) {
    const details = comparableDetails(event);
    const place = left.findIndex(
      (each) => each.type === event.type && isSame(details, comparableDetails(each), wildcards),
    );
    if (place < 0) yield `${event.type} ${JSON.stringify(details)} is missing`;
    else left.splice(place, 1);
  }
  const total = Math.max(...recorded.map(({ id }) => id));
  if (actual.length !== total) yield `it has ${actual.length} events, and not ${total}`;
  for (const { type } of left) {
    if (!type.startsWith('ParallelState')) yield `${type} is not in the recording`;
  }
}

/** Details with the JSON that their texts hold, without what cannot be the same. */
export function comparableDetails({ type, details = {} }: HistoryEvent): JsonObject {
  return objectOf(
    Object.entries(details).flatMap(([name, value]): readonly (readonly [string, Json])[] => {
      // The role of a recording is not in its case, nor the answer to a call that began a job, nor the worker of an activity.
      if (name === 'roleArn' || name === 'workerName') return [];
      if (type === 'TaskSubmitted' && name.startsWith('output')) return [];
      // Its id is another one in each run.
      if (name === 'mapRunArn') return [[name, '']];
      if (name === 'assignedVariables' && isObject(value))
        return [[name, objectOf(Object.entries(value).map(parsedEntry))]];
      return value === undefined ? [] : [[name, comparable(value)]];
    }),
  );
}

function parsedEntry([name, value]: [string, Json | undefined]): readonly [string, Json] {
  const parsed: Json = typeof value === 'string' ? JSON.parse(value) : (value ?? null);
  return [name, parsed];
}

function comparable(value: Json): Json {
  if (isObject(value)) return objectOf(Object.entries(value).map(([key, each]) => [key, comparable(each)]));
  if (isArray(value)) return value.map(comparable);
  if (typeof value !== 'string') return value;
  try {
    const parsed: Json = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null ? comparable(parsed) : value;
  } catch {
    return value;
  }
}
