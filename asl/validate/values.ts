import type { Call } from '../intrinsics/ast.ts';
import { looksLikeCall, parseCall } from '../intrinsics/parse.ts';
import { isArray, isObject, type Json } from '../json.ts';
import { Expression } from '../jsonata/expression.ts';
import { parsePath } from '../jsonpath/parse.ts';
import type { QueryLanguage } from '../template/ast.ts';
import { expressionIn, readReferencePath } from '../template/read.ts';
import { type Report, within } from './problem.ts';

/** A field's value, and where it stands. */
export interface Found {
  readonly key: string;
  readonly value: Json;
  readonly pointer: string;
  readonly language: QueryLanguage;
  readonly report: Report;
}

/** Says what is wrong with a value, if anything. */
export type Check = (found: Found) => void;

/** Left to a substitution: what it will be is not known. */
export function isPlaceholder(value: Json): boolean {
  return typeof value === 'string' && value.includes('${');
}

export function refuse({ key, value, pointer, report }: Found, problem: string, remedy: string): void {
  const shown = JSON.stringify(value).slice(0, 80);
  report({ code: 'SCHEMA_VALIDATION_FAILED', pointer, message: `"${key}" is ${shown}, ${problem}`, remedy });
}

export const text: Check = (found) => {
  if (typeof found.value !== 'string') refuse(found, 'and must be a string', 'write a string');
};

export const boolean: Check = (found) => {
  if (typeof found.value !== 'boolean') refuse(found, 'and must be true or false', 'write true or false');
};

export const anything: Check = () => {};

export const object: Check = (found) => {
  if (!isObject(found.value)) refuse(found, 'and must be an object', 'write an object');
};

export function oneOf(...words: readonly string[]): Check {
  return (found) => {
    if (typeof found.value === 'string' && (words.includes(found.value) || isPlaceholder(found.value)))
      return;
    refuse(
      found,
      `not one of the allowed values ${JSON.stringify(words).replaceAll(',', ', ')}`,
      `write one of ${words.join(', ')}`,
    );
  };
}

interface Bounds {
  readonly least?: number;
  /** The value must be above it. */
  readonly floor?: number;
  readonly most?: number;
  readonly isWhole?: boolean;
}

/** A number within bounds; in JSONata it may also be an expression. */
export function number({ least, floor, most, isWhole = true }: Bounds): Check {
  return (found) => {
    const { value, language } = found;
    if (isPlaceholder(value)) return;
    if (language === 'JSONata' && typeof value === 'string' && expressionIn(value) !== undefined)
      return template(found);
    if (typeof value !== 'number' || (isWhole && !Number.isInteger(value))) {
      refuse(found, `and must be ${isWhole ? 'a whole number' : 'a number'}`, 'write a number');
    } else if (least !== undefined && value < least) {
      refuse(found, `but allowed minimum is ${least}`, `write ${least} or more`);
    } else if (floor !== undefined && value <= floor) {
      refuse(found, `but allowed floor is ${floor}`, `write a number above ${floor}`);
    } else if (most !== undefined && value > most) {
      refuse(found, `but allowed maximum is ${most}`, `write ${most} or less`);
    }
  };
}

/** A path: not a call of an intrinsic function. */
export const path: Check = (found) => {
  const { key, value, pointer, report } = found;
  if (isPlaceholder(value)) return;
  const remedy = 'write a path that begins with $';
  if (typeof value !== 'string') {
    refuse(found, 'which is not a JSONPath', remedy);
    return;
  }
  try {
    parsePath(value);
  } catch (error) {
    report({
      code: 'INVALID_JSON_PATH',
      pointer,
      message: `"${key}" is "${value}", which is not a JSONPath: ${textOf(error)}`,
      remedy,
    });
  }
};

export const nullablePath: Check = (found) => {
  if (found.value !== null) path(found);
};

/** A path, or a call of an intrinsic function. */
export const pathOrCall: Check = (found) => {
  if (typeof found.value === 'string' && looksLikeCall(found.value)) checkQuery(found);
  else path(found);
};

/** `ResultPath`: null, or one place in the state's data. */
export const resultPath: Check = (found) => {
  const { key, value, pointer, report } = found;
  if (value === null || isPlaceholder(value)) return;
  const remedy = 'write a path to one place in the data, like $.result, or null';
  if (typeof value !== 'string') {
    refuse(found, 'which is not a Reference Path', remedy);
    return;
  }
  try {
    if (!value.startsWith('$$')) readReferencePath(value);
  } catch (error) {
    report({
      code: 'INVALID_JSON_PATH',
      pointer,
      message: `"${key}" is "${value}", which is not a Reference Path: ${textOf(error)}`,
      remedy,
    });
  }
};

