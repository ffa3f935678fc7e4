import type { Flow, MapState, PathFlow, Selection, State } from '../model/model.ts';
import type { ReferencePath } from '../template/ast.ts';
import { kindOfTemplate } from './kindOfTemplate.ts';
import { type Known, objectOfKnown, propertyOf, unknown } from './known.ts';
import type { Sight } from './typeScript.ts';

/** Facts about a definition's data that are known before it runs. */
export interface Inference {
  /** By the names of states: names are unique in a definition. */
  readonly inputs: ReadonlyMap<string, Known>;
  /** Variables that have a value for sure when the state is entered. */
  readonly assigned: ReadonlyMap<string, ReadonlySet<string>>;
  /** The facts that hold for all values of a variable. */
  readonly variables: ReadonlyMap<string, Known>;
}

/** The data that fields of a state see: before it runs, with its result, and with its error. */
export interface Sights {
  readonly before: Sight;
  readonly after: Sight;
  readonly caught: Sight;
  /** The state's input, before `InputPath`. */
  readonly input: Known;
}

export function sightsOf(
  state: State,
  input: Known,
  { variables, assigned }: Pick<Inference, 'variables' | 'assigned'>,
  names: ReadonlySet<string>,
  result: Known = unknown,
): Sights {
  const sure = assigned.get(state.name) ?? new Set<string>();
  const seen = new Map([...variables].filter(([name]) => sure.has(name)));
  const common = { variables: seen, names, seesError: false };
  const flow = state.type === 'Fail' ? undefined : state.flow();
  const selected = flow?.language === 'JSONPath' ? selectedKind(flow.inputPath, { ...common, input }) : input;
  const isQuery = state.language === 'JSONata';
  return {
    input,
    before: { ...common, input: selected },
    after: isQuery ? { ...common, input, result } : { ...common, input: undefined },
    caught: { ...common, input: isQuery ? input : undefined, seesError: isQuery },
  };
}

function selectedKind(selection: Selection, sight: Sight): Known {
  if (selection === 'all') return sight.input ?? unknown;
  if (selection === 'nothing') return objectOfKnown([]);
  return kindOfTemplate(selection, sight);
}

export function argumentsKind(flow: Flow, { before }: Sights): Known {
  const template = flow.language === 'JSONata' ? flow.arguments : flow.parameters;
  return template ? kindOfTemplate(template, before) : (before.input ?? unknown);
}

/** For a state without a result. */
export function leftWithout(flow: Flow, sights: Sights): Known {
  if (flow.language === 'JSONata')
    return flow.output ? kindOfTemplate(flow.output, sights.before) : sights.input;
  return passedOn(flow, sights);
}

export function passedOn(flow: Flow, { before, input }: Sights): Known {
  return flow.language === 'JSONata' ? input : selectedKind(flow.outputPath, before);
}

export function leftWith(flow: Flow, result: Known, sights: Sights): Known {
  if (flow.language === 'JSONata') return flow.output ? kindOfTemplate(flow.output, sights.after) : result;
  return selectedKind(flow.outputPath, { ...sights.before, input: combinedKind(flow, result, sights) });
}

function combinedKind(flow: PathFlow, result: Known, { after, input }: Sights): Known {
  const chosen = flow.resultSelector
    ? kindOfTemplate(flow.resultSelector, { ...after, input: result })
    : result;
  return withResult(input, flow.resultPath, chosen);
}

export function withResult(input: Known, path: ReferencePath | 'discard', result: Known): Known {
  if (path === 'discard') return input;
  const [key, ...rest] = path;
  if (key === undefined) return result;
  // An element may be replaced by something else.
  if (typeof key === 'number') return { type: 'array', items: unknown };
  const inner = withResult(propertyOf(input, key) ?? unknown, rest, result);
  const others = input.type === 'object' ? Object.entries(input.properties) : [];
  return objectOfKnown([...others.filter(([name]) => name !== key), [key, inner]]);
}

export const errorOutput = objectOfKnown([
  ['Error', { type: 'string' }],
  ['Cause', { type: 'string' }],
]);

export function itemKind(state: MapState, { before }: Sights): Known {
  if (state.itemBatcher) return objectOfKnown([['Items', { type: 'array', items: unknown }]]);
  const selector = state.itemSelector?.();
  if (selector) return kindOfTemplate(selector, before);
  if (state.itemReader) return unknown;
  const items = state.items?.();
  const list = items ? kindOfTemplate(items, before) : (before.input ?? unknown);
  return list.type === 'array' ? list.items : unknown;
}
