import type { AnyStateMachine } from 'xstate';
import { functionsOf } from './functions.ts';
import type { MachineProblem } from './machineProblem.ts';
import { invokeConfigs, nodesOf } from './parts.ts';
import { property } from './xstateInternals.ts';

/**
 * XState has one registry of system ids for a machine with all its descendants. Here each machine is an execution of its
 * own, whose registry holds the actors of that execution alone. A lookup of any other actor would give undefined, and
 * `sendTo` would then send to the machine itself: it is refused where the definition shows it, and throws otherwise.
 */

/** By machine: they are asked for twice. */
const known = new WeakMap<AnyStateMachine, ReadonlySet<string>>();

/** The system ids that a machine gives to its own actors, as far as its definition shows them. */
export function declaredSystemIds(machine: AnyStateMachine): ReadonlySet<string> {
  const before = known.get(machine);
  if (before) return before;
  const found = new Set<string>();
  for (const node of nodesOf(machine.root)) {
    for (const invoke of invokeConfigs(node)) addIfString(found, property(invoke, 'systemId'));
  }
  for (const [, part] of functionsOf(machine)) {
    addIfString(found, property(part, 'systemId'));
    for (const [, , id] of String(part).matchAll(/\bsystemId:\s*(['"`])(.+?)\1/g)) addIfString(found, id);
  }
  known.set(machine, found);
  return found;
}

/** Lookups of actors of other executions, in a machine and in the machines that it can start. */
export function* systemIdProblems(family: readonly AnyStateMachine[]): Generator<MachineProblem> {
  const declared = new Map(family.map((machine) => [machine, declaredSystemIds(machine)]));
  const all = new Set([...declared.values()].flatMap((ids) => [...ids]));
  if (all.size === 0) return;
  for (const [machine, own] of declared) {
    for (const [path, part] of functionsOf(machine)) {
      // A promise runs in the worker host, where the machine's actors are not.
      const isOfPromise = /^actors\.|\.src\./.test(path);
      const text = String(part);
      if (!/\bsystem\b/.test(text)) continue;
      for (const id of all) {
        if ((own.has(id) && !isOfPromise) || !looksUp(text, id)) continue;
        yield {
          path: family[0] === machine ? path : `${machine.id} > ${path}`,
          problem: isOfPromise
            ? `it looks up the system id '${id}' in a promise, which runs in another process than the machine`
            : `it looks up the system id '${id}' of another machine, and system.get finds only actors of its own execution`,
          instead:
            "send through sendParent and sendTo, or pass the actor's reference in input or in an event",
        };
      }
    }
  }
}

function looksUp(text: string, id: string): boolean {
  return ["'", '"', '`'].some((quote) => text.includes(`.get(${quote}${id}${quote}`));
}

function addIfString(ids: Set<string>, id: unknown): void {
  if (typeof id === 'string') ids.add(id);
}