/** A value with expressions in it, in the state's language. */
export const template: Check = (found) => {
  if (found.language === 'JSONata') checkExpressions(found);
  else checkPayload(found);
};

/** An object with expressions in it. */
export const objectTemplate: Check = (found) => {
  object(found);
  template(found);
};

/** Step Functions' rule for the names of variables. */
const variableName = /^[\p{ID_Start}_]\p{ID_Continue}{0,79}$/u;

/** `Assign`: values by the names of variables. In JSONata, an expression may give all of them. */
export const variables: Check = (found) => {
  const { value, language, pointer } = found;
  if (!(language === 'JSONata' && typeof value === 'string')) object(found);
  template(found);
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    const name = language === 'JSONPath' && key.endsWith('.$') ? key.slice(0, -2) : key;
    const named = { ...found, value: name, pointer: within(pointer, key) };
    if (name === 'states') refuse(named, 'a name that the language keeps for itself', 'give it another name');
    else if (!variableName.test(name) && !isPlaceholder(name)) {
      refuse(named, 'not a name for a variable', 'write a letter, then letters, digits and _: at most 80');
    }
  }
};

function checkPayload(found: Found): void {
  const { value, pointer, report } = found;
  if (isArray(value)) {
    for (const [index, each] of value.entries())
      checkPayload({ ...found, value: each, pointer: within(pointer, index) });
  } else if (isObject(value)) {
    for (const [key, each] of Object.entries(value)) {
      const part = { ...found, key, value: each, pointer: within(pointer, key) };
      if (!key.endsWith('.$')) checkPayload(part);
      else if (typeof each === 'string') checkQuery(part);
      else {
        const message = `Field "${key}" has value ${JSON.stringify(each)}, which is not a JSONPath or intrinsic function expression`;
        report({
          code: 'INVALID_JSON_PATH',
          pointer: part.pointer,
          message,
          remedy: 'write a path or a call as a string',
        });
      }
    }
  }
}

/** A path or a call, and nothing else. */
function checkQuery({ key, value, pointer, report }: Found): void {
  if (typeof value !== 'string' || isPlaceholder(value)) return;
  const isCall = looksLikeCall(value);
  const message = (problem: string) =>
    `Field "${key}" has value "${value}", which is not a JSONPath or intrinsic function expression: ${problem}`;
  const code = isCall ? 'INVALID_INTRINSIC' : 'INVALID_JSON_PATH';
  const remedy = isCall ? 'see the list of intrinsic functions' : 'write a path that begins with $';
  try {
    const problem = isCall ? problemOfCall(parseCall(value)) : void parsePath(value);
    if (problem !== undefined) report({ code, pointer, message: message(problem), remedy });
  } catch (error) {
    report({ code, pointer, message: message(textOf(error)), remedy });
  }
}

/** Places of arguments that must be numbers. */
const numeric: Readonly<Partial<Record<Call['name'], readonly number[]>>> = {
  MathAdd: [0, 1],
  MathRandom: [0, 1, 2],
  ArrayRange: [0, 1, 2],
  ArrayPartition: [1],
  ArrayGetItem: [1],
};

function problemOfCall(call: Call): string | undefined {
  for (const [place, argument] of call.arguments.entries()) {
    if (argument.type === 'call') {
      const inner = problemOfCall(argument.call);
      if (inner !== undefined) return inner;
    }
    const isNumber = argument.type === 'value' && typeof argument.value === 'number';
    const isKnown = argument.type === 'value' || argument.type === 'text';
    if (numeric[call.name]?.includes(place) && isKnown && !isNumber) {
      return `argument ${place + 1} of States.${call.name} must be a number or a path`;
    }
  }
  return undefined;
}

function checkExpressions(found: Found): void {
  const { key, value, pointer, report } = found;
  if (isArray(value)) {
    for (const [index, each] of value.entries())
      checkExpressions({ ...found, value: each, pointer: within(pointer, index) });
  } else if (isObject(value)) {
    for (const [name, each] of Object.entries(value)) {
      checkExpressions({ ...found, key: name, value: each, pointer: within(pointer, name) });
    }
  } else if (typeof value === 'string') {
    const expression = expressionIn(value);
    if (expression === undefined) {
      if (!value.startsWith('{%') && !value.endsWith('%}')) return;
      const message = `"${key}" is ${JSON.stringify(value)}, and an expression stands between {% and %}`;
      report({ code: 'INVALID_JSONATA', pointer, message, remedy: 'write {% expression %}' });
    } else if (!isPlaceholder(value)) checkExpression(expression, pointer, report);
  }
}

function checkExpression(expression: string, pointer: string, report: Report): void {
  try {
    new Expression(expression);
  } catch (error) {
    const remedy = 'correct the expression: https://docs.jsonata.org has the language';
    report({ code: 'INVALID_JSONATA', pointer, message: textOf(error), remedy });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
