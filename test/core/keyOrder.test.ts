import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { keyOrderOf, withKeyOrder } from '../../orchestrator/core/data/keyOrder.ts';
import { orderedAttributes, orderedJson } from '../../orchestrator/table/orderedJson.ts';

/** As DynamoDB gives it back: the keys of each map in an order of its own. */
function shuffled<Value>(value: Value): Value;
function shuffled(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((part: unknown) => shuffled(part));
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, shuffled<unknown>(part)]),
  );
}

const data = fc.json().map((text): Json => JSON.parse(text.replaceAll('__proto__', 'proto')));

describe('the order of keys', () => {
  it('is restored, whatever order a store gives the keys in', () => {
    fc.assert(
      fc.property(data, (value) => {
        const order = keyOrderOf(value);
        if (order === undefined) return;
        expect(JSON.stringify(withKeyOrder(shuffled(value), order))).toBe(JSON.stringify(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('survives an item of the table', () => {
    fc.assert(
      fc.property(data, (value) => {
        const item = orderedAttributes('input', value);
        const { input } = item;
        const read = { ...item, ...(input && { input: input.M ? { M: shuffled(input.M) } : input }) };
        expect(JSON.stringify(orderedJson(read, 'input'))).toBe(JSON.stringify(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes nothing where keys are sorted, and little where many objects are alike', () => {
    expect(keyOrderOf({ a: 1, b: [{ c: 1, d: 2 }], e: 'text' })).toBeUndefined();
    const rows = Array.from({ length: 1000 }, (_, id) => ({ id, at: 'now', by: 'x' }));
    expect(keyOrderOf(rows)).toBe('201*1000');
  });

  it.each([
    ['of another value', '10;10'],
    ['with a place that is not there', '31'],
    ['with a place twice', '00'],
    ['that is not an order', 'x*-1;;;*'],
    ['that is endless', '10*1e999'],
  ])('%s is of no account', (_, order) => {
    expect(JSON.stringify(withKeyOrder({ a: 1, b: 2 }, order))).toBe('{"a":1,"b":2}');
  });

  it('holds for objects of many keys', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k${(n * 37) % 60}`, n]));
    expect(Object.keys(Object(withKeyOrder(shuffled(many), keyOrderOf(many))))).toEqual(Object.keys(many));
  });
});
