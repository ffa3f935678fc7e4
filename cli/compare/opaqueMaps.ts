import type {
  ExecutionTrace,
  ScopeTrace,
  StateRun,
  StateVisit,
  TaskAttemptTrace,
} from '../../asl/history/trace.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../asl/json.ts';

/**
 * The distributed Map states whose items cannot be run again from the execution's history: they read or write files, or have
 * tasks, whose answers are in the histories of the items' own executions.
 */
export function opaqueMapsOf(definition: JsonObject): ReadonlySet<string> {
  const names = new Set<string>();
  visitStates(definition, (name, state) => {
    if (state.Type === 'Map' && isOpaque(state)) names.add(name);
  });
  return names;
}

function isOpaque(state: JsonObject): boolean {
  const processor = state.ItemProcessor;
  if (!isObject(processor) || !isObject(processor.ProcessorConfig)) return false;
  if (processor.ProcessorConfig.Mode !== 'DISTRIBUTED') return false;
  if (state.ItemReader !== undefined || state.ResultWriter !== undefined) return true;
  let hasTasks = false;
  visitStates(processor, (_, inner) => {
    hasTasks ||= inner.Type === 'Task' || inner.Type === 'Wait';
  });
  return hasTasks;
}

function visitStates(graph: JsonObject, visit: (name: string, state: JsonObject) => void): void {
  if (!isObject(graph.States)) return;
  for (const [name, state] of Object.entries(graph.States)) {
    if (!isObject(state)) continue;
    visit(name, state);
    for (const inner of innerGraphs(state)) visitStates(inner, visit);
  }
}

function innerGraphs({ ItemProcessor, Iterator: iterator, Branches }: JsonObject): readonly JsonObject[] {
  const all: readonly (Json | undefined)[] = [
    ItemProcessor,
    iterator,
    ...(isArray(Branches) ? Branches : []),
  ];
  return all.filter(isObject);
}

/** The definition with a task in the place of each: it is answered with what the history has of the state. */
export function withoutOpaqueMaps(
  definition: JsonObject,
  opaque: ReadonlySet<string>,
  trace: ExecutionTrace,
): JsonObject {
  if (opaque.size === 0) return definition;
  const assigned = new Map<string, JsonObject>();
  for (const visit of visitsIn(trace.root)) {
    if (opaque.has(visit.name) && visit.assigned) assigned.set(visit.name, visit.assigned);
  }
  return graphWithout(definition, opaque, assigned);
}

function graphWithout(
  graph: JsonObject,
  opaque: ReadonlySet<string>,
  assigned: ReadonlyMap<string, JsonObject>,
): JsonObject {
  if (!isObject(graph.States)) return graph;
  const states = Object.entries(graph.States).map(([name, state]): readonly [string, Json] => {
    if (!isObject(state)) return [name, state ?? null];
    if (opaque.has(name)) return [name, asTask(state, assigned.get(name))];
    return [name, withInner(state, (inner) => graphWithout(inner, opaque, assigned))];
  });
  return { ...graph, States: Object.fromEntries(states) };
}

function withInner(state: JsonObject, change: (inner: JsonObject) => JsonObject): JsonObject {
  const { ItemProcessor, Iterator: iterator, Branches } = state;
  return {
    ...state,
    ...(isObject(ItemProcessor) && { ItemProcessor: change(ItemProcessor) }),
    ...(isObject(iterator) && { Iterator: change(iterator) }),
    ...(isArray(Branches) && { Branches: Branches.map((each) => (isObject(each) ? change(each) : each)) }),
  };
}

function asTask(
  { Next, End, Retry, Catch, QueryLanguage }: JsonObject,
  assigned: JsonObject | undefined,
): JsonObject {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::recorded:mapRun',
    ...(Next !== undefined && { Next }),
    ...(End !== undefined && { End }),
    ...(Retry !== undefined && { Retry }),
    ...(Catch !== undefined && { Catch }),
    ...(QueryLanguage !== undefined && { QueryLanguage }),
    ...(assigned && { Assign: assigned }),
  };
}

function* visitsIn({ visits }: ScopeTrace): Generator<StateVisit> {
  for (const visit of visits) {
    yield visit;
    for (const { branches, iterations } of visit.runs) {
      for (const scope of [...branches.values(), ...iterations.values()]) yield* visitsIn(scope);
    }
  }
}

/** The trace with the attempts of a task in the place of the runs of such a state. */
export function withOpaqueMaps(trace: ExecutionTrace, opaque: ReadonlySet<string>): ExecutionTrace {
  if (opaque.size === 0) return trace;
  const failure = trace.end?.status === 'FAILED' ? trace.end : {};
  const scopeOf = ({ visits }: ScopeTrace): ScopeTrace => ({
    visits: visits.map((visit) => {
      if (opaque.has(visit.name)) return asTaskVisit(visit, failure);
      return {
        ...visit,
        runs: visit.runs.map((run) => ({
          ...run,
          branches: new Map([...run.branches].map(([key, scope]) => [key, scopeOf(scope)])),
          iterations: new Map([...run.iterations].map(([key, scope]) => [key, scopeOf(scope)])),
        })),
      };
    }),
  });
  return { ...trace, root: scopeOf(trace.root) };
}

function asTaskVisit(visit: StateVisit, end: StateRun['failure']): StateVisit {
  const { runs, output, enteredAt } = visit;
  // A visit of the run here: it is a task already.
  if (visit.type === 'Task') {
    return {
      ...visit,
      type: 'Map',
      attempts: visit.attempts.map((each) => ({ ...each, given: undefined, resource: undefined })),
    };
  }
  const attempts = (runs.length === 0 ? [undefined] : runs).map(
    (run): TaskAttemptTrace => ({
      resource: undefined,
      given: undefined,
      timeoutSeconds: undefined,
      heartbeatSeconds: undefined,
      begunAt: enteredAt,
      outcome: outcomeOf(run, output, end, enteredAt),
    }),
  );
  return { ...visit, attempts, runs: [], evaluations: [] };
}

function outcomeOf(
  run: StateRun | undefined,
  output: Json | undefined,
  end: StateRun['failure'],
  endedAt: number,
): NonNullable<TaskAttemptTrace['outcome']> {
  if (run?.hasSucceeded) return { type: 'succeeded', endedAt, output };
  const { error, cause } = run?.failure ?? end ?? {};
  return { type: 'failed', endedAt, error, cause };
}
