import { expect, it } from 'vitest';
import { priceOf } from '../../asl/index.ts';

const task = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:work' };
const inARow = (count: number) => ({
  StartAt: 'T0',
  States: Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `T${i}`,
      { ...task, ...(i === count - 1 ? { End: true } : { Next: `T${i + 1}` }) },
    ]),
  ),
});

it('counts the states of the longest path, once each, and the end for Standard', () => {
  const { counts, standard } = priceOf(inARow(3));
  expect(counts).toEqual({ transitions: 3, tasks: 3, activities: 0, waits: 0, items: 0 });
  expect(standard).toBe(100);
});

it('lets an item of a Map state cost what its tasks cost', () => {
  const map = {
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        ItemProcessor: { StartAt: 'Do', States: { Do: { ...task, End: true } } },
        End: true,
      },
    },
  };
  expect(priceOf(map, { items: 40 }).counts).toEqual({
    transitions: 41,
    tasks: 40,
    activities: 0,
    waits: 0,
    items: 40,
  });
  expect(priceOf(map, { items: 40 }).millrace).toBe(priceOf(inARow(40)).millrace);
});

it('takes choices, passes and ends for free', () => {
  const free = {
    StartAt: 'Which',
    States: {
      Which: {
        Type: 'Choice',
        Choices: [{ Variable: '$.a', IsPresent: true, Next: 'Pass' }],
        Default: 'End',
      },
      Pass: { Type: 'Pass', Next: 'End' },
      End: { Type: 'Succeed' },
    },
  };
  const empty = { StartAt: 'End', States: { End: { Type: 'Succeed' } } };
  expect(priceOf(free).millrace).toBe(priceOf(empty).millrace);
  expect(priceOf(free).standard).toBe(100);
});
