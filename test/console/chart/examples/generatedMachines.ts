import type { AnyStateMachine } from 'xstate';
import { buildMachine } from '../../../../orchestrator/core/machine/index.ts';
import { SeededRandom } from './seededRandom.ts';

const verbs =
  'reserve charge notify verify approve collect ship archive settle refund review enrich score route'.split(
    ' ',
  );
const nouns = 'Stock Card Customer Identity Claim Parcel Invoice Ledger Address Policy Quote Carrier'.split(
  ' ',
);

interface State {
  readonly [key: string]: unknown;
}

/** A workflow as people write them, with nested and parallel states, of about `size` states. */
export function generatedMachine(id: string, size: number, seed: number): AnyStateMachine {
  const random = new SeededRandom(seed);
  let made = 0;
  const name = () => `${random.pick(verbs)}${random.pick(nouns)}${made++}`;
  const region = (count: number, depth: number): State => {
    const groups = new Map<string, State>();
    const keys: string[] = [];
    for (let left = count; left > 0; ) {
      const key = name();
      keys.push(key);
      const isGroup = depth < 2 && left > 8 && random.chance(0.18);
      const inside = isGroup ? Math.min(left - 1, 4 + random.below(6)) : 0;
      left -= inside + 1;
      if (inside >= 6 && random.chance(0.35)) {
        const half = Math.floor(inside / 2) - 1;
        groups.set(key, {
          type: 'parallel',
          states: { left: region(half, depth + 1), right: region(inside - half - 2, depth + 1) },
        });
      } else if (inside > 0) groups.set(key, region(inside, depth + 1));
    }
    const around = (i: number, before: number, after: number) =>
      random.pick(keys.slice(Math.max(0, i - before), i + after));
    const states = keys.map((key, i): [string, State] => {
      const next = keys[i + 1];
      const group = groups.get(key);
      const last = keys.at(-1) ?? key;
      if (next === undefined) return [key, group ?? { type: 'final' }];
      if (group)
        return [key, { ...group, onDone: next, ...(random.chance(0.3) && { on: { CANCEL: last } }) }];
      const after = random.chance(0.12) && {
        after: { [random.pick([1000, 60000, 86400000])]: around(i, 3, 5) },
      };
      const draw = random.chance(0.6) ? 'invoke' : random.chance(0.6) ? 'event' : 'always';
      if (draw === 'always') {
        return [
          key,
          {
            always: [
              { target: random.pick(keys.slice(i + 1, i + 4)), guard: `is${random.pick(nouns)}` },
              next,
            ],
            ...after,
          },
        ];
      }
      if (draw === 'event') {
        const other = random.chance(0.4) && { [random.pick(nouns).toUpperCase()]: around(i, 5, 6) };
        return [key, { on: { [random.pick(verbs).toUpperCase()]: next, ...other }, ...after }];
      }
      const skip = keys[i + 2];
      const onDone =
        skip !== undefined && random.chance(0.25)
          ? [{ target: skip, guard: `skip${random.pick(nouns)}` }, next]
          : next;
      const onError = random.chance(0.3) && { onError: around(i, 4, 4) };
      return [key, { invoke: { src: key.replace(/\d+$/, ''), onDone, ...onError }, ...after }];
    });
    return { initial: keys[0], states: Object.fromEntries(states) };
  };
  return buildMachine({ id, ...region(size, 0) });
}

/** Every state leads to some others, wherever they are: no layout makes that readable. */
export function denseMachine(id: string, size: number, transitions: number, seed: number): AnyStateMachine {
  const random = new SeededRandom(seed);
  const keys = Array.from({ length: size }, (_, i) => `${random.pick(verbs)}${i}`);
  const on = new Map(keys.map((key) => [key, new Map<string, string>()]));
  for (let i = 0; i < transitions; i++) {
    on.get(random.pick(keys))?.set(`${random.pick(nouns).toUpperCase()}_${i}`, random.pick(keys));
  }
  const states = keys.map((key) => [key, { on: Object.fromEntries(on.get(key) ?? []) }]);
  return buildMachine({ id, initial: keys[0], states: Object.fromEntries(states) });
}
