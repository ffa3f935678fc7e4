import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { compareMany } from './differential/compareMany.ts';
import { chainWays } from './differential/engineActor.ts';

/** `npm run differential` does as many as one likes. */
const machines = 120;

/** More seeds than one, so that not everything hangs on it. */
const keptSeeds = [7, 42, 1234, 20_240_229];

// XState warns of each event to a stopped actor, as generated machines send them.
beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a generated machine, stored and taken up again before every input', () => {
  test("does what XState's own actor does, and the same when replayed", async () => {
    const tally = await compareMany({ machines, seed: 1 });
    expect(tally.machines).toBeGreaterThan(machines * 0.9);
    expect(tally.steps / tally.machines).toBeGreaterThan(8);
    expect(tally.ended / tally.machines).toBeGreaterThan(0.1);
    // Each runs as an execution, too, in one of the ways of chains.
    for (const way of chainWays) expect(tally.metBy(`by ${way}`)).toBeGreaterThan(machines * 0.2);
  }, 300_000);

  test('does so with child machines, to which it talks', async () => {
    const tally = await compareMany({ machines: 60, seed: 1, children: true });
    expect(tally.machines).toBeGreaterThan(50);
    expect(tally.metBy('sendTo child machine')).toBeGreaterThan(30);
    expect(tally.metBy('exit sendTo child machine')).toBeGreaterThan(10);
  }, 300_000);

  test.each(keptSeeds)(
    'does so for the kept seed %i',
    async (seed) => {
      const tally = await compareMany({ machines: 20, seed });
      expect(tally.machines).toBeGreaterThan(10);
    },
    120_000,
  );
});
