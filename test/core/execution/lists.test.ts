import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimulatedCloud } from '../../../testing/simulatedCloud.ts';
import type { Workers } from '../../../testing/simulatedLambda.ts';
import { type Item, machineOfList } from '../../support/machineOfList.ts';

/** The work of one attempt. */
type Deed = 'succeed' | 'fail' | 'failForGood' | 'hang';

const policy = { timeout: '5s', retry: { maxAttempts: 3, interval: '1s' } } as const;
const deed = fc.constantFrom<Deed>('succeed', 'succeed', 'succeed', 'fail', 'failForGood', 'hang');
const runs = fc.record({
  concurrency: fc.integer({ min: 1, max: 9 }),
  tolerateFailures: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom('0%', '10%', '50%', '100%')),
  /** For each item, of its three attempts. */
  deeds: fc.array(fc.tuple(deed, deed, deed), { maxLength: 40 }),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  maximumDelayMs: fc.constantFrom(0, 0, 3000),
});

/** The result of an item, without concurrency, time or storage. */
function outcomeOf(deeds: readonly Deed[], number: number) {
  for (const [i, each] of deeds.entries()) {
    if (each === 'succeed') return { attempts: i + 1, output: 2 * number };
    if (each === 'failForGood') return { attempts: i + 1, error: 'Unmendable' };
    if (i === deeds.length - 1)
      return { attempts: i + 1, error: each === 'hang' ? 'States.Timeout' : 'Mendable' };
  }
  throw new Error('Without an attempt there is no outcome.');
}

function tolerated(tolerateFailures: number | string, count: number): number {
  if (typeof tolerateFailures === 'number') return tolerateFailures;
  return Math.floor((Number.parseInt(tolerateFailures, 10) * count) / 100);
}

class Mendable extends Error {}
class Unmendable extends Error {
  readonly retryable = false;
}

describe('each, against a model that knows no time', () => {
  it('ends with the model’s outputs, dispatches each attempt once, and never holds more than its concurrency', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async ({ concurrency, tolerateFailures, deeds, seed, maximumDelayMs }) => {
        const workers: Workers = {
          double: ({ number }: Item, { attempt }) => {
            const now = deeds[number]?.[attempt - 1];
            if (now === 'fail') throw new Mendable('again');
            if (now === 'failForGood') throw new Unmendable('never');
            return 2 * number;
          },
        };
        const options = { concurrency, tolerateFailures: tolerateFailures as number };
        const cloud = new SimulatedCloud([machineOfList(options, policy)], workers, {
          seed,
          maximumDelayMs,
        });
        const insertResult = cloud.table.journal.insertResult.bind(cloud.table.journal);
        cloud.table.journal.insertResult = async (result) =>
          deeds[result.index ?? -1]?.[result.attempt - 1] === 'hang' ? 'inserted' : insertResult(result);
        let mostOpen = 0;
        const commit = cloud.table.executions.commit.bind(cloud.table.executions);
        cloud.table.executions.commit = (execution) => {
          const open = execution.lists?.[0]?.open ?? [];
          mostOpen = Math.max(mostOpen, open.length);
          return commit(execution);
        };
        await cloud.start('fan', 'f1', { M: { count: { N: String(deeds.length) } } });
        await cloud.advance(1_800_000);

        const outcomes = deeds.map(outcomeOf);
        const failed = outcomes.filter(({ error }) => error !== undefined).length;
        const limit = tolerated(tolerateFailures, deeds.length);
        const { output } = await cloud.execution('f1');
        if (failed > limit) {
          expect(output).toMatchObject({
            outputs: null,
            error: { name: 'States.ExceedToleratedFailureThreshold', failures: limit + 1 },
          });
        } else {
          const expected = outcomes.map((each) =>
            each.error === undefined ? each.output : { error: expect.objectContaining({ name: each.error }) },
          );
          expect(output).toEqual({ outputs: expected, error: null });
          const attempts = outcomes.reduce((sum, each) => sum + each.attempts, 0);
          expect(cloud.invocations).toHaveLength(attempts);
        }
        expect(new Set(cloud.invocations).size).toBe(cloud.invocations.length);
        expect(mostOpen).toBeLessThanOrEqual(concurrency);
        expect(mostOpen).toBe(Math.min(concurrency, deeds.length));
      }),
      { numRuns: 150 },
    );
  });
});
