import { describe, expect, it } from 'vitest';
import { faultKinds } from './faults.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulation.ts';
import { Tally } from './tally.ts';

const seeds = 2000;
const parts = 8;

/** More of it: `npm run simulate -- --seeds N --from S`. */
describe('Millrace in a simulated cloud', () => {
  const tally = new Tally();

  it.each(Array.from({ length: parts }, (_, part) => part * (seeds / parts) + 1))(
    'keeps every invariant, whatever goes wrong: seeds from %d',
    async (from) => {
      for (let seed = from; seed < from + seeds / parts; seed++) {
        const result = await simulate({ seed });
        tally.add(result);
        expect(result.error?.message, `npm run simulate -- --seed ${seed}`).toBeUndefined();
      }
    },
    600_000,
  );

  it('meets every kind of fault', () => {
    const { faults } = tally.figures();
    expect(faultKinds.filter((kind) => !faults[kind])).toEqual([]);
  });

  it('runs the same for the same seed, call for call', async () => {
    const traceOf = async (seed: number) => {
      const lines: string[] = [];
      await simulate({ seed, trace: (line) => lines.push(line) });
      return lines;
    };
    for (const seed of [8, 17, 29]) expect(await traceOf(seed)).toEqual(await traceOf(seed));
  });

  it('refuses to shrink a seed that does not fail', async () => {
    await expect(shrink(8)).rejects.toThrow('Seed 8 does not fail.');
  });
});
