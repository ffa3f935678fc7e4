import jsonata from 'jsonata';
import { array, type Code, object, string, text } from './code.ts';
import {
  isNumber,
  isScalar,
  joined,
  type Known,
  knownOf,
  objectOfKnown,
  propertyOf,
  unknown,
} from './known.ts';
import {
  binary,
  concatenated,
  levels,
  member,
  operand,
  type Sight,
  simple,
  type Translated,
} from './typeScript.ts';

/**
 * A JSONata expression as TypeScript, where what is known of its data proves that both mean the same: JSONata goes through
 * lists by itself, and leaves out what is missing.
 */
export function translateJsonata(source: string, sight: Sight): Translated | undefined {
  try {
    const root: unknown = jsonata(source).ast();
    return translated(root, sight);
  } catch {
    // Another part of the converter reports it.
    return undefined;
  }
}

function translated(value: unknown, sight: Sight): Translated | undefined {
  const node = nodeOf(value);
  if (node === undefined) return undefined;
  switch (node.type) {
    case 'string':
      return simple(string(String(node.value)), { type: 'string' });
    case 'number':
      return simple(text(String(node.value)), knownOf(Number(node.value)));
    case 'value':
      return node.value === true || node.value === false || node.value === null
        ? simple(text(String(node.value)), knownOf(node.value))
        : undefined;
    case 'variable':
      return variable(String(node.value), sight);
    case 'path':
      return path(node.steps, sight);
    case 'binary':
      return operation(String(node.value), translated(node.lhs, sight), translated(node.rhs, sight));
    case 'condition':
      return condition(node, sight);
    case 'block': {
      const expressions = listIn(node.expressions);
      return expressions.length === 1 ? translated(expressions[0], sight) : undefined;
    }
    case 'unary':
      return unary(node, sight);
    case 'function':
      return functionCall(node, sight);
    default:
      return undefined;
  }
}

/** Properties of nodes that this file knows to translate. One with another property means something more. */
const properties = [
  'type',
  'value',
  'position',
  'steps',
  'lhs',
  'rhs',
  'condition',
  'then',
  'else',
  'expressions',
  'expression',
  'procedure',
  'arguments',
] as const;
type Node = { readonly [key in (typeof properties)[number]]?: unknown };

function nodeOf(value: unknown): Node | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const isKnown = Object.keys(value).every((key) => properties.some((known) => known === key));
  return isKnown ? value : undefined;
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function variable(name: string, { variables }: Sight): Translated | undefined {
  const known = variables.get(name);
  return known && simple(text(member('variables', name)), known, ['variables']);
}

/** From `$states` or a variable on, through objects that have the properties. */
function path(steps: unknown, sight: Sight): Translated | undefined {
  const [first, ...rest] = listIn(steps).map(nodeOf);
  if (first?.type !== 'variable' || rest.some((step) => step?.type !== 'name')) return undefined;
  const names = rest.map((step) => String(step?.value));
  const [part, ...further] = names;
  if (first.value === 'states')
    return part === undefined ? undefined : through(partOfStates(part, sight), further);
  return through(variable(String(first.value), sight), names);
}

function partOfStates(name: string, { input, result, seesError }: Sight): Translated | undefined {
  switch (name) {
    case 'input':
      return input && simple(text('input'), input, ['input']);
    case 'result':
      return result && simple(text('result'), result, ['result']);
    case 'errorOutput':
      return seesError ? simple(text('errorOutput'), errorOutput, ['errorOutput']) : undefined;
    default:
      return undefined;
  }
}

const errorOutput = objectOfKnown([
  ['Error', { type: 'string' }],
  ['Cause', { type: 'string' }],
]);

function through(start: Translated | undefined, names: readonly string[]): Translated | undefined {
  if (start === undefined) return undefined;
  let { known } = start;
  let line = operand(start, levels.simple);
  for (const name of names) {
    const found = propertyOf(known, name);
    if (found === undefined) return undefined;
    known = found;
    line = member(line, name);
  }
  return simple(text(line), known, start.uses);
}

function operation(
  operator: string,
  left: Translated | undefined,
  right: Translated | undefined,
): Translated | undefined {
  if (left === undefined || right === undefined) return undefined;
  const [a, b] = [left.known, right.known];
  const areNumbers = isNumber(a) && isNumber(b);
  const areTexts = a.type === 'string' && b.type === 'string';
  const areBooleans = a.type === 'boolean' && b.type === 'boolean';
  const boolean: Known = { type: 'boolean' };
  switch (operator) {
    case '&':
      return areTexts ? concatenated([left, right]) : undefined;
    case '=':
    case '!=':
      return areNumbers || areTexts || areBooleans
        ? binary(left, operator === '=' ? '===' : '!==', right, levels.equal, boolean)
        : undefined;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return areNumbers || areTexts ? binary(left, operator, right, levels.less, boolean) : undefined;
    case '+':
    case '-':
      return areNumbers ? binary(left, operator, right, levels.add, sumOf(a, b)) : undefined;
    case '*':
      return areNumbers ? binary(left, operator, right, levels.multiply, sumOf(a, b)) : undefined;
    case 'and':
      return areBooleans ? binary(left, '&&', right, levels.and, boolean) : undefined;
    case 'or':
      return areBooleans ? binary(left, '||', right, levels.or, boolean) : undefined;
    default:
      return undefined;
  }
}

