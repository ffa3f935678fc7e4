import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { compare } from './differential/compare.ts';
import { aWorkflow, eventTypes } from './differential/generateMachine.ts';
import type { Operation } from './differential/observed.ts';
import { Tally } from './differential/tally.ts';

const runs = Number(process.env.MILLRACE_DIFFERENTIAL_RUNS ?? 120);
const seed = Number(process.env.MILLRACE_DIFFERENTIAL_SEED ?? 1);

/** Shrinking takes minutes: the seed and path that a failure tells are enough to do it apart. */
const shrinks = process.env.MILLRACE_DIFFERENTIAL_SHRINK === '1';

/** Numbers mostly, and data that could be taken for a reference to an actor. */
const data = fc.oneof(
  { weight: 8, arbitrary: fc.nat(5) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { xstate$$type: 1, id: 'i0' },
      { $actor: 'root.0' },
      { $$actor: [{ $actor: 'root' }] },
    ),
  },
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('event' as const),
      event: fc.record({ type: fc.constantFrom(...eventTypes), v: data }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('event' as const),
      event: fc.record({
        type: fc.constant('xstate.route'),
        v: fc.constant(null),
        to: fc.constantFrom('#own0', '#own1', '#nowhere'),
      }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('settle' as const),
      task: fc.nat(6),
      succeeds: fc.nat(9).map((draw) => draw > 1),
      v: data,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('advance' as const), ms: fc.constantFrom(1, 5, 10, 25, 60) }),
  },
);

const progress: fc.Arbitrary<Operation> = fc.record({
  type: fc.constant('progress' as const),
  choice: fc.nat(999),
  succeeds: fc.nat(19).map((draw) => draw > 0),
  v: data,
});

const choices = fc.array(fc.nat(9999), { minLength: 400, maxLength: 1600, size: 'max' });

/** Whatever comes, to a machine of any shape; or the long way of a workflow from one thing that it waits for to the next. */
const numbersAndOperations = fc.oneof(
  fc.tuple(choices, fc.array(operation, { minLength: 5, maxLength: 20, size: 'max' })),
  fc.tuple(
    choices.map((numbers) => [aWorkflow, ...numbers]),
    fc.array(fc.oneof({ weight: 20, arbitrary: progress }, { weight: 1, arbitrary: operation }), {
      minLength: 20,
      maxLength: 80,
      size: 'max',
    }),
  ),
);

/** More seeds than one, so that not everything hangs on it. */
const keptSeeds = [7, 42, 1234, 20_240_229];

async function compareMany(numRuns: number, from: number): Promise<Tally> {
  const tally = new Tally();
  const property = fc.asyncProperty(numbersAndOperations, async ([numbers, steps]) =>
    tally.add(await compare(numbers, steps)),
  );
  await fc.assert(property, { numRuns, seed: from, endOnFailure: !shrinks });
  return tally;
}

// XState warns of each event to a stopped actor, as generated machines send them.
beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a generated machine, stored and taken up again before every input', () => {
  test(`does what XState's own actor does, and the same when replayed (${runs} machines)`, async () => {
    const tally = await compareMany(runs, seed);
    if (process.env.MILLRACE_DIFFERENTIAL_RUNS) console.log(JSON.stringify(tally.summary, null, 2));
    expect(tally.machines).toBeGreaterThan(runs * 0.9);
    expect(tally.steps / tally.machines).toBeGreaterThan(8);
    expect(tally.ended / tally.machines).toBeGreaterThan(0.15);
  }, 7_200_000);

  test.each(keptSeeds)('does so for the kept seed %i', async (kept) => {
    const tally = await compareMany(20, kept);
    expect(tally.machines).toBeGreaterThan(10);
  });
});
