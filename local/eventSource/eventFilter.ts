import type { EventFilterAlternative, EventFilterPattern } from '../../infra/description.ts';
import type { StreamRecord } from './streamRecord.ts';

type Matcher = (value: unknown) => boolean;
type Alternatives = readonly EventFilterAlternative[];

/**
 * The filter of an event source: true for a record that reaches the function. With no pattern every record does; of
 * several patterns one has to match, and of one pattern all its fields.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export function eventFilter(patterns: readonly EventFilterPattern[]): (record: StreamRecord) => boolean {
  if (patterns.length === 0) return () => true;
  const matchers = patterns.map(matcherOf);
  return (record) => matchers.some((matches) => matches(record));
}

function matcherOf(pattern: EventFilterPattern | Alternatives): Matcher {
  if (isAlternatives(pattern)) {
    const matchers = pattern.map(alternativeMatcher);
    return (value) => matchers.some((matches) => matches(value));
  }
  const fields = Object.entries(pattern).map(([field, inner]) => ({ field, matches: matcherOf(inner) }));
  return (value) => isRecord(value) && fields.every(({ field, matches }) => matches(value[field]));
}

function alternativeMatcher(alternative: EventFilterAlternative): Matcher {
  if (typeof alternative === 'string') return (value) => value === alternative;
  if ('exists' in alternative) return (value) => value !== undefined && !isRecord(value);
  const { prefix } = alternative;
  return (value) => typeof value === 'string' && value.startsWith(prefix);
}

function isAlternatives(pattern: EventFilterPattern | Alternatives): pattern is Alternatives {
  return Array.isArray(pattern);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
