import { isObject } from '../json.ts';
import type { Next, State, StateGraph } from '../model/model.ts';
import type { Template } from '../template/ast.ts';
import { kindOfTemplate } from './kindOfTemplate.ts';
import { isSame, joined, type Known, knownOf, unknown } from './known.ts';
import {
  argumentsKind,
  errorOutput,
  type Inference,
  itemKind,
  leftWith,
  leftWithout,
  passedOn,
  sightsOf,
  withResult,
} from './sights.ts';
import type { Sight } from './typeScript.ts';

/** Follows data from state to state until nothing more is found. */
export function infer(graph: StateGraph): Inference {
  const names = new Set(variableNamesIn(graph));
  const flow = new DataFlow(names);
  flow.settle(graph);
  return flow;
}

class DataFlow implements Inference {
  readonly inputs = new Map<string, Known>();
  readonly assigned = new Map<string, ReadonlySet<string>>();
  readonly variables = new Map<string, Known>();
  readonly #names: ReadonlySet<string>;
  readonly #statesOf = new WeakMap<StateGraph, ReadonlySet<string>>();
  #changed = false;
  /** Whether variables of which nothing has been found are left out for now. */
  #isHopeful = true;

  constructor(names: ReadonlySet<string>) {
    this.#names = names;
  }

  settle(graph: StateGraph): void {
    this.#repeat(graph);
    this.#isHopeful = false;
    this.#repeat(graph);
  }

  #repeat(graph: StateGraph): void {
    do {
      this.#changed = false;
      this.#enter(graph, graph.startAt, unknown, new Set());
      this.#graph(graph);
    } while (this.#changed);
  }

