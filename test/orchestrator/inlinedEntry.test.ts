import { expect, test } from 'vitest';
import { inlinedEntry } from '../../orchestrator/chain/inlining.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import type { TaskResult } from '../../orchestrator/core/execution/model/taskResult.ts';
import { type ResultItem, resultEntryOf } from '../../orchestrator/table/resultItem.ts';

function itemWith(result: TaskResult, more: Partial<ResultItem> = {}): ResultItem {
  return {
    executionId: 'e',
    task: 3,
    attempt: 1,
    worker: 'charge',
    startedAt: '2030-01-01T00:00:00.000Z',
    endedAt: '2030-01-01T00:00:00.040Z',
    result,
    ...more,
  };
}
const withText = (length: number) => itemWith({ status: 'SUCCEEDED', output: 'x'.repeat(length) });

test('a small result becomes a part of the log, as a replay reads it', () => {
  expect(inlinedEntry(itemWith({ status: 'SUCCEEDED', output: { paid: true } }))).toEqual({
    kind: 'result',
    reference: 'task#3#1',
    task: 3,
    attempt: 1,
    worker: 'charge',
    startedAt: '2030-01-01T00:00:00.000Z',
    at: '2030-01-01T00:00:00.040Z',
    result: { status: 'SUCCEEDED', output: { paid: true } },
    isInlined: true,
  });
});

test('a result whose text is longer than 1,000 characters does not', () => {
  const frame = JSON.stringify(['charge', 40, '']).length;
  expect(inlinedEntry(withText(1000 - frame))).toBeDefined();
  expect(inlinedEntry(withText(1001 - frame))).toBeUndefined();
});

test('neither does a failure, nor the result of an item of a list, nor one whose output is elsewhere', () => {
  expect(
    inlinedEntry(itemWith({ status: 'FAILED', error: { name: 'Refused', message: 'no' } })),
  ).toBeUndefined();
  expect(inlinedEntry(itemWith({ status: 'SUCCEEDED', output: 1 }, { index: 0 }))).toBeUndefined();
  expect(inlinedEntry(itemWith({ status: 'SUCCEEDED' }, { dataAt: 'e/output' }))).toBeUndefined();
});

test.each<Json>([
  { b: 1, a: [{ d: -0, c: 1e-140 }], '10': null, '2': true },
  { ['__proto__']: 'own', '': 'empty', text: '\ud800' },
  [1e21, 1e300, 'ü', {}],
  null,
  nested(40),
])('its output is as the item of the journal gives it: %j', (given) => {
  const result = itemWith({ status: 'SUCCEEDED', output: JSON.parse(JSON.stringify(given)) });
  const ofItem = resultEntryOf(result);
  const read = ofItem?.kind === 'result' ? ofItem.result : undefined;
  expect(JSON.stringify(inlinedEntry(result)?.result)).toBe(JSON.stringify(read));
});

function nested(levels: number): Json {
  return levels === 0 ? 'in' : [nested(levels - 1)];
}
