import { describe, expect, it } from 'vitest';
import { faultKinds } from './faults.ts';
import { openSeeds } from './openSeeds.ts';
import { simulate } from './simulation.ts';
import { Tally } from './tally.ts';

/** Every invariant, for a range of seeds in parts. More of it: `npm run simulate -- --seeds N --from S`. */
export function simulationFeatures({
  seeds,
  parts,
}: {
  readonly seeds: number;
  readonly parts: number;
}): void {
  describe('Millrace in a simulated cloud', () => {
    const tally = new Tally();

    it.each(Array.from({ length: parts }, (_, part) => part * (seeds / parts) + 1))(
      'keeps every invariant, whatever goes wrong: seeds from %d',
      async (from) => {
        for (let seed = from; seed < from + seeds / parts; seed++) {
          const result = await simulate({ seed });
          tally.add(result);
          const open = openSeeds.get(seed);
          const message = result.error?.message;
          if (open === undefined) expect(message, `npm run simulate -- --seed ${seed}`).toBeUndefined();
          else expect(message, `seed ${seed} is on the list of open seeds`).toContain(open);
        }
      },
      600_000,
    );

    it('meets every kind of fault', () => {
      const { faults } = tally.figures();
      expect(faultKinds.filter((kind) => !faults[kind])).toEqual([]);
    });
  });
}