  #graph(graph: StateGraph): void {
    for (const state of graph.states) {
      const input = this.inputs.get(state.name);
      if (input !== undefined) this.#state(graph, state, input);
    }
  }

  #enter(graph: StateGraph, name: string, data: Known, assigned: ReadonlySet<string>): void {
    if (!this.#namesOf(graph).has(name)) return;
    const before = this.inputs.get(name);
    const input = before === undefined ? data : joined(before, data);
    const had = this.assigned.get(name);
    const has = had === undefined ? assigned : new Set([...had].filter((each) => assigned.has(each)));
    if (before === undefined || !isSame(before, input) || has.size !== had?.size) this.#changed = true;
    this.inputs.set(name, input);
    this.assigned.set(name, has);
  }

  #namesOf(graph: StateGraph): ReadonlySet<string> {
    const known = this.#statesOf.get(graph) ?? new Set(graph.states.map(({ name }) => name));
    this.#statesOf.set(graph, known);
    return known;
  }

  #state(graph: StateGraph, state: State, input: Known): void {
    const assigned = this.assigned.get(state.name) ?? new Set();
    const leave = (next: Next, left: Known, assign: Template | undefined, sight: Sight) => {
      const after = new Set([...assigned, ...this.#assign(assign, sight)]);
      if (next.type === 'state') this.#enter(graph, next.name, left, after);
    };
    const sights = sightsOf(state, input, this, this.#names);
    switch (state.type) {
      case 'Succeed':
      case 'Fail':
        return;
      case 'Choice': {
        const flow = state.flow();
        for (const rule of state.choices) {
          const output = rule.output?.() ?? (flow.language === 'JSONata' ? flow.output : undefined);
          const left = output ? kindOfTemplate(output, sights.before) : passedOn(flow, sights);
          leave({ type: 'state', name: rule.next }, left, rule.assign?.(), sights.before);
        }
        if (state.default === undefined) return;
        const left =
          flow.language === 'JSONata' && flow.output
            ? kindOfTemplate(flow.output, sights.before)
            : passedOn(flow, sights);
        leave({ type: 'state', name: state.default }, left, flow.assign, sights.before);
        return;
      }
      case 'Wait': {
        const flow = state.flow();
        leave(state.next, leftWithout(flow, sights), flow.assign, sights.before);
        return;
      }
      case 'Pass': {
        const flow = state.flow();
        if (flow.language === 'JSONata') {
          leave(state.next, leftWithout(flow, sights), flow.assign, sights.before);
          return;
        }
        const result = state.result === undefined ? argumentsKind(flow, sights) : knownOf(state.result);
        leave(state.next, leftWith(flow, result, sights), flow.assign, { ...sights.after, input: result });
        return;
      }
      case 'Parallel':
      case 'Map':
      case 'Task': {
        const flow = state.flow();
        const isList =
          state.type === 'Parallel' || (state.type === 'Map' && state.resultWriter === undefined);
        const result: Known = isList ? { type: 'array', items: unknown } : unknown;
        const after = sightsOf(state, input, this, this.#names, result).after;
        const chosen =
          flow.language === 'JSONPath' && flow.resultSelector
            ? kindOfTemplate(flow.resultSelector, { ...after, input: result })
            : result;
        const seen = flow.language === 'JSONPath' ? { ...after, input: chosen } : after;
        leave(state.next, leftWith(flow, result, { ...sights, after }), flow.assign, seen);
        for (const catcher of state.catch) {
          const caught = catcher.output?.();
          const left =
            state.language === 'JSONata'
              ? caught
                ? kindOfTemplate(caught, sights.caught)
                : errorOutput
              : withResult(input, catcher.resultPath(), errorOutput);
          leave({ type: 'state', name: catcher.next }, left, catcher.assign?.(), {
            ...sights.caught,
            ...(state.language === 'JSONPath' && { input: errorOutput }),
          });
        }
        if (state.type === 'Parallel') {
          const data = argumentsKind(flow, sights);
          for (const branch of state.branches) {
            this.#enter(branch, branch.startAt, data, assigned);
            this.#graph(branch);
          }
        }
        if (state.type === 'Map') {
          const { processor } = state;
          this.#enter(
            processor,
            processor.startAt,
            itemKind(state, sights),
            state.isDistributed ? new Set() : assigned,
          );
          this.#graph(processor);
        }
      }
    }
  }

  /** @returns the names that are assigned */
  #assign(assign: Template | undefined, sight: Sight): readonly string[] {
    const entries = entriesOf(assign);
    for (const [name, template] of entries) {
      if (this.#isHopeful && this.#waitsForOthers(template)) continue;
      const found = kindOfTemplate(template, sight);
      const before = this.variables.get(name);
      const now = before === undefined ? found : joined(before, found);
      if (before === undefined || !isSame(before, now)) this.#changed = true;
      this.variables.set(name, now);
    }
    return entries.map(([name]) => name);
  }

  /** Whether a value is made of variables of which nothing is known yet. */
  #waitsForOthers(template: Template): boolean {
    const text = sourceOf(template);
    return [...this.#names].some((name) => !this.variables.has(name) && text.includes(`$${name}`));
  }
}

function sourceOf(template: Template): string {
  switch (template.type) {
    case 'literal':
    case 'function':
      return '';
    case 'array':
      return template.items.map(sourceOf).join(' ');
    case 'object':
      return template.entries.map(([, each]) => sourceOf(each)).join(' ');
    case 'path':
      return template.path.text;
    case 'call':
      return template.call.text;
    case 'expression':
      return template.text;
  }
}

function entriesOf(assign: Template | undefined): readonly (readonly [string, Template])[] {
  if (assign?.type === 'object') return assign.entries;
  if (assign?.type !== 'literal' || !isObject(assign.value)) return [];
  return Object.entries(assign.value).map(([key, value]) => [key, { type: 'literal', value }]);
}

/** Names of all variables that the definition assigns. */
export function* variableNamesIn({ states }: StateGraph): Generator<string> {
  for (const state of states) {
    if (state.type === 'Fail') continue;
    const assigns = [
      state.flow().assign,
      ...(state.type === 'Choice' ? state.choices.map(({ assign }) => assign?.()) : []),
      ...('catch' in state ? state.catch.map(({ assign }) => assign?.()) : []),
    ];
    for (const assign of assigns) {
      for (const [name] of entriesOf(assign)) yield name;
    }
    if (state.type === 'Map') yield* variableNamesIn(state.processor);
    if (state.type === 'Parallel') for (const branch of state.branches) yield* variableNamesIn(branch);
  }
}
