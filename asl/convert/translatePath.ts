import type { Argument, Call } from '../intrinsics/ast.ts';
import type { Path } from '../jsonpath/ast.ts';
import { array, string, text } from './code.ts';
import { isNumber, type Known, knownOf, propertyOf, unknown } from './known.ts';
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

/** A path as TypeScript, where all that it goes through is known to be there. */
export function translatePath({ root, segments }: Path, sight: Sight): Translated | undefined {
  const start = rootOf(root, sight);
  if (start === undefined) return undefined;
  let { known } = start;
  let line = operand(start, levels.simple);
  for (const segment of segments) {
    const [name] = segment.type === 'property' ? segment.names : [];
    if (segment.type !== 'property' || segment.names.length !== 1 || name === undefined) return undefined;
    const found = propertyOf(known, name);
    if (found === undefined) return undefined;
    known = found;
    line = member(line, name);
  }
  return simple(text(line), known, start.uses);
}

function rootOf(root: Path['root'], { input, variables }: Sight): Translated | undefined {
  switch (root.type) {
    case 'data':
      return input && simple(text('input'), input, ['input']);
    case 'variable': {
      const known = variables.get(root.name);
      return known && simple(text(member('variables', root.name)), known, ['variables']);
    }
    case 'context':
    case 'current':
      return undefined;
  }
}

/** A call of an intrinsic function as TypeScript, where its arguments are known to be of the right kinds. */
export function translateCall(call: Call, sight: Sight): Translated | undefined {
  const given = call.arguments.map((argument) => translateArgument(argument, sight));
  const known = given.filter((each) => each !== undefined);
  if (known.length < given.length) return undefined;
  return translated(call, known);
}

function translateArgument(argument: Argument, sight: Sight): Translated | undefined {
  switch (argument.type) {
    case 'value':
      return simple(text(String(argument.value)), knownOf(argument.value));
    case 'text':
      return simple(string(argument.value), { type: 'string' });
    case 'path':
      return translatePath(argument.path, sight);
    case 'call':
      return translateCall(argument.call, sight);
  }
}

function translated(call: Call, given: readonly Translated[]): Translated | undefined {
  const [first, second] = given;
  const [template] = call.arguments;
  switch (call.name) {
    case 'UUID':
      return simple(text('random.uuid()'), { type: 'string' }, ['random']);
    case 'Array':
      return simple(
        array(given.map(({ code }) => code)),
        { type: 'array', items: given.length === 1 && first ? first.known : unknown },
        given.flatMap(({ uses }) => uses),
      );
    case 'ArrayLength':
      return first?.known.type === 'array'
        ? simple(text(member(operand(first, levels.simple), 'length')), { type: 'integer' }, first.uses)
        : undefined;
    case 'MathAdd':
      return first?.known.type === 'integer' && second?.known.type === 'integer'
        ? binary(first, '+', second, levels.add, { type: 'integer' })
        : undefined;
    case 'JsonToString':
      return (
        first &&
        simple(text(`JSON.stringify(${operand(first, levels.condition)})`), { type: 'string' }, first.uses)
      );
    case 'Format':
      return template?.type === 'text' ? formatted(template.raw, given.slice(1)) : undefined;
    default:
      return undefined;
  }
}

/** The places of `{}` take the values in order. */
function formatted(raw: string, values: readonly Translated[]): Translated | undefined {
  const parts: (string | Translated)[] = [];
  let used = 0;
  let plain = '';
  for (const [piece] of raw.matchAll(/\\['{}\\]|\{\}|[\s\S]/g)) {
    if (piece !== '{}') {
      plain += piece.length > 1 ? piece.slice(1) : piece;
      continue;
    }
    const value = values[used++];
    if (value === undefined || !isWritten(value.known)) return undefined;
    parts.push(plain, value);
    plain = '';
  }
  return used === values.length ? concatenated([...parts, plain]) : undefined;
}

/** Values that JavaScript writes into a text as Step Functions does. */
function isWritten(known: Known): boolean {
  return known.type === 'string' || known.type === 'boolean' || isNumber(known);
}
