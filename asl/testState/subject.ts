import { isArray, isObject, type Json, own } from '../json.ts';
import { InvalidDefinitionError } from '../load.ts';
import type { State } from '../model/model.ts';
import { readGraph } from '../model/readDefinition.ts';
import { validate } from '../validate/validate.ts';
import { InvalidStateTestError, type TestStateRequest } from './request.ts';

/** The state under test. */
export interface Subject {
  readonly state: State;
  /** It was named within a whole definition. */
  readonly isNamed: boolean;
}

/** The name that Step Functions gives to a state that is tested by itself. */
export const nameOfSingle = 'StateName';

/**
 * @throws InvalidDefinitionError
 * @throws InvalidStateTestError where the definition has no state of that name
 */
export function subjectOf({ definition, stateName }: TestStateRequest): Subject {
  const whole = stateName === undefined ? withSingle(definition) : definition;
  const problems = validate(whole).filter(({ severity }) => severity === 'error');
  if (problems.length > 0) throw new InvalidDefinitionError('under test', problems);
  const name = stateName ?? nameOfSingle;
  const state = stateIn(whole, name);
  if (state === undefined) throw new InvalidStateTestError('State not found in definition');
  return { state, isNamed: stateName !== undefined };
}

/** A definition around one state, which has the states that it goes to as well. */
function withSingle(state: Json): Fields {
  const targets = [...targetsOf(state)].map((name) => [name, { Type: 'Succeed' }] as const);
  return {
    StartAt: nameOfSingle,
    States: { ...Object.fromEntries(targets), [nameOfSingle]: state },
  };
}

function* targetsOf(state: Json): Generator<string> {
  if (!isObject(state)) return;
  const { Next, Default, Catch, Choices } = state;
  for (const target of [Next, Default]) if (typeof target === 'string') yield target;
  for (const handlers of [Catch, Choices]) {
    if (!isArray(handlers)) continue;
    for (const handler of handlers) yield* targetsOf(handler);
  }
}

/** The state of that name, in a definition or in what its Parallel and Map states run. */
function stateIn(definition: Json, name: string): State | undefined {
  for (const { graph, language } of graphsOf(definition, 'JSONPath')) {
    const states = own(graph, 'States');
    if (isObject(states) && Object.hasOwn(states, name)) {
      return readGraph(graph, language).states.find((each) => each.name === name);
    }
  }
  return undefined;
}

type Fields = { readonly [key: string]: Json };
type Language = 'JSONPath' | 'JSONata';

function* graphsOf(
  graph: Json | undefined,
  outer: Language,
): Generator<{ graph: Fields; language: Language }> {
  if (!isObject(graph)) return;
  const language = graph.QueryLanguage === 'JSONata' ? 'JSONata' : outer;
  yield { graph, language };
  const { States } = graph;
  if (!isObject(States)) return;
  for (const state of Object.values(States)) {
    if (!isObject(state)) continue;
    const { Branches, ItemProcessor, Iterator } = state;
    for (const branch of isArray(Branches) ? Branches : []) yield* graphsOf(branch, language);
    yield* graphsOf(ItemProcessor ?? Iterator, language);
  }
}
