import { isArray, isObject } from '../json.ts';
import type { MapState, State, StateGraph } from '../model/model.ts';
import { type Fields, fieldsIn } from '../model/readFields.ts';
import type { QueryLanguage } from '../template/ast.ts';
import { within } from '../validate/problem.ts';
import { type Code, call, commentLines, object, type Property, print, string, text } from './code.ts';
import { guardCode } from './conditions.ts';
import { isSame, type Known, pruned, unknown } from './known.ts';
import type { Names } from './names.ts';
import { type Inference, sightsOf } from './sights.ts';
import { resourceCode, type StateCode, stateCode } from './stateCode.ts';
import { retryCode, type Writing } from './stateFields.ts';
import { located } from './unconvertible.ts';
import { ValueWriter } from './values.ts';

/** The parts that all machines of a module share. */
export interface Module {
  readonly inference: Inference;
  readonly variables: ReadonlySet<string>;
  /** Names at the top of the module. */
  readonly names: Names;
  readonly language: QueryLanguage;
  /** Whether tasks are run by workers named as their states, for tests. */
  readonly isMocked: boolean;
  /** Names of what the module imports from `millrace/asl/states`. */
  readonly imports: Set<string>;
  /** Types of inputs that functions use, by their names. */
  readonly types: Map<string, Known>;
  /** Retriers that several states share, by their code. */
  readonly retries: ReadonlyMap<string, string>;
  /** Writes the machine of a Map state's items. @returns the function that makes it */
  itemMachine(state: MapState, fields: Fields, pointer: string): string;
}

/** The parts of one machine, as its states are written. */
export class MachineWriter {
  readonly actors: Property[] = [];
  readonly guards: Property[] = [];
  readonly #module: Module;
  readonly #guardNames = new Set<string>();

  constructor(module: Module) {
    this.#module = module;
  }

  /** The states of a graph, and the makers that they need. */
  graph(
    graph: StateGraph,
    fields: Fields,
    pointer: string,
  ): { readonly initial: string; readonly states: Code; readonly makers: ReadonlySet<string> } {
    const keys = keysOf(graph.states);
    const raw = fieldsIn(fields, 'States') ?? {};
    const makers = new Set<string>();
    const end = endOf(keys);
    let ends = false;
    const properties = graph.states.map((state): Property => {
      const own = fieldsIn(raw, state.name) ?? {};
      if (state.type === 'Succeed' || ('next' in state && state.next.type === 'end')) ends = true;
      const place = within(pointer, 'States', state.name);
      const { code, maker } = located(place, () =>
        this.#state(state, own, place, (name) => keys.get(name) ?? name, end),
      );
      makers.add(maker);
      return { key: keys.get(state.name) ?? state.name, value: code, comment: commentLines(own.Comment) };
    });
    const last: Property = { key: end, value: object([{ key: 'type', value: string('final') }]) };
    return {
      initial: keys.get(graph.startAt) ?? graph.startAt,
      states: object(ends ? [...properties, last] : properties, true),
      makers,
    };
  }

