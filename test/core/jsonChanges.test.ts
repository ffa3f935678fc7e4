import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonChanges } from '../../orchestrator/core/data/jsonChanges.ts';

describe('changes between two JSON values', () => {
  it('are named by the deepest path at which they differ', () => {
    const before = { total: 1, items: [{ sku: 'a' }, { sku: 'b' }], card: null, old: true };
    const after = { total: 2, items: [{ sku: 'a' }, { sku: 'c' }, { sku: 'd' }], card: { no: 1 }, 'a.b': 0 };
    expect(jsonChanges(before, after)).toEqual([
      { path: 'total', before: 1, after: 2 },
      { path: 'items[1].sku', before: 'b', after: 'c' },
      { path: 'items[2]', after: { sku: 'd' } },
      { path: 'card', before: null, after: { no: 1 } },
      { path: '["a.b"]', after: 0 },
      { path: 'old', before: true },
    ]);
  });

  it('are none between a value and its copy, and some where the texts differ', () => {
    const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)));
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(jsonChanges(a, structuredClone(a))).toEqual([]);
        const isSame = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(jsonChanges(a, b).length === 0).toBe(isSame);
      }),
    );
  });

  it('are not looked for in what an object inherits', () => {
    expect(jsonChanges({}, JSON.parse('{"toString":1,"__proto__":2}'))).toEqual([
      { path: 'toString', after: 1 },
      { path: '__proto__', after: 2 },
    ]);
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => [key, sorted(part)]);
  return { entries };
}
