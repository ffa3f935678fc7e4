import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StateValue } from 'xstate';
import type { ExecutionStatus, HistoryEntry } from '../../client/index.ts';
import { sourceJson } from '../../console/server/sourceJson.ts';
import { courseOf, leavesOf, percentile } from '../../console/server/stateTimes.ts';
import { executionBackoff, listBackoff, nextWaitMs } from '../../console/web/backoff.ts';
import { applied, Contexts, partsOf } from '../../console/web/contexts.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { jsonChanges } from '../../orchestrator/core/data/jsonChanges.ts';

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);

describe('the context after an entry', () => {
  it('is the one before with the changes that the history names, whatever they are', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(applied(before, jsonChanges(before, after))).toEqual(after);
      }),
      { numRuns: 500 },
    );
  });

  it('is known where the history was replayed, also for a history that comes in parts', () => {
    const entryTo = (number: number, before: Json, after: Json): HistoryEntry => ({
      number,
      kind: 'event',
      reference: `event#${number}`,
      verdict: { type: 'applied' },
      transition: { to: 'a', taken: [], changes: jsonChanges(before, after), effects: [] },
    });
    const contexts = new Contexts();
    contexts.add([entryTo(1, null, { n: 1 }), entryTo(2, { n: 1 }, { n: 2, at: [1] })]);
    const { transition: _, ...notReplayed } = entryTo(4, null, null);
    contexts.add([entryTo(3, { n: 2, at: [1] }, { n: 3 }), notReplayed]);
    expect([0, 1, 2, 3, 4, 5].map((entry) => contexts.after(entry)?.value)).toEqual([
      undefined,
      { n: 1 },
      { n: 2, at: [1] },
      { n: 3 },
      undefined,
      undefined,
    ]);
  });

  it('leaves the one before as it was', () => {
    const before = { items: [{ n: 1 }, { n: 2 }], 'a b': { c: null } };
    const copy = structuredClone(before);
    applied(before, jsonChanges(before, { items: [{ n: 3 }], 'a b': { c: 1 } }));
    expect(before).toEqual(copy);
  });

  it('finds places with names that are not words', () => {
    expect(partsOf('items[2].name')).toEqual(['items', 2, 'name']);
    expect(partsOf('["a.b[0]"].c["]"]')).toEqual(['a.b[0]', 'c', ']']);
    expect(partsOf('')).toEqual([]);
  });
});

describe('a view that looks again', () => {
  it.each([executionBackoff, listBackoff])('waits longer while nothing changes, up to a limit', (backoff) => {
    const waits = Array.from({ length: 40 }, (_, looks) => nextWaitMs(backoff, looks));
    expect(waits[0]).toBe(backoff.firstMs);
    expect(waits.at(-1)).toBe(backoff.mostMs);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
  });
});

describe('the numbers of a machine', () => {
  const entry = (
    number: number,
    at: number,
    from: StateValue | undefined,
    to: StateValue,
    ended?: ExecutionStatus,
  ): HistoryEntry => ({
    number,
    at: new Date(at).toISOString(),
    kind: 'result',
    reference: '',
    verdict: { type: 'applied' },
    transition: {
      ...(from !== undefined && { from }),
      to,
      taken: [],
      changes: [],
      effects: [],
      ...(ended && { ended }),
    },
  });

  it('have the time that each leaf state was active, and the one that failed', () => {
    const entries = [
      entry(1, 0, undefined, 'a'),
      entry(2, 10, 'a', { b: { x: 'one', y: 'two' } }),
      entry(3, 30, { b: { x: 'one', y: 'two' } }, { b: { x: 'three', y: 'two' } }),
      entry(4, 40, { b: { x: 'three', y: 'two' } }, { b: { x: 'three', y: 'two' } }, 'FAILED'),
    ];
    const course = courseOf(entries);
    expect(course.visits).toEqual([
      { state: 'a', ms: 10 },
      { state: 'b.x.one', ms: 20 },
      { state: 'b.y.two', ms: 30 },
      { state: 'b.x.three', ms: 10 },
    ]);
    expect(course.failedIn).toEqual(['b.x.three', 'b.y.two']);
    expect(course.end).toEqual({ status: 'FAILED', state: 'b.x.three, b.y.two' });
  });

  it('do not count the time between a failure and its redrive', () => {
    const { visits, end } = courseOf([
      entry(1, 0, undefined, 'a'),
      entry(2, 10, 'a', 'a', 'FAILED'),
      entry(3, 5000, 'a', 'a'),
      entry(4, 5030, 'a', 'done', 'SUCCEEDED'),
    ]);
    expect(visits).toEqual([
      { state: 'a', ms: 10 },
      { state: 'a', ms: 30 },
    ]);
    expect(end).toEqual({ status: 'SUCCEEDED', state: 'done' });
  });

  it('know states without children, and percentiles of few values', () => {
    expect(leavesOf({ a: {}, b: 'c' })).toEqual(['a', 'b.c']);
    expect(leavesOf(undefined)).toEqual([]);
    expect(percentile([], 0.5)).toBe(0);
    expect(percentile([1, 2, 3, 4], 0.95)).toBe(4);
  });
});

describe('the source of a machine', () => {
  it('is JSON, with functions by their names', () => {
    const config: Record<string, unknown> = {
      on: { GO: { guard: function isReady() {}, actions: [() => {}] } },
    };
    config.self = config;
    expect(sourceJson(config)).toEqual({
      on: { GO: { guard: 'ƒ isReady', actions: ['ƒ'] } },
      self: '(circular)',
    });
  });
});
