import type { AnyStateMachine } from 'xstate';
import { configOf, implementationsOf, isStateMachine } from './xstateInternals.ts';

/** Parts of a built-in action that are XState's own code. */
const ofXState: ReadonlySet<string> = new Set(['resolve', 'execute']);

/** By machine: several checks ask for them, and a large definition has tens of thousands. */
const known = new WeakMap<AnyStateMachine, readonly (readonly [path: string, part: object])[]>();

/** Every function that a definition holds, with those that built-in actions and guards carry, and where it is. */
export function functionsOf(machine: AnyStateMachine): readonly (readonly [path: string, part: object])[] {
  const before = known.get(machine);
  if (before) return before;
  const found: (readonly [string, object])[] = [];
  const seen = new Set<object>();
  const visit = (value: unknown, path: string): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
    if (seen.has(value) || isStateMachine(value)) return;
    seen.add(value);
    if (typeof value === 'function') found.push([path, value]);
    for (const [key, part] of Object.entries(value)) {
      if (typeof value === 'function' && ofXState.has(key)) continue;
      visit(part, path === '' ? key : Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`);
    }
  };
  visit(configOf(machine.root), '');
  visit({ ...implementationsOf(machine) }, '');
  known.set(machine, found);
  return found;
}
