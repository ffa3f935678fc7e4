import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { nearest } from '../data/nearest.ts';
import { ownProperty } from '../data/ownProperty.ts';
import { choiceProblem } from '../policy/options.ts';
import type { MachineProblem } from './machineProblem.ts';
import { invokeConfigs, pathOf } from './parts.ts';
import { configOf, property } from './xstateInternals.ts';

/**
 * Finds the parts of a definition that XState ignores, or notices with a warning in development alone. In a machine
 * that runs unseen for months, the author has to learn of such a mistake at once.
 */
export function* unheededProblems(
  machine: AnyStateMachine,
  nodes: readonly AnyStateNode[],
): Generator<MachineProblem> {
  yield* rootProblems(machine);
  for (const node of nodes) {
    yield* keyProblems(node);
    yield* shapeProblems(node);
    yield* descriptorProblems(node);
  }
}

const rootKeys = ['version', 'context', 'options', 'types', 'schemas', 'tsTypes', '$schema'];
const describingKeys = ['id', 'key', 'order', 'parent', 'type', 'meta', 'description'];
const stateKeys = new Set([
  ...describingKeys,
  ...['initial', 'states', 'invoke', 'on', 'entry', 'exit', 'onDone', 'after', 'always', 'output', 'tags'],
  ...['history', 'target', 'route'],
]);
const historyKeys = new Set([...describingKeys, 'history', 'target', 'tags']);
const transitionKeys = new Set(['target', 'guard', 'actions', 'reenter', 'meta', 'description']);
const invokeKeys = new Set(['id', 'src', 'systemId', 'input', 'onDone', 'onError', 'onSnapshot']);

/** Of XState v4, which many machines were written for. */
const olderKeys: Readonly<Record<string, string>> = {
  cond: 'write guard',
  in: 'write guard: stateIn(…)',
  internal: 'leave it out; write reenter: true for what was internal: false',
  onEntry: 'write entry',
  onExit: 'write exit',
  activities: 'write invoke',
  data: 'write output in a state, input in an invoke',
  autoForward: 'write a transition with forwardTo(…)',
  delay: 'write after, or raise with a delay',
};

function* keyProblems(node: AnyStateNode): Generator<MachineProblem> {
  const config = configOf(node);
  const isRoot = node.parent === undefined;
  const known = (key: string) => stateKeys.has(key) || (isRoot && rootKeys.includes(key));
  for (const key of Object.keys(config)) if (!known(key)) yield unknownKey(at(node, key), key, stateKeys);
  for (const [where, transition] of transitionsOf(config)) {
    yield* transitionProblems(node, where, transition);
    for (const key of unknownKeysOf(transition, transitionKeys))
      yield unknownKey(at(node, `${where}.${key}`), key, transitionKeys);
  }
  for (const [index, invoke] of invokeConfigs(node).entries()) {
    for (const key of unknownKeysOf(invoke, invokeKeys))
      yield unknownKey(at(node, `invoke[${index}].${key}`), key, invokeKeys);
  }
}

/** Problems with a value that stands in the place of a transition, or of one of its fields, and is not one. */
function* transitionProblems(
  node: AnyStateNode,
  where: string,
  transition: unknown,
): Generator<MachineProblem> {
  const isName = typeof transition === 'string';
  const isAfterList = isName && where.startsWith('after.') && Array.isArray(afterOf(node, where));
  if (isAfterList) {
    yield {
      path: at(node, where),
      problem: 'XState ignores a plain name within a list in after',
      instead: `write { target: '${transition}' }`,
    };
  } else if (
    !isName &&
    transition !== undefined &&
    (typeof transition !== 'object' || Array.isArray(transition))
  ) {
    yield {
      path: at(node, where),
      problem: `${Array.isArray(transition) ? 'a list' : `a ${typeof transition}`} is not a transition`,
      instead: "write a state's name, or as in { target: 'paid' }",
    };
  }
  const reenter = property(transition, 'reenter');
  if (reenter !== undefined && typeof reenter !== 'boolean') {
    yield {
      path: at(node, `${where}.reenter`),
      problem: 'it is not a boolean',
      instead: 'write true or false',
    };
  }
  if (property(property(transition, 'meta'), 'millrace') !== undefined) {
    yield {
      path: at(node, `${where}.meta.millrace`),
      problem: 'settings of Millrace apply to the whole machine, not to a state',
      instead: "put it into the machine's own meta",
    };
  }
}

function afterOf(node: AnyStateNode, where: string): unknown {
  return property(configOf(node).after, where.slice('after.'.length).replace(/\[\d+\]$/, ''));
}

function unknownKey(path: string, key: string, known: ReadonlySet<string>): MachineProblem {
  const close = nearest(key, [...known]);
  return {
    path,
    problem: `XState does not know '${key}' here and ignores it`,
    instead:
      ownProperty(olderKeys, key) ??
      (close === undefined ? 'leave it out, or put it into meta' : `write ${close}, or put it into meta`),
  };
}

