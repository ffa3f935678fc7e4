import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { shown } from '../data/shown.ts';
import { optionsProblem } from '../policy/options.ts';
import { functionsOf } from './functions.ts';
import type { MachineProblem } from './machineProblem.ts';
import { pathOf } from './parts.ts';
import { configOf, property } from './xstateInternals.ts';

/**
 * Values of a kind that XState does not check: it ignores them, takes them for something else, or fails when the machine
 * gets there.
 */
export function* unusableValueProblems(
  machine: AnyStateMachine,
  nodes: readonly AnyStateNode[],
): Generator<MachineProblem> {
  yield* optionProblems(machine);
  yield* asyncProblems(machine);
  for (const node of nodes) {
    yield* nameProblems(node);
    yield* delayProblems(node);
    yield* targetProblems(node);
  }
}

/** Problems with states that are not objects: nothing else of such a machine can be checked. */
export function* shapelessProblems(machine: AnyStateMachine): Generator<MachineProblem> {
  yield* statesProblems(configOf(machine.root), '');
}

function* statesProblems(config: Readonly<Record<string, unknown>>, path: string): Generator<MachineProblem> {
  for (const group of ['states', 'on', 'after']) {
    const value = config[group];
    if (value !== undefined && value !== null && !isRecord(value)) {
      yield {
        path: `${path}${group}`,
        problem: `it is ${shown(value)}`,
        instead: group === 'states' ? 'give an object of states' : 'give an object of transitions',
      };
    }
  }
  if (!isRecord(config.states)) return;
  for (const [key, state] of Object.entries(config.states)) {
    if (isRecord(state)) yield* statesProblems(state, `${path}states.${key}.`);
    else {
      yield {
        path: `${path}states.${key}`,
        problem: `${shown(state)} is not a state`,
        instead: 'give an object, which may be empty',
      };
    }
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const optionKeys = { maxIterations: true } as const;

function* optionProblems({ root }: AnyStateMachine): Generator<MachineProblem> {
  const { options } = configOf(root);
  const unknown = optionsProblem(options, optionKeys);
  const most = property(options, 'maxIterations');
  if (unknown !== undefined) {
    yield { path: 'options', problem: unknown, instead: 'write it as in { maxIterations: 5000 }' };
  }
  if (most !== undefined && !(Number.isSafeInteger(most) && Number(most) >= 1)) {
    yield {
      path: 'options.maxIterations',
      problem: `it is ${shown(most)}`,
      instead: 'give a whole number from 1, or leave it out for 1000',
    };
  }
}

/** Fields whose value a function gives. */
const givenByFunctions = /(^|\.)(input|output|context|delay|params)$|^delays\.[^.]+$/;
/** An action may be async, an actor is a promise, and `meta` is the author's own. */
const others = /^(actions|guards)\.[^.]+$|^actors\.|(^|\.)(meta|src)\./;

function* asyncProblems(machine: AnyStateMachine): Generator<MachineProblem> {
  for (const [path, part] of functionsOf(machine)) {
    if (!isAsync(part) || !givenByFunctions.test(path) || others.test(path)) continue;
    yield {
      path,
      problem: 'the function is async, and a promise in the place of its value is of no use',
      instead: 'do this in a task, and use its output',
    };
  }
}

export function isAsync(value: unknown): boolean {
  return typeof value === 'function' && value.constructor.name === 'AsyncFunction';
}

function* nameProblems(node: AnyStateNode): Generator<MachineProblem> {
  const { id, tags } = configOf(node);
  if (id !== undefined && typeof id !== 'string') {
    yield { path: at(node, 'id'), problem: `it is ${shown(id)}`, instead: 'write a string' };
  }
  const all: readonly unknown[] = Array.isArray(tags) ? tags : [tags];
  const odd = tags === undefined ? undefined : all.find((tag) => typeof tag !== 'string');
  if (tags !== undefined && (odd !== undefined || tags === null)) {
    yield {
      path: at(node, 'tags'),
      problem: `${shown(odd)} is not a tag`,
      instead: "write a string, or a list as in ['waiting']",
    };
  }
}

function* delayProblems(node: AnyStateNode): Generator<MachineProblem> {
  const { after } = configOf(node);
  if (!isRecord(after)) return;
  for (const delay of Object.keys(after)) {
    const ms = Number(delay);
    if (Number.isNaN(ms)) continue;
    const path = at(node, `after.${delay}`);
    if (Math.abs(ms) === Number.POSITIVE_INFINITY) {
      yield {
        path,
        problem: 'it is not a duration',
        instead: 'leave it out: a state without after waits forever',
      };
    } else if (delay.trim() === '') {
      yield { path, problem: `'${delay}' is not a duration`, instead: 'write milliseconds, 0 for at once' };
    } else if (ms < 0) yield negativeDelay(path, ms);
  }
}

/** XState takes it for 0, which a computed delay may rely on: what is late is due at once. */
export function negativeDelay(path: string, ms: number): MachineProblem {
  return {
    path,
    problem: `a delay of ${ms} ms is negative, and XState takes it for 0`,
    instead: 'write 0 for at once',
    isWarning: true,
  };
}

function* targetProblems(node: AnyStateNode): Generator<MachineProblem> {
  const transitions = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  for (const { target, eventType } of transitions) {
    const targets: readonly unknown[] = target ?? [];
    // XState leaves a target that is not a string as it is.
    const odd = targets.find((each) => property(each, 'machine') === undefined);
    if (odd === undefined) continue;
    yield {
      path: pathOf(node) || node.id,
      problem: `a transition on '${eventType}' has the target ${shown(odd)}`,
      instead: "write a state's name, or a list of names",
    };
  }
}

function at(node: AnyStateNode, rest: string): string {
  const path = pathOf(node);
  return path === '' ? rest : `${path}.${rest}`;
}
