import { isArray, isObject, type Json } from '../json.ts';
import { checkFields, type Part, requireFields } from './checkFields.ts';
import { within } from './problem.ts';
import * as check from './values.ts';

const mostDelaySeconds = 31_622_400;

const errorNames: check.Check = (found) => {
  const { value, pointer, report, key } = found;
  if (check.isPlaceholder(value)) return;
  if (!isArray(value))
    return check.refuse(found, 'and must be a list of error names', 'write a list of strings');
  if (value.length === 0)
    check.refuse(found, 'and non-empty required', 'write at least one error name, or States.ALL');
  for (const [index, each] of value.entries()) {
    check.text({ ...found, key: `${key}[${index}]`, value: each, pointer: within(pointer, index) });
  }
  if (value.includes('States.ALL') && value.length > 1) {
    const message = `"States.ALL" must be the only error name of "${key}"`;
    report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer,
      message,
      remedy: 'leave out the others, or give them an entry before it',
    });
  }
};

const retrier = {
  ErrorEquals: errorNames,
  IntervalSeconds: check.number({ least: 1, most: 99_999_999 }),
  MaxAttempts: check.number({ least: 0, most: 99_999_999 }),
  BackoffRate: check.number({ least: 1, isWhole: false }),
  MaxDelaySeconds: check.number({ floor: 0, most: mostDelaySeconds }),
  JitterStrategy: check.oneOf('FULL', 'NONE'),
  Comment: check.text,
};

const catcher = { ErrorEquals: errorNames, Next: check.text, Comment: check.text, Assign: check.variables };
const pathCatcher = { ...catcher, ResultPath: check.resultPath };
const expressionCatcher = { ...catcher, Output: check.template };

/** `Retry` and `Catch` of a state. */
export function checkHandling(part: Part): void {
  // Numbers of a retrier are not expressions.
  for (const each of entriesOf(part, 'Retry')) {
    checkFields({ ...each, language: 'JSONPath' }, retrier);
    requireFields(each, ['ErrorEquals']);
  }
  for (const each of entriesOf(part, 'Catch')) {
    checkFields(each, part.language === 'JSONata' ? expressionCatcher : pathCatcher);
    requireFields(each, ['ErrorEquals', 'Next']);
  }
}

function entriesOf(part: Part, key: string): readonly Part[] {
  const { fields, pointer, report, language } = part;
  const value = fields[key];
  if (value === undefined) return [];
  const place = within(pointer, key);
  const found = { key, value, pointer: place, language, report };
  if (!isArray(value)) {
    check.refuse(found, 'and must be a list', 'write a list of objects');
    return [];
  }
  checkOrder(value, place, key, part);
  return value.flatMap((each, index) => {
    if (isObject(each)) return [{ ...part, fields: each, pointer: within(place, index) }];
    check.object({ ...found, key: `${key}[${index}]`, value: each, pointer: within(place, index) });
    return [];
  });
}

/** A retrier or catcher after `States.ALL` would never be used. */
function checkOrder(list: readonly Json[], pointer: string, key: string, { report }: Part): void {
  const all = list.findIndex(
    (each) => isObject(each) && isArray(each.ErrorEquals) && each.ErrorEquals.includes('States.ALL'),
  );
  if (all < 0 || all === list.length - 1) return;
  const message = `"States.ALL" must be in the last entry of "${key}"`;
  report({
    code: 'SCHEMA_VALIDATION_FAILED',
    pointer: within(pointer, all),
    message,
    remedy: 'move the entry to the end of the list',
  });
}