function unknownKeysOf(config: unknown, known: ReadonlySet<string>): readonly string[] {
  const isPlain = typeof config === 'object' && config !== null;
  return isPlain ? Object.keys(config).filter((key) => !known.has(key)) : [];
}

/** Each transition as its author wrote it. */
function* transitionsOf(config: Readonly<Record<string, unknown>>): Generator<readonly [string, unknown]> {
  for (const group of ['on', 'after']) {
    for (const [key, value] of Object.entries(config[group] ?? {})) yield* indexed(`${group}.${key}`, value);
  }
  for (const key of ['always', 'onDone']) yield* indexed(key, config[key]);
  const invokes = config.invoke === undefined ? [] : [config.invoke].flat();
  for (const [index, invoke] of invokes.entries()) {
    for (const key of ['onDone', 'onError']) yield* indexed(`invoke[${index}].${key}`, property(invoke, key));
  }
}

function* indexed(where: string, value: unknown): Generator<readonly [string, unknown]> {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const [index, each] of values.entries()) yield [`${where}[${index}]`, each];
}

function* rootProblems({ root }: AnyStateMachine): Generator<MachineProblem> {
  const config = configOf(root);
  if (config.onDone !== undefined) {
    yield {
      path: 'onDone',
      problem: 'a machine that reaches its final state has ended and takes no further transition',
      instead: "put what is to follow into a state of its own, or into the parent's onDone",
    };
  }
  if ('output' in config) return;
  for (const [key, state] of Object.entries(root.states)) {
    if (!('output' in configOf(state))) continue;
    yield {
      path: `states.${key}.output`,
      problem: 'the machine has no output, so XState drops the output of its final state',
      instead: 'give the machine output: ({ event }) => event.output, or leave this one out',
      isWarning: true,
    };
  }
}

const historyTypes: readonly unknown[] = ['shallow', 'deep', true, false];
const stateTypes: readonly unknown[] = [undefined, 'atomic', 'compound', 'parallel', 'final', 'history'];

function* shapeProblems(node: AnyStateNode): Generator<MachineProblem> {
  const config = configOf(node);
  const hasStates = Object.keys(node.states).length > 0;
  if (!stateTypes.includes(config.type)) {
    yield {
      path: at(node, 'type'),
      problem: `'${String(config.type)}' is not a type of state`,
      instead: 'write atomic, compound, parallel, final or history, or leave it out',
    };
  } else if (node.type === 'history') {
    for (const key of Object.keys(config)) {
      if (historyKeys.has(key) || !stateKeys.has(key)) continue;
      yield {
        path: at(node, key),
        problem: 'the machine is never in a history state, only in the states that it remembers',
        instead: 'put it into those states, or into their parent',
      };
    }
  } else if (node.type === 'parallel' && config.initial !== undefined) {
    yield {
      path: at(node, 'initial'),
      problem: 'a parallel state enters all of its states, so XState ignores initial',
      instead: 'leave initial out, or leave out the type',
      isWarning: true,
    };
  } else if (hasStates && (node.type === 'atomic' || node.type === 'final')) {
    yield {
      path: at(node, 'states'),
      problem: `a state of type ${node.type} never enters a state within it`,
      instead: 'leave out the type, or the states',
    };
  }
  if (config.history !== undefined && !historyTypes.includes(config.history)) {
    yield {
      path: at(node, 'history'),
      problem: choiceProblem('it', config.history, ['shallow', 'deep']) ?? 'it is not a kind of history',
      instead: 'write shallow or deep',
    };
  }
  if (config.route !== undefined && config.id === undefined) {
    yield {
      path: at(node, 'route'),
      problem: 'a route leads to a state by its id, and this state has none',
      instead: 'give it an id',
    };
  }
}

const neverOffered: Readonly<Record<string, readonly [problem: string, instead: string]>> = {
  'xstate.init': ['the start of a machine is offered to no transition', 'write entry, or always'],
  'xstate.stop': ['a machine that is stopped takes no transition', 'send it an event before you stop it'],
};

function* descriptorProblems(node: AnyStateNode): Generator<MachineProblem> {
  const { on } = configOf(node);
  for (const descriptor of Object.keys(on ?? {})) {
    const path = at(node, `on.${descriptor}`);
    const never = ownProperty(neverOffered, descriptor);
    if (never) yield { path, problem: never[0], instead: never[1] };
    else if (descriptor.startsWith('xstate.snapshot.')) {
      yield {
        path,
        problem: 'an actor that runs in another process sends no snapshots',
        instead: 'react to onDone and onError, or have the actor send events',
      };
    } else if (descriptor !== '*' && descriptor.replace(/\.\*$/, '').includes('*')) {
      yield {
        path,
        problem: "a '*' counts only alone, or as the last part after a dot",
        instead: "write '*', or as in 'order.*'",
      };
    }
  }
}

function at(node: AnyStateNode, rest: string): string {
  const path = pathOf(node);
  return path === '' ? rest : `${path}.${rest}`;
}
