import type { PlacedTask } from '../../asl/index.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../asl/json.ts';
import { seededRandom } from '../../testing/seededRandom.ts';

/**
 * Answers for the tasks of any definition, from a seed. An answer has what the definition's expressions ask for, so that
 * executions get further than the first state.
 */
export class StubbedTasks {
  readonly #random: () => number;
  readonly #paths: readonly (readonly string[])[];
  readonly #values: readonly Json[];

  constructor(definition: JsonObject, seed: number) {
    this.#random = seededRandom(seed);
    this.#paths = pathsIn(JSON.stringify(definition));
    this.#values = valuesIn(definition);
  }

  workers(tasks: Iterable<PlacedTask>): Record<string, () => Json> {
    return Object.fromEntries([...tasks].map(({ path }) => [path, () => this.#answer()]));
  }

  /** Draws an execution's input. */
  input(): Json {
    return this.#object();
  }

  /** Draws what a reader of items has read, or a writer of results has written. */
  ofFile(kind: 'ItemReader' | 'ResultWriter'): Json {
    if (kind === 'ItemReader') return [this.#object(), this.#object()];
    return { MapRunArn: 'stubbed', ResultWriterDetails: { Bucket: 'stubbed', Key: 'stubbed' } };
  }

  #answer(): Json {
    const draw = this.#random();
    if (draw < 0.12) throw Object.assign(new Error('stubbed'), { name: this.#pick(errorNames) });
    if (draw < 0.16) return {};
    if (draw < 0.2) return this.#pick(this.#values);
    const value = this.#object();
    // As lambda:invoke wraps what a function gives.
    return draw < 0.6 ? value : { ...(isObject(value) && value), Payload: value, StatusCode: 200 };
  }

  #object(): Json {
    const root: Record<string, Json> = {};
    for (const path of this.#paths) if (this.#random() < 0.95) this.#put(root, path);
    return root;
  }

  #put(root: Record<string, Json>, path: readonly string[]): void {
    let at: Record<string, Json> | Json[] = root;
    for (const [place, key] of path.entries()) {
      const last = place === path.length - 1;
      const next = path[place + 1];
      // A copy: what is put in later must not show elsewhere.
      const inner: Json = last ? structuredClone(this.#pick(this.#values)) : next === '0' ? [] : {};
      const before: Json | undefined = isList(at) ? at[Number(key)] : at[key];
      const value: Json = !last && before !== null && typeof before === 'object' ? before : inner;
      if (isList(at)) at[Number(key) || 0] = value;
      else at[key] = value;
      if (last || typeof value !== 'object' || value === null) return;
      at = value as typeof at;
    }
  }

  #pick<Value>(values: readonly Value[]): Value {
    const value = values[Math.floor(this.#random() * values.length)];
    if (value === undefined) throw new Error('There is nothing to choose from.');
    return value;
  }
}

function isList(value: object): value is Json[] {
  return Array.isArray(value);
}

const errorNames = [
  'States.TaskFailed',
  'Lambda.ServiceException',
  'Lambda.TooManyRequestsException',
  'States.Timeout',
  'CustomError',
];

/** Names along the paths that the text has. An index, a wildcard or a filter stands for a list's first element. */
function pathsIn(text: string): readonly (readonly string[])[] {
  const paths = new Map<string, readonly string[]>();
  const pattern = /\$(?:states\.(?:input|result))?((?:\.[A-Za-z_]\w*|\[(?:\d+|\*|\?\([^)]*\)|'[^']+')\])+)/g;
  for (const [, steps = ''] of text.matchAll(pattern)) {
    const names = [...steps.matchAll(/\.(\w+)|\['([^']+)'\]|\[/g)].map(
      ([, name, quoted]) => name ?? quoted ?? '0',
    );
    paths.set(names.join('/'), names);
  }
  return [...paths.values()].slice(0, 300);
}

/** Values that the definition compares with, and some of each kind. */
function valuesIn(definition: Json | JsonObject): readonly Json[] {
  const found: Json[] = [
    'text',
    '2026-01-31T12:00:00Z',
    0,
    1,
    42,
    true,
    false,
    null,
    [],
    ['a', 'b'],
    [{ id: 1 }],
    {},
    '{"a":1}',
  ];
  const look = (value: Json | undefined) => {
    if (isArray(value)) for (const each of value) look(each);
    else if (isObject(value)) {
      for (const [key, each] of Object.entries(value)) {
        if (/Equals$|Matches$|Than$/.test(key) && typeof each !== 'object') found.push(each, each);
        else look(each);
      }
    }
  };
  look(isObject(definition) ? definition : null);
  return found;
}
