import { isArray, isObject } from '../json.ts';
import { asksForExecutionInput } from '../model/executionInput.ts';
import type { StateGraph } from '../model/model.ts';
import { readDefinition } from '../model/readDefinition.ts';
import { type Fields, fieldsIn } from '../model/readFields.ts';
import { within } from '../validate/problem.ts';
import {
  blockComment,
  type Code,
  call,
  commentLines,
  lineWidth,
  object,
  type Property,
  print,
  statement,
  string,
  text,
} from './code.ts';
import { infer, variableNamesIn } from './infer.ts';
import { type Known, printType, pruned, unknown } from './known.ts';
import { MachineWriter, type Module } from './machineWriter.ts';
import { Names } from './names.ts';
import type { ConvertOptions } from './options.ts';
import { readAll } from './readAll.ts';
import { retryCode } from './stateFields.ts';
import { literalCode } from './values.ts';

/** Writes the module of a definition. */
export class ModuleWriter {
  readonly #definition: Fields;
  readonly #options: ConvertOptions;
  readonly #graph: StateGraph;
  readonly #module: Module;
  readonly #exported: string;
  readonly #retries: readonly string[];
  readonly #itemMachines: string[] = [];
  readonly #keepsInput: boolean;
  readonly #usesContext: boolean;

  constructor(definition: Fields, options: ConvertOptions) {
    const written = JSON.stringify(definition);
    const names = new Names();
    this.#definition = definition;
    this.#options = options;
    this.#graph = readDefinition(definition);
    readAll(this.#graph, '');
    this.#exported = names.value(options.id);
    this.#keepsInput = asksForExecutionInput(definition);
    this.#usesContext =
      written.includes('$$') || /\$states(?!\.(?:input|result|errorOutput)\b)/.test(written);
    const retries = sharedRetries(definition, names);
    this.#retries = [...retries.values()].map(({ name, code }) =>
      statement(`const ${name}: readonly RetrierOptions[] = `, code, 0),
    );
    this.#module = {
      inference: infer(this.#graph),
      variables: new Set(variableNamesIn(this.#graph)),
      names,
      language: definition.QueryLanguage === 'JSONata' ? 'JSONata' : 'JSONPath',
      isMocked: options.tasks === 'mocked',
      imports: new Set(retries.size > 0 ? ['RetrierOptions'] : []),
      types: new Map(),
      retries: new Map([...retries].map(([printed, { name }]) => [printed, name])),
      itemMachine: (state, fields, pointer) => {
        const field = isObject(fields.ItemProcessor) ? 'ItemProcessor' : 'Iterator';
        return this.#itemMachine(
          state.name,
          state.processor,
          fieldsIn(fields, field) ?? {},
          within(pointer, field),
        );
      },
    };
  }

  source(): string {
    const { id } = this.#options;
    const { imports } = this.#module;
    const { TimeoutSeconds, Comment } = this.#definition;
    const meta =
      typeof TimeoutSeconds === 'number' ? [{ key: 'meta', value: timeoutCode(TimeoutSeconds) }] : [];
    const types = [
      { key: 'context', value: text('{} as StatesContext') },
      { key: 'input', value: text('{} as Json') },
      { key: 'output', value: text('{} as Json') },
    ];
    imports.add('Json');
    const { declarations, machine } = this.#machine(
      { id, graph: this.#graph, fields: this.#definition, pointer: '', callee: 'states', types, meta },
      0,
    );
    const exported = `${blockComment(commentLines(Comment))}export const ${this.#exported} = ${machine};`;
    const sections = [
      this.#imports(),
      [...this.#types([...this.#itemMachines, ...declarations, machine].join('\n')), ...this.#retries].join(
        '\n\n',
      ),
      ...this.#itemMachines,
      paragraphs(declarations),
      exported,
    ];
    return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
  }

  /** The work of a Map state on an item is a machine of its own. @returns the name of the function that makes it */
  #itemMachine(state: string, graph: StateGraph, fields: Fields, pointer: string): string {
    const name = this.#module.names.value(state);
    const types = [
      { key: 'context', value: text('{} as StatesContext') },
      { key: 'output', value: text('{} as Json') },
    ];
    this.#module.imports.add('Json');
    const id = `${this.#options.id}.${name}`;
    const { declarations, machine } = this.#machine(
      { id, graph, fields, pointer, callee: 'itemStates', types, meta: [] },
      2,
    );
    const comment = commentLines(fields.Comment);
    const [shown = ''] = commentLines(state);
    const about = comment.length > 0 ? comment : [`The work of the state '${shown}' on each item.`];
    this.#itemMachines.push(
      `${blockComment(about)}function ${name}() {\n${paragraphs(declarations)}\n\n  return ${machine};\n}`,
    );
    return name;
  }

  /** The declarations that a machine begins with, and the machine. */
  #machine(
    plan: MachinePlan,
    indent: number,
  ): { readonly declarations: readonly string[]; readonly machine: string } {
    const { id, graph, fields, pointer, callee, types, meta } = plan;
    const writer = new MachineWriter(this.#module);
    const { initial, states, makers } = writer.graph(graph, fields, pointer);
    this.#module.imports.add('StatesContext').add(callee);
    const { actors, guards } = writer;
    const config = object(
      [
        { key: 'id', value: string(id) },
        { key: 'version', value: string(this.#options.version ?? '1') },
        ...meta,
        { value: text('context') },
        { key: 'initial', value: string(initial) },
        { key: 'states', value: states },
        { value: text('output') },
        { value: text('options') },
      ],
      true,
    );
    const provided = [...(actors.length > 0 ? ['actors'] : []), ...(guards.length > 0 ? ['guards'] : [])];
    const parts = [...provided, 'delays'].map((name) => ({ value: text(name) }));
    const setup = object([{ key: 'types', value: object(types) }, ...parts], true);
    return {
      declarations: [
        ...(actors.length > 0 ? [statement('const actors = ', object(actors, true), indent)] : []),
        ...(guards.length > 0 ? [statement('const guards = ', object(guards, true), indent)] : []),
        ...this.#makers(id, callee, provided, makers, indent),
      ],
      machine: `setup(${print(setup, indent, indent, 0)}).createMachine(${print(config, indent, indent, 0)})`,
    };
  }

  #makers(
    id: string,
    callee: string,
    provided: readonly string[],
    makers: ReadonlySet<string>,
    indent: number,
  ): readonly string[] {
    const { variables, language } = this.#module;
    const options = object([
      { key: 'id', value: string(id) },
      ...provided.map((name) => ({ value: text(name) })),
      ...(language === 'JSONPath' ? [{ key: 'queryLanguage', value: string('JSONPath') }] : []),
      ...(this.#keepsInput && callee === 'states' ? [{ key: 'keepsInput', value: text('true') }] : []),
      ...(this.#usesContext ? this.#identity(id) : []),
    ]);
    const guard = provided.includes('guards') ? 'keyof typeof guards' : 'string';
    const types = variables.size > 0 ? `<${guard}, Variables>` : guard === 'string' ? '' : `<${guard}>`;
    const made = call(`${callee}${types}`, options);
    const names = ['context', 'delays', 'options', 'output', ...makers].sort();
    const whole = statement(`const { ${names.join(', ')} } = `, made, indent);
    if (!whole.includes('\n') && whole.length <= lineWidth) return [whole];
    const pattern = `${' '.repeat(indent)}const { ${names.join(', ')} } =`;
    const taken =
      pattern.length <= lineWidth && pattern.length + ' parts;'.length > lineWidth
        ? `${pattern}\n${' '.repeat(indent + 2)}parts;`
        : statement('const ', object(names.map((name) => ({ value: text(name) }))), indent, ' = parts');
    return [`${statement('const parts = ', made, indent)}\n${taken}`];
  }

  /** The account of the context object, where an expression asks for it. */
  #identity(id: string): readonly Property[] {
    const { account, type = 'STANDARD', id: machine } = this.#options;
    return [
      ...(id === machine ? [] : [{ key: 'name', value: string(machine) }]),
      ...(account ? [{ key: 'account', value: literalCode({ ...account }) }] : []),
      ...(type === 'EXPRESS' ? [{ key: 'type', value: string(type) }] : []),
    ];
  }

  #imports(): string {
    const names = [...this.#module.imports]
      .sort(byName)
      .map((name) => (isType(name) ? `type ${name}` : name));
    const line = `import { ${names.join(', ')} } from 'millrace/asl/states';`;
    const broken = `import {\n${names.map((name) => `  ${name},\n`).join('')}} from 'millrace/asl/states';`;
    const ofWorkers = this.#itemMachines.length > 0 ? "\nimport { each } from 'millrace/workers';" : '';
    return `${line.length <= lineWidth ? line : broken}${ofWorkers}\nimport { setup } from 'xstate';`;
  }

  /** @param code that uses them */
  #types(code: string): readonly string[] {
    const { inference, variables, types } = this.#module;
    const known = Object.fromEntries(
      [...variables].map((name): [string, Known] => {
        const found = inference.variables.get(name) ?? unknown;
        return [name, pruned(found, `variables\\.${name}`, code)];
      }),
    );
    const ofVariables: [string, Known][] =
      variables.size === 0 ? [] : [['Variables', { type: 'object', properties: known }]];
    return [...ofVariables, ...types].map(([name, type]) => typeDeclaration(name, type));
  }
}

/** The source of the machine of a definition, or of a Map state's items. */
interface MachinePlan {
  readonly id: string;
  readonly graph: StateGraph;
  readonly fields: Fields;
  readonly pointer: string;
  readonly callee: 'states' | 'itemStates';
  readonly types: readonly Property[];
  readonly meta: readonly Property[];
}

/** Names of types begin with a capital. */
function isType(name: string): boolean {
  return /^[A-Z]/.test(name);
}

/** As the formatter sorts names: letter by letter, and a capital before its small letter. */
function byName(a: string, b: string): number {
  for (const [index, first] of [...a].entries()) {
    const second = b[index] ?? '';
    if (first === second) continue;
    const [low, other] = [first.toLowerCase(), second.toLowerCase()];
    return low === other ? (first < second ? -1 : 1) : low < other ? -1 : 1;
  }
  return a.length - b.length;
}

function typeDeclaration(name: string, type: Known): string {
  const start = `type ${name} = `;
  return `${start}${printType(type, 0, start.length)};`;
}

/** Declarations of several lines stand apart. */
function paragraphs(declarations: readonly string[]): string {
  return declarations.reduce((all, each) => `${all}${all.includes('\n') ? '\n\n' : '\n'}${each}`);
}

function timeoutCode(seconds: number): Code {
  return object([{ key: 'millrace', value: object([{ key: 'timeout', value: string(`${seconds}s`) }]) }]);
}

/** Retriers that several states have alike, by their code, with a name for each. */
function sharedRetries(
  definition: Fields,
  names: Names,
): ReadonlyMap<string, { readonly name: string; readonly code: Code }> {
  const found = new Map<string, { readonly code: Code; count: number }>();
  const visit = (value: unknown): void => {
    if (isArray(value)) value.forEach(visit);
    else if (isObject(value)) {
      const code = value.Type === undefined ? undefined : retryCode(value.Retry);
      if (code !== undefined) {
        const printed = print(code, 0, 0, 0);
        const before = found.get(printed)?.count ?? 0;
        found.set(printed, { code, count: before + 1 });
      }
      Object.values(value).forEach(visit);
    }
  };
  visit(definition);
  return new Map(
    [...found]
      .filter(([, { count }]) => count > 1)
      .map(([printed, { code }]) => {
        const name = names.value(printed.includes("'Lambda.") ? 'lambda retry' : 'retry');
        return [printed, { name, code }];
      }),
  );
}