  #state(
    state: State,
    fields: Fields,
    pointer: string,
    key: (name: string) => string,
    end: string,
  ): { readonly code: Code; readonly maker: string } {
    const { inference, variables, imports, names, types, language } = this.#module;
    const values = new ValueWriter();
    const input = inference.inputs.get(state.name) ?? unknown;
    const sights = sightsOf(state, input, inference, variables);
    const writing: Writing = { state, fields, sights, values, keyOf: key };
    const isLast = !('next' in state) || state.next.type === 'end';
    this.#addActor(state, fields, pointer);
    const made: StateCode = stateCode(writing, {
      target: isLast ? end : key(state.next.type === 'state' ? state.next.name : ''),
      retry: this.#retry(fields),
      guards: this.#guards(writing),
      branches: state.type === 'Parallel' ? this.#branches(state.branches, fields, pointer) : [],
    });
    for (const helper of values.helpers) imports.add(helper);
    const ofLanguage: Property[] =
      state.language === language ? [] : [{ key: 'queryLanguage', value: string(state.language) }];
    const options = object([...ofLanguage, ...made.options], true);
    const type = pruned(sights.before.input ?? unknown, 'input', print(options, 0, 0, 0));
    let maker = made.maker;
    if (values.uses.has('input') && type.type !== 'json') {
      const name = names.type(state.name, 'Input');
      types.set(name, type);
      maker = `${made.maker}<${name}>`;
    }
    return { code: call(maker, string(state.name), options), maker: made.maker };
  }

  #addActor(state: State, fields: Fields, pointer: string): void {
    const { imports, isMocked } = this.#module;
    if (state.type === 'Task') {
      imports.add('resource');
      this.actors.push({
        key: state.name,
        value: resourceCode(state, 'resource', isMocked ? state.name : undefined),
      });
    }
    if (state.type === 'Map') {
      const outcomes = { key: 'outcomesInError', value: text('true') };
      const options = state.resultWriter === undefined ? [] : [object([outcomes])];
      this.actors.push({
        key: state.name,
        value: call('each', call(this.#module.itemMachine(state, fields, pointer)), ...options),
      });
      this.#addFileActor(state.itemReader, 'itemReader', `${state.name}/ItemReader`);
      this.#addFileActor(state.resultWriter, 'resultWriter', `${state.name}/ResultWriter`);
    }
  }

  #addFileActor(field: unknown, maker: 'itemReader' | 'resultWriter', key: string): void {
    if (field === undefined) return;
    this.#module.imports.add(maker);
    const options = object([{ key: 'worker', value: string(key) }]);
    this.actors.push({ key, value: call(maker, ...(this.#module.isMocked ? [options] : [])) });
  }

  #retry({ Retry }: Fields): Code | undefined {
    const code = retryCode(Retry);
    const shared = code && this.#module.retries.get(print(code, 0, 0, 0));
    return shared === undefined ? code : text(shared);
  }

  #guards({ state, fields, sights }: Writing): readonly string[] {
    if (state.type !== 'Choice') return [];
    const raw = isArray(fields.Choices) ? fields.Choices.filter(isObject) : [];
    return state.choices.map(({ condition, next }, index) => {
      const own = raw[index] ?? {};
      const values = new ValueWriter();
      const name = this.#guardName(`${state.name} → ${next}`);
      const code = guardCode(own, condition(), sights.before, values);
      this.guards.push({
        key: name,
        value: call(values.use('when'), this.#typed(code, values, state, sights.before.input ?? unknown)),
        comment: commentLines(own.Comment),
      });
      for (const helper of values.helpers) this.#module.imports.add(helper);
      return name;
    });
  }

  /** A guard stands by itself, so its function says what it is given. */
  #typed(code: Code, values: ValueWriter, state: State, input: Known): Code {
    const { imports, names, types } = this.#module;
    if (code.type !== 'arrow' || code.parameters === '()') return code;
    imports.add('StateData');
    const type = pruned(input, 'input', print(code, 0, 0, 0));
    let name = 'Json';
    if (values.uses.has('input') && type.type !== 'json') {
      name = [...types].find(([, known]) => isSame(known, type))?.[0] ?? names.type(state.name, 'Input');
      types.set(name, type);
    } else imports.add('Json');
    const given = values.uses.has('variables') ? `StateData<${name}, Variables>` : `StateData<${name}>`;
    return { ...code, parameters: code.parameters.replace(/\)$/, `: ${given})`) };
  }

  #guardName(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#guardNames.has(name); count++) name = `${wanted} ${count}`;
    this.#guardNames.add(name);
    return name;
  }

  #branches(branches: readonly StateGraph[], fields: Fields, pointer: string): readonly Code[] {
    const raw = isArray(fields.Branches) ? fields.Branches.filter(isObject) : [];
    return branches.map((branch, index): Code => {
      const { initial, states, makers } = this.graph(
        branch,
        raw[index] ?? {},
        within(pointer, 'Branches', index),
      );
      const names = [...makers].sort();
      return {
        type: 'arrow',
        parameters: `({ ${names.join(', ')} })`,
        body: object(
          [
            { key: 'initial', value: string(initial), comment: commentLines(raw[index]?.Comment) },
            { key: 'states', value: states },
          ],
          true,
        ),
      };
    });
  }
}

/** Keys of states: their names, except for those that XState gives a meaning of its own. */
function keysOf(states: readonly State[]): ReadonlyMap<string, string> {
  const taken = new Set(states.map(({ name }) => name));
  return new Map(
    states.map(({ name }) => {
      if (!name.startsWith('#') && name !== '__proto__') return [name, name];
      let key = name.replace(/^#+|^__/, '');
      while (key === '' || taken.has(key)) key = `${key}_`;
      taken.add(key);
      return [name, key];
    }),
  );
}

/** The key of the final state. */
function endOf(keys: ReadonlyMap<string, string>): string {
  const taken = new Set(keys.values());
  let key = 'end';
  while (taken.has(key)) key = `${key}_`;
  return key;
}
