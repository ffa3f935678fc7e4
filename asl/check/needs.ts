import { resourceOf } from '../integrations/resource.ts';
import { isArray, isObject, type Json, own } from '../json.ts';
import { placeholdersIn } from '../substitutions.ts';

/** What a definition needs of its deployment. Texts are as the definition has them, with `${Name}` where a substitution goes. */
export interface DefinitionNeeds {
  /** Functions that its states invoke. */
  readonly functions: readonly FunctionNeed[];
  /** Paths of the states that invoke a function which only their data name. */
  readonly unknownFunctions: readonly string[];
  /** Names of its placeholders. */
  readonly placeholders: readonly string[];
  /** Those without whose value a state cannot run. */
  readonly requiredPlaceholders: readonly string[];
}

export interface FunctionNeed {
  /** Path of the state: the definition's names from its start, divided by slashes. */
  readonly path: string;
  /** The function's name or ARN. */
  readonly function: string;
  /** A version or an alias of it. */
  readonly qualifier?: string;
}

type Fields = { readonly [key: string]: Json };

/** What a valid definition needs. */
export function needsOf(definition: Fields): DefinitionNeeds {
  const functions: FunctionNeed[] = [];
  const unknownFunctions: string[] = [];
  const required: string[] = [];
  for (const [path, task] of taskFieldsOf(definition)) {
    const resource = own(task, 'Resource');
    if (typeof resource !== 'string') continue;
    required.push(...placeholdersIn({ resource }));
    const called = resourceOf(resource);
    if (called.type === 'lambdaArn' || called.type === 'placeholder') {
      functions.push({ path, function: resource });
    } else if (called.type === 'service' && called.service === 'lambda' && !called.isSdk) {
      const given = argumentsOf(task);
      const name = literalIn(own(given, 'FunctionName'));
      const qualifier = literalIn(own(given, 'Qualifier'));
      if (name === undefined) unknownFunctions.push(path);
      else functions.push({ path, function: name, ...(qualifier !== undefined && { qualifier }) });
      required.push(...placeholdersIn({ name: name ?? '' }));
    } else if (called.type === 'service' && called.service === 'states') {
      required.push(...placeholdersIn({ arn: literalIn(own(argumentsOf(task), 'StateMachineArn')) ?? '' }));
    }
  }
  return {
    functions,
    unknownFunctions,
    placeholders: placeholdersIn(definition),
    requiredPlaceholders: [...new Set(required)],
  };
}

function argumentsOf(task: Fields): Fields {
  const given = own(task, 'Arguments') ?? own(task, 'Parameters');
  return isObject(given) ? given : {};
}

/** A text that is the same in each execution: also as an expression that is nothing but the text. */
function literalIn(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, expression] = /^\{%(.*)%\}$/s.exec(value) ?? [];
  if (expression === undefined) return value;
  const [, single, double] = /^\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*$/.exec(expression) ?? [];
  return single ?? double;
}

function* taskFieldsOf(graph: Fields, within = ''): Generator<readonly [path: string, task: Fields]> {
  const states = own(graph, 'States');
  for (const [name, state] of Object.entries(isObject(states) ? states : {})) {
    if (!isObject(state)) continue;
    const path = `${within}${name}`;
    if (state.Type === 'Task') yield [path, state];
    const processor = state.ItemProcessor ?? state.Iterator;
    if (isObject(processor)) yield* taskFieldsOf(processor, `${path}/`);
    for (const [index, branch] of (isArray(state.Branches) ? state.Branches : []).entries())
      if (isObject(branch)) yield* taskFieldsOf(branch, `${path}/${index}/`);
  }
}
