import type { PreparedMachine } from '../core/machine/index.ts';

/**
 * The places that say `nudge: true`, as in `Machine 'order', meta.millrace.nudge`: it has no effect in a deployment without
 * nudges.
 */
export function wantedNudges(machines: readonly PreparedMachine[]): readonly string[] {
  const places = machines.flatMap((machine) => [...placesIn(machine)]);
  // The versions of a machine say the same.
  return [...new Set(places)];
}

function* placesIn({ id, nudge, listsOf, sources, items }: PreparedMachine): Generator<string> {
  // The machine whose lists it works on says it, too.
  if (listsOf !== undefined) return;
  if (nudge === true) yield `Machine '${id}', meta.millrace.nudge`;
  for (const [src, source] of sources) {
    if ('policy' in source && source.policy.nudge === true) yield `Machine '${id}', worker '${src}'`;
  }
  for (const item of items.values()) yield* placesIn(item);
}
