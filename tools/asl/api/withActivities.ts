import { isArray, isObject, type Json, type JsonObject, objectOf } from '../../../asl/json.ts';

/**
 * The definition with every task as one of an activity of its own, so that anyone who asks for the tasks can answer them.
 *
 * @param activityOf the ARN of the activity for the task at a path
 */
export function withActivities(graph: Json, activityOf: (path: string) => string, within = ''): Json {
  if (!isObject(graph) || !isObject(graph.States)) return graph;
  const states = Object.entries(graph.States).map(([name, state]) => {
    return [name, withActivity(state, activityOf, `${within}${name}`)] as const;
  });
  return { ...graph, States: objectOf(states) };
}

function withActivity(state: Json, activityOf: (path: string) => string, path: string): Json {
  if (!isObject(state)) return state;
  const { Type, Branches, ItemProcessor, Iterator: iterator } = state;
  const inner = (graph: Json, within: string) => withActivities(graph, activityOf, within);
  const changed: { [key: string]: Json } = { ...state };
  if (Type === 'Task') changed.Resource = activityOf(path);
  if (isArray(Branches))
    changed.Branches = Branches.map((branch, index) => inner(branch, `${path}/${index}/`));
  if (ItemProcessor !== undefined) changed.ItemProcessor = inner(ItemProcessor, `${path}/`);
  if (iterator !== undefined) changed.Iterator = inner(iterator, `${path}/`);
  return changed;
}

/** Whether a task of the definition may take only so long. */
export function hasTimeouts(definition: JsonObject): boolean {
  return /"(?:Timeout|Heartbeat)Seconds(?:Path)?":/.test(JSON.stringify(definition.States ?? null));
}
