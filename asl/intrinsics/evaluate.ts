import type { Json } from '../json.ts';
import type { Path } from '../jsonpath/ast.ts';
import type { Surroundings } from '../random.ts';
import { arrayFunctions } from './arrays.ts';
import type { Argument, Call } from './ast.ts';
import type { Arguments, Intrinsics } from './functions.ts';
import { format, textFunctions } from './texts.ts';
import { valueFunctions } from './values.ts';

const functions: Intrinsics = { ...arrayFunctions, ...textFunctions, ...valueFunctions };

/**
 * The value of a call.
 *
 * @param find what a path among its arguments leads to
 * @throws StatesError with `States.IntrinsicFailure`, or what `find` throws
 */
export function evaluateCall(call: Call, find: (path: Path) => Json, surroundings: Surroundings): Json {
  const value = (argument: Argument): Json => {
    switch (argument.type) {
      case 'value':
      case 'text':
        return argument.value;
      case 'path':
        return find(argument.path);
      case 'call':
        return evaluateCall(argument.call, find, surroundings);
    }
  };
  const [template, ...rest] = call.arguments;
  if (call.name === 'Format') {
    return format(template?.type === 'text' ? template.raw : template && value(template), rest.map(value));
  }
  const given: Arguments = call.arguments.map(value);
  return functions[call.name](given, surroundings);
}
