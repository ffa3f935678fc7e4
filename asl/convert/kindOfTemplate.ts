import jsonata from 'jsonata';
import type { IntrinsicName } from '../intrinsics/ast.ts';
import type { Path } from '../jsonpath/ast.ts';
import type { Template } from '../template/ast.ts';
import { joined, type Known, knownOf, objectOfKnown, propertyOf, unknown } from './known.ts';
import { translateJsonata } from './translateJsonata.ts';
import { translateCall, translatePath } from './translatePath.ts';
import type { Sight } from './typeScript.ts';

/** Facts about the value of a template, if it has one. */
export function kindOfTemplate(template: Template, sight: Sight): Known {
  switch (template.type) {
    case 'literal':
      return knownOf(template.value);
    case 'array': {
      const [first, ...others] = template.items.map((each) => kindOfTemplate(each, sight));
      return { type: 'array', items: first ? others.reduce(joined, first) : unknown };
    }
    case 'object':
      return objectOfKnown(template.entries.map(([key, each]) => [key, kindOfTemplate(each, sight)]));
    case 'path':
      return translatePath(template.path, sight)?.known ?? ofContext(template.path);
    case 'call':
      return translateCall(template.call, sight)?.known ?? ofIntrinsic(template.call.name);
    case 'expression':
      return translateJsonata(template.text, sight)?.known ?? ofExpression(template.text, sight);
    case 'function':
      return unknown;
  }
}

const string: Known = { type: 'string' };
const integer: Known = { type: 'integer' };
const list: Known = { type: 'array', items: unknown };

const contextObject = objectOfKnown([
  [
    'Execution',
    objectOfKnown([
      ['Id', string],
      ['Name', string],
      ['RoleArn', string],
      ['StartTime', string],
    ]),
  ],
  [
    'StateMachine',
    objectOfKnown([
      ['Id', string],
      ['Name', string],
    ]),
  ],
  [
    'State',
    objectOfKnown([
      ['Name', string],
      ['EnteredTime', string],
    ]),
  ],
  ['Map', objectOfKnown([['Item', objectOfKnown([['Index', integer]])]])],
  ['Task', objectOfKnown([['Token', string]])],
]);

function ofContext({ root, segments }: Path): Known {
  if (root.type !== 'context') return unknown;
  return segments.reduce<Known>((known, segment) => {
    const [name] = segment.type === 'property' ? segment.names : [];
    return (name === undefined ? undefined : propertyOf(known, name)) ?? unknown;
  }, contextObject);
}

function ofIntrinsic(name: IntrinsicName): Known {
  switch (name) {
    case 'Format':
    case 'JsonToString':
    case 'Base64Encode':
    case 'Base64Decode':
    case 'Hash':
    case 'UUID':
      return string;
    case 'ArrayLength':
    case 'MathAdd':
    case 'MathRandom':
      return integer;
    case 'ArrayContains':
      return { type: 'boolean' };
    case 'StringSplit':
      return { type: 'array', items: string };
    case 'ArrayRange':
      return { type: 'array', items: integer };
    case 'ArrayPartition':
      return { type: 'array', items: list };
    case 'Array':
    case 'ArrayUnique':
      return list;
    case 'JsonMerge':
      return objectOfKnown([]);
    case 'StringToJson':
    case 'ArrayGetItem':
      return unknown;
  }
}

/** By its outermost operator or function. One that gives nothing fails the state, so its value needs no type. */
function ofExpression(source: string, { names }: Sight): Known {
  const root = rootOf(source);
  switch (root.type) {
    case 'binary':
      return ofOperator(root.value);
    case 'unary':
      return root.value === '-' ? { type: 'number' } : unknown;
    case 'function':
      return names.has(root.name) ? unknown : ofFunction(root.name);
    default:
      return unknown;
  }
}

function rootOf(source: string): { readonly type: string; readonly value: string; readonly name: string } {
  try {
    const { type, value, procedure } = jsonata(source).ast();
    return { type, value: String(value), name: String(procedure?.value) };
  } catch {
    return { type: '', value: '', name: '' };
  }
}

function ofOperator(operator: string): Known {
  switch (operator) {
    case '&':
      return string;
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return { type: 'number' };
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'and':
    case 'or':
    case 'in':
      return { type: 'boolean' };
    default:
      return unknown;
  }
}

function ofFunction(name: string): Known {
  switch (name) {
    case 'string':
    case 'uppercase':
    case 'lowercase':
    case 'trim':
    case 'join':
    case 'substring':
    case 'now':
    case 'uuid':
    case 'hash':
    case 'type':
      return string;
    case 'count':
    case 'length':
    case 'millis':
      return integer;
    case 'sum':
    case 'average':
    case 'number':
    case 'random':
    case 'floor':
    case 'ceil':
    case 'round':
    case 'abs':
      return { type: 'number' };
    case 'not':
    case 'exists':
    case 'boolean':
    case 'contains':
      return { type: 'boolean' };
    default:
      return unknown;
  }
}
