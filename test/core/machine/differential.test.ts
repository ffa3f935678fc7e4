import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Compared, compare } from './differential/compare.ts';
import { eventTypes } from './differential/generateMachine.ts';
import type { Operation } from './differential/observed.ts';

const runs = Number(process.env.MILLRACE_DIFFERENTIAL_RUNS ?? 400);
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

const choices = fc.array(fc.nat(9999), { minLength: 400, maxLength: 1200, size: 'max' });
const operations = fc.array(operation, { minLength: 5, maxLength: 20, size: 'max' });

/** More seeds than one, so that not everything hangs on it. */
const keptSeeds = [7, 42, 1234, 20_240_229];

class Tally {
  machines = 0;
  steps = 0;
  lines = 0;
  readonly counts: Record<string, number> = {};

  add(compared: Compared | undefined): void {
    if (compared === undefined) {
      this.#count('not accepted by XState');
      return;
    }
    this.machines++;
    this.steps += compared.steps;
    this.lines += compared.lines;
    this.#count(`status ${compared.status}`);
    if (compared.error) this.#count(`error: ${compared.error}`);
    if (compared.endedBy) this.#count(`ended by ${compared.endedBy}`);
    for (const feature of compared.features) this.#count(feature);
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}

async function compareMany(numRuns: number, from: number): Promise<Tally> {
  const tally = new Tally();
  const property = fc.asyncProperty(choices, operations, async (numbers, steps) =>
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
    if (process.env.MILLRACE_DIFFERENTIAL_RUNS) console.log(tally);
    expect(tally.machines).toBeGreaterThan(runs * 0.9);
    expect(tally.steps / tally.machines).toBeGreaterThan(4);
  }, 3_600_000);

  test.each(keptSeeds)('does so for the kept seed %i', async (kept) => {
    const tally = await compareMany(20, kept);
    expect(tally.machines).toBeGreaterThan(10);
  });
});
