import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { halfOfPair, isWellFormed } from '../data/text.ts';
import type { MachineProblem } from './machineProblem.ts';
import { pathOf } from './parts.ts';
import { configOf, nodesInOrder } from './xstateInternals.ts';

/** As long as what a start item may name. */
export const longestId = 256;

/** The id that its author gave a machine. */
export function idOf(machine: AnyStateMachine): string | undefined {
  const id: unknown = machine.config.id;
  return typeof id === 'string' ? id : undefined;
}

/** @param id what the machine is to be registered as */
export function* identityProblems(
  machine: AnyStateMachine,
  id: string | undefined,
): Generator<MachineProblem> {
  if (id === undefined || id === '') {
    yield {
      path: 'id',
      problem: 'the machine has no id',
      instead: 'give it one; executions name their machine by it',
    };
  } else if (id.includes('#')) {
    yield { path: 'id', problem: `'${id}' has a reserved '#'`, instead: 'use an id without it' };
  } else if (id.length > longestId) {
    yield {
      path: 'id',
      problem: `the id has ${id.length} characters, so no start item can name it`,
      instead: `use one of at most ${longestId}`,
    };
  }
  if (id !== undefined && !isWellFormed(id)) {
    yield { path: 'id', problem: `'${id}' ${halfOfPair}`, instead: 'choose another' };
  }
  yield* versionProblems(machine.config.version);
}

function* versionProblems(version: unknown): Generator<MachineProblem> {
  if (version === undefined) return;
  if (typeof version !== 'string' || version === '') {
    yield { path: 'version', problem: 'the version is not a string', instead: "write it as in '3'" };
  } else if (version.includes('#')) {
    yield { path: 'version', problem: `'${version}' has a reserved '#'`, instead: 'use one without it' };
  } else if (!isWellFormed(version)) {
    yield { path: 'version', problem: `'${version}' ${halfOfPair}`, instead: 'choose another' };
  }
}

/** XState finds the states that it has to take up by their names: some names mean something else there. */
export function* stateNameProblems(node: AnyStateNode): Generator<MachineProblem> {
  for (const key of Object.keys(configOf(node).states ?? {})) {
    const path = [pathOf(node), `states.${key}`].filter(Boolean).join('.');
    if (key.startsWith('#')) {
      yield {
        path,
        problem: `XState reads a name that begins with '#' as the id of a state`,
        instead: 'choose a name that begins with another character',
      };
    } else if (key === '__proto__') {
      yield { path, problem: 'XState loses a state of this name', instead: 'choose another name' };
    }
  }
}

export function* duplicateIds(
  machine: AnyStateMachine,
  nodes: readonly AnyStateNode[],
): Generator<MachineProblem> {
  const known = new Set(nodesInOrder(machine));
  for (const node of nodes) {
    if (known.has(node)) continue;
    yield {
      path: pathOf(node),
      problem: `another state also has the id '${node.id}'`,
      instead: 'give each state an id of its own; a path joined by dots counts as one',
    };
  }
}