function sumOf(a: Known, b: Known): Known {
  return { type: a.type === 'integer' && b.type === 'integer' ? 'integer' : 'number' };
}

function condition(node: Node, sight: Sight): Translated | undefined {
  const [test, yes, no] = [node.condition, node.then, node.else].map((each) => translated(each, sight));
  if (test?.known.type !== 'boolean' || !yes || !no) return undefined;
  if (![yes, no].every(({ code }) => code.type === 'text' || code.type === 'string')) return undefined;
  const [a, b] = [operand(yes, levels.or), operand(no, levels.condition)];
  return {
    code: text(`${operand(test, levels.or)} ? ${a} : ${b}`),
    known: joined(yes.known, no.known),
    level: levels.condition,
    uses: [...test.uses, ...yes.uses, ...no.uses],
  };
}

function unary(node: Node, sight: Sight): Translated | undefined {
  switch (node.value) {
    case '-': {
      const of = translated(node.expression, sight);
      if (of === undefined || !isNumber(of.known)) return undefined;
      return { ...of, code: text(`-${operand(of, levels.simple)}`), level: levels.unary };
    }
    case '[': {
      const items = all(listIn(node.expressions), sight);
      // Lists within a list are put together.
      if (!items?.every(({ known }) => isScalar(known) || known.type === 'object')) return undefined;
      const [first, ...others] = items.map(({ known }) => known);
      const known: Known = { type: 'array', items: first ? others.reduce(joined, first) : unknown };
      return simple(array(items.map(codeOf)), known, usesOf(items));
    }
    case '{': {
      const pairs = listIn(node.lhs).map(listIn);
      const keys = pairs
        .map(([key]) => nodeOf(key))
        .map((key) => (key?.type === 'string' ? String(key.value) : undefined));
      const values = all(
        pairs.map(([, value]) => value),
        sight,
      );
      const names = keys.filter((key) => key !== undefined);
      if (!values || names.length < pairs.length || new Set(names).size < names.length) return undefined;
      const entries = names.map((key, index) => [key, values[index]] as const);
      return simple(
        object(entries.flatMap(([key, each]) => (each ? [{ key, value: each.code }] : []))),
        objectOfKnown(entries.flatMap(([key, each]) => (each ? [[key, each.known] as const] : []))),
        usesOf(values),
      );
    }
    default:
      return undefined;
  }
}

function all(nodes: readonly unknown[], sight: Sight): readonly Translated[] | undefined {
  const found = nodes.map((each) => translated(each, sight)).filter((each) => each !== undefined);
  return found.length === nodes.length ? found : undefined;
}

function codeOf({ code }: Translated): Code {
  return code;
}

function usesOf(parts: readonly Translated[]): Translated['uses'] {
  return parts.flatMap(({ uses }) => uses);
}

function functionCall(node: Node, sight: Sight): Translated | undefined {
  const procedure = nodeOf(node.procedure);
  const name = String(procedure?.value);
  if (node.value !== '(' || procedure?.type !== 'variable' || sight.names.has(name)) return undefined;
  const given = all(listIn(node.arguments), sight);
  if (given === undefined || given.length > 1) return undefined;
  const [only] = given;
  return only === undefined ? withoutArguments(name) : withOne(name, only);
}

function withoutArguments(name: string): Translated | undefined {
  switch (name) {
    case 'uuid':
      return simple(text('random.uuid()'), { type: 'string' }, ['random']);
    case 'random':
      return simple(text('random.number()'), { type: 'number' }, ['random']);
    case 'millis':
      return simple(text('now'), { type: 'integer' }, ['now']);
    case 'now':
      return simple(text('new Date(now).toISOString()'), { type: 'string' }, ['now']);
    default:
      return undefined;
  }
}

function withOne(name: string, of: Translated): Translated | undefined {
  const line = operand(of, levels.simple);
  switch (name) {
    case 'not':
      return of.known.type === 'boolean'
        ? { ...of, code: text(`!${operand(of, levels.unary)}`), level: levels.unary }
        : undefined;
    case 'string':
      return of.known.type === 'string' ? of : undefined;
    case 'uppercase':
      return of.known.type === 'string'
        ? simple(text(`${line}.toUpperCase()`), of.known, of.uses)
        : undefined;
    case 'lowercase':
      return of.known.type === 'string'
        ? simple(text(`${line}.toLowerCase()`), of.known, of.uses)
        : undefined;
    case 'count':
      return of.known.type === 'array' && of.code.type === 'text'
        ? simple(text(`${line}.length`), { type: 'integer' }, of.uses)
        : undefined;
    default:
      return undefined;
  }
}
