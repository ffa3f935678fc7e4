import type { AnyStateMachine } from 'xstate';
import type { MachineProblem } from './machineProblem.ts';
import { namesOfLogic } from './machineSources.ts';
import { property } from './xstateInternals.ts';

/**
 * `spawn(logic)` and `spawnChild(logic)` name no actor, and after a restart an actor is found by its name alone. Where the
 * machine names the same logic elsewhere, in its `actors` or in an invoke, these functions put that name in its place.
 */

/** A built-in action that spawns by name. Any other action is the same. */
export function withNamedSpawns(action: unknown, names: ReadonlyMap<unknown, string>): unknown {
  switch (property(action, 'type')) {
    case 'xstate.assign':
      return copyOf(action, { assignment: namedAssignment(property(action, 'assignment'), names) });
    case 'xstate.spawnChild': {
      const name = names.get(property(action, 'src'));
      return name === undefined ? action : copyOf(action, { src: name });
    }
    case 'xstate.enqueueActions':
      return copyOf(action, { resolve: namedEnqueue(property(action, 'resolve'), names) });
    default:
      return action;
  }
}

/** The `context` of a machine's config, with its `spawn` by name. */
export function withNamedContext(context: unknown, names: ReadonlyMap<unknown, string>): unknown {
  return typeof context === 'function' ? withNamedSpawn(context, names) : context;
}

function namedAssignment(assignment: unknown, names: ReadonlyMap<unknown, string>): unknown {
  if (typeof assignment === 'function') return withNamedSpawn(assignment, names);
  if (typeof assignment !== 'object' || assignment === null) return assignment;
  return Object.fromEntries(
    Object.entries(assignment).map(([key, value]) => [
      key,
      typeof value === 'function' ? withNamedSpawn(value, names) : value,
    ]),
  );
}

type Callable = (...args: readonly unknown[]) => unknown;

function withNamedSpawn(take: object, names: ReadonlyMap<unknown, string>): Callable {
  return (args, ...rest) => {
    const spawn = property(args, 'spawn');
    const named = (src: unknown, ...options: readonly unknown[]) =>
      call(spawn, [names.get(src) ?? src, ...options]);
    return call(take, [
      typeof spawn === 'function' ? Object.assign({}, args, { spawn: named }) : args,
      ...rest,
    ]);
  };
}

/** Names enqueued spawns as they are enqueued: they are not known before. */
function namedEnqueue(resolve: unknown, names: ReadonlyMap<unknown, string>): Callable {
  return (...args) => {
    const resolution = call(resolve, args);
    if (!Array.isArray(resolution)) return resolution;
    const [snapshot, params, enqueued]: unknown[] = resolution;
    return Array.isArray(enqueued)
      ? [snapshot, params, enqueued.map((each) => withNamedSpawns(each, names))]
      : resolution;
  };
}

/** Whether `spawn` is called with something else than a name, as far as the text of a function shows it. */
function spawnsUnnamed(text: string): boolean {
  const aliases = [...text.matchAll(/\bspawn:\s*([\w$]+)/g)].map(([, alias]) => alias ?? '');
  return ['spawn', ...aliases].some((name) =>
    new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}\\(\\s*[^'"\`\\s)]`).test(text),
  );
}

/** `spawn` of logic where the machine names no logic at all: it could not be found again. */
export function* unnamedSpawnProblems(
  machine: AnyStateMachine,
  functions: readonly (readonly [path: string, part: object])[],
): Generator<MachineProblem> {
  if (namesOfLogic(machine).size > 0) return;
  for (const [path, part] of functions) {
    if (!spawnsUnnamed(String(part))) continue;
    yield {
      path,
      problem:
        'it spawns logic that has no name: after a restart, Millrace can find an actor only by its name',
      instead: 'name the logic in setup({ actors }); spawn(logic) then works as it is',
    };
  }
}

function call(callee: unknown, args: readonly unknown[]): unknown {
  if (typeof callee !== 'function')
    throw new TypeError('XState calls something here that is not a function.');
  return Reflect.apply(callee, undefined, args);
}

/** Built-in actions are functions that carry what they do as properties. */
function copyOf(action: unknown, changed: object): unknown {
  return Object.assign(() => undefined, action, changed);
}
