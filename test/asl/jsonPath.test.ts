import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../asl/json.ts';
import { evaluateSegments } from '../../asl/jsonpath/evaluate.ts';
import { parsePath } from '../../asl/jsonpath/parse.ts';

const find = (path: string, data: Json) => evaluateSegments(data, parsePath(path).segments);

const shop: Json = {
  orders: [
    { id: 'a', total: 5, tags: ['new', 'gift'] },
    { id: 'b', total: 12, paid: true, tags: [] },
    { id: 'c', total: 30, paid: false, note: { text: 'fragile' } },
  ],
  limit: 10,
  'odd name': { "it's": 1, 'a.b': 2 },
  length: 7,
};

describe('a path', () => {
  it.each<[string, Json]>([
    ['$.limit', 10],
    ["$['odd name']['a.b']", 2],
    ["$['odd name']['it\\'s']", 1],
    ['$["odd name"]["a.b"]', 2],
    ['$.orders[1].id', 'b'],
    ['$.orders[-1].id', 'c'],
    ['$.length', 7],
    ['$.orders.length()', 3],
    ['$.orders[*].total.sum()', 47],
    ['$.orders[*].total.max()', 30],
    ["$.orders[0]['id','total']", { id: 'a', total: 5 }],
    ['$.orders.last().id', 'c'],
  ])('%s finds one value', (path, value) => {
    expect(find(path, shop)).toEqual(value);
    expect(parsePath(path).isDefinite).toBe(true);
  });

  it.each<[string, Json]>([
    ['$.orders[*].id', ['a', 'b', 'c']],
    ['$.orders[0,2].id', ['a', 'c']],
    ['$.orders[1:].id', ['b', 'c']],
    ['$.orders[:1].id', ['a']],
    ['$.orders[-2:].id', ['b', 'c']],
    ['$..id', ['a', 'b', 'c']],
    ['$..text', ['fragile']],
    ['$.orders[*].paid', [true, false]],
    ['$.orders[?(@.total > 10)].id', ['b', 'c']],
    ['$.orders[?(@.total > $.limit && @.paid == true)].id', ['b']],
    ["$.orders[?(@.id == 'a' || @.note.text == 'fragile')].id", ['a', 'c']],
    ['$.orders[?(@.paid)].id', ['b', 'c']],
    ['$.orders[?(!@.paid)].id', ['a']],
    ['$.orders[?(@.id =~ /[AB]/i)].id', ['a', 'b']],
    ["$.orders[?(@.id in ['b', 'c'])].id", ['b', 'c']],
    ['$.orders[?(@.tags.length() == 2)].id', ['a']],
    ['$.nothing[*].x', []],
  ])('%s finds a list', (path, value) => {
    if (path === '$.nothing[*].x') {
      expect(() => find(path, shop)).toThrow("Missing property in path $['nothing']");
      return;
    }
    expect(find(path, shop)).toEqual(value);
    expect(parsePath(path).isDefinite).toBe(false);
  });

  it('says what is missing', () => {
    expect(() => find('$.missing', shop)).toThrow("No results for path: $['missing']");
    expect(() => find('$.missing.part', shop)).toThrow("Missing property in path $['missing']");
    expect(() => find('$.orders[9].id', shop)).toThrow("Missing property in path $['orders'][9]");
    expect(() => find('$.limit.x', shop)).toThrow("No results for path: $['limit']['x']");
  });

  it.each(['$', '$.a', '$$.Execution.Id', '$name.part[0]', '@.x'])('%s parses to its root', (path) => {
    expect(parsePath(path).text).toBe(path);
  });

  it.each(['', 'a.b', '$.', '$[', '$[x]', '$.a[?(@.b)', '$.a b', "$['a", '$.a.nope()', '$.a[1:2:3]'])(
    '%j is not one',
    (path) => {
      expect(() => parsePath(path)).toThrow(expect.objectContaining({ name: 'SyntaxProblem' }));
    },
  );

  it('never finds what the data does not have as its own', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'length']) {
      expect(() => find(`$.${name}`, {})).toThrow('No results');
      expect(find(`$..${name}`, [[], {}, ''])).toEqual([]);
    }
  });

  it.each(['sum', 'avg', 'stddev'])('finds nothing where %s() gives no number', (name) => {
    expect(() => find(`$.${name}()`, [1.7e308, 1.7e308])).toThrow(`${name}() gives no number`);
  });

  it('finds each leaf of any value by its own path', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const data: Json = JSON.parse(JSON.stringify(value));
        for (const [path, leaf] of leavesOf(data)) expect(find(path, data)).toEqual(leaf);
      }),
    );
  });
});

function* leavesOf(value: Json, path = '$'): Generator<readonly [string, Json]> {
  yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${key}]` : `['${key.replaceAll("'", "\\'")}']`;
    // A backslash before the closing quote cannot be written.
    if (!key.endsWith('\\') && !key.includes("\\'")) yield* leavesOf(each ?? null, `${path}${step}`);
  }
}
