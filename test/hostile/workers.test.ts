import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failedHandler } from '../../orchestrator/handlers/failed.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { careful } from '../support/brokenMachines.ts';
import { addWorker, sequential } from '../support/machines.ts';
import { runs, sayFigures, Tally } from './runs.ts';

/** Anything that JavaScript has, and that a worker may return or throw. */
const anything = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
    }) as fc.Arbitrary<unknown>,
  },
  fc
    .constantFrom<() => unknown>(
      () => {
        const cycle: Record<string, unknown> = { a: [] };
        cycle.a = [{ cycle }];
        return cycle;
      },
      () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
      () => ({ toJSON: () => ({ toJSON: () => 1 }) }),
      () => ({
        get secret(): never {
          throw new Error('a getter');
        },
      }),
      () =>
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new TypeError('a trap');
            },
          },
        ),
      () => Object.assign(new Error('x'), { name: { toString: null }, stack: 5, retryable: 'yes' }),
      () => Object.assign(new Error('\ud800'), { name: '__proto__' }),
      () => '\ud800',
      () => ({ '\ud800': '\udfff' }),
      () => 'x'.repeat(1_000_000),
      () => new Array(3),
      () => Symbol('s'),
      () => () => 1,
      () => Object.create({ inherited: true }),
      () => Object.fromEntries([['then', 1]]),
      () => ({ type: 'xstate.done.actor.0', output: 1 }),
    )
    .map((make) => make()),
);

describe('what a worker returns or throws', () => {
  it('ends its task, whatever it is, and changes nothing for other executions', async () => {
    const tally = new Tally();
    await fc.assert(
      fc.asyncProperty(anything, fc.boolean(), async (value, throws) => {
        const work = () => {
          if (throws) throw value;
          return value;
        };
        const cloud = new SimulatedCloud([careful, sequential(2)], { ...addWorker, work });
        await cloud.start('careful', 'victim');
        await cloud.start('sequential', 'neighbour', { M: { from: { N: '1' } } });
        await cloud.advance(60_000);
        const victim = await cloud.execution('victim');
        expect([victim.status, victim.error?.code]).toEqual(['SUCCEEDED', undefined]);
        expect(cloud.invocations.filter((each) => each.startsWith('victim'))).toEqual(['victim/task#0#1']);
        expect((await cloud.execution('neighbour')).status).toBe('SUCCEEDED');
        expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
        tally.add(`${throws ? 'threw' : 'returned'}: ${victim.status}, ${JSON.stringify(victim.state)}`);
      }),
      { numRuns: runs(300) },
    );
    sayFigures('workers', tally.counts);
  });
});

/** A task's payload, with none, some or all of it replaced. */
const payload = fc
  .record({
    executionId: fc.oneof(fc.constantFrom('e', '', '__proto__', 'a#b'), fc.anything()),
    item: fc.oneof(fc.constantFrom('execution', 'start', 'task#0.1#1', 'event#0#1'), fc.anything()),
    task: fc.oneof(fc.constantFrom(-1, 0.5, 1e21), fc.anything()),
    index: fc.oneof(fc.constantFrom(1, null), fc.anything()),
    attempt: fc.oneof(fc.constantFrom(2, -0), fc.anything()),
    worker: fc.anything(),
    once: fc.anything(),
  })
  .chain((all) => fc.subarray(Object.entries(all), { maxLength: 2 }))
  .map((replaced) => ({
    executionId: 'e',
    item: 'task#0#1',
    task: 0,
    attempt: 1,
    worker: 'w',
    ...Object.fromEntries(replaced),
  }));

describe('the record for the on-failure destination', () => {
  it('writes results of attempts and nothing else, whatever it is', async () => {
    const tally = new Tally();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(payload, fc.anything()),
        fc.oneof(fc.record({ errorType: fc.anything(), errorMessage: fc.anything() }), fc.anything()),
        async (requestPayload, responsePayload) => {
          const table = new MemoryTable();
          const handler = failedHandler({
            endChain: async () => {},
            table,
            report: () => {},
            now: () => 0,
            afterBatch: () => {},
            functionPrefix: '',
          });
          await handler({ requestPayload, responsePayload });
          for (const { item, status } of table.items.values()) {
            expect(item?.S).toMatch(/^task#\d+(\.\d+)?#\d+$/);
            expect(status?.S).toBe('FAILED');
          }
          tally.add(table.items.size === 0 ? 'nothing written' : 'a result written');
        },
      ),
      { numRuns: runs(1000) },
    );
    sayFigures('on-failure destination', tally.counts);
  });
});
