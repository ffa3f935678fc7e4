import type { Json, JsonObject } from '../../asl/json.ts';
import { taskTokenPlaceholder } from '../../orchestrator/core/policy/taskTokenPlaceholder.ts';
import { type SameLeaf, valueDifferences } from './valueDifferences.ts';
import { matches } from './wildcards.ts';

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/;
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const eventId = /\(entered at the event id #\d+\)/g;

/**
 * Two runs of an execution do not agree in what they take from the clock or draw by chance. Such values count as the same, where
 * the definition asks for any.
 *
 * @param wildcards texts of the history that stand for anything
 */
export function sameLeaf(definition: JsonObject, wildcards: readonly string[]): SameLeaf {
  const text = JSON.stringify(definition);
  const readsClock = /\$\$|\$states\.context|\$now\s*\(|\$millis\s*\(/.test(text);
  const drawsIds = /States\.UUID|\$uuid\s*\(/.test(text);
  const draws = /States\.MathRandom|\$random(?:Seeded)?\s*\(|\$shuffle\s*\(|\$millis\s*\(/.test(text);
  const sorted = [...wildcards, taskTokenPlaceholder].sort((a, b) => b.length - a.length);
  const isSame: SameLeaf = (expected, actual, pointer) => {
    if (expected === actual) return true;
    // Histories from before redrives have no count of them in the context object.
    if (expected === undefined && actual === 0 && pointer.endsWith('/RedriveCount')) return true;
    if (expected === undefined || actual === undefined) return false;
    if (draws && typeof expected === 'number' && typeof actual === 'number') return true;
    if (matches(expected, actual, sorted) || matches(actual, expected, sorted)) return true;
    if (typeof expected !== 'string' || typeof actual !== 'string') return false;
    const [one, other] = [jsonIn(expected), jsonIn(actual)];
    if (one && other) return valueDifferences(one, other, isSame).next().done === true;
    if (readsClock && time.test(expected) && time.test(actual)) return true;
    return comparable(expected, drawsIds) === comparable(actual, drawsIds);
  };
  return isSame;
}

/** A text that is JSON itself, as causes are: its layout says nothing. */
function jsonIn(text: string): Json | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Numbers of events in causes depend on what ran at the same time. */
function comparable(text: string, drawsIds: boolean): string {
  const same = text.replaceAll(eventId, '');
  return drawsIds ? same.replaceAll(uuid, 'uuid') : same;
}
