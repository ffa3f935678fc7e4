import { resourceOf } from '../integrations/resource.ts';
import { isArray, isObject, type Json } from '../json.ts';
import type { StateType } from '../model/model.ts';
import type { QueryLanguage } from '../template/ast.ts';
import { checkExclusive, checkFields, type Part, requireFields, requireOne } from './checkFields.ts';
import { checkChoices } from './choices.ts';
import { exclusive, fieldsOf, isOfOtherLanguage, isStateType, required, stateTypes } from './fields.ts';
import { checkHandling } from './handling.ts';
import { checkMap } from './map.ts';
import { type Report, within } from './problem.ts';
import { isPlaceholder } from './values.ts';

/** How a whole definition is checked. */
export interface Checking {
  readonly report: Report;
  readonly isExpress: boolean;
  /** Checks states within a state. */
  checkGraph(value: Json, pointer: string, language: QueryLanguage, kind: GraphKind): void;
}

export type GraphKind = 'definition' | 'branch' | 'iterator';

const longestName = 80;

export function checkState(
  name: string,
  value: Json,
  pointer: string,
  outer: QueryLanguage,
  checking: Checking,
): void {
  const { report } = checking;
  if (name.length > longestName) {
    const message = `The name of the state has ${name.length} characters, and ${longestName} are allowed`;
    report({ code: 'SCHEMA_VALIDATION_FAILED', pointer, message, remedy: 'give it a shorter name' });
  }
  if (!isObject(value)) {
    report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer,
      message: 'A state must be an object',
      remedy: 'write an object with a Type',
    });
    return;
  }
  const language = languageOf(value, outer, pointer, report);
  const part: Part = { fields: value, pointer, language, report };
  if (value.Type === undefined) {
    requireFields(part, ['Type']);
    return;
  }
  const { Type } = value;
  if (!isStateType(Type)) {
    const message = `"Type" is ${JSON.stringify(Type)}, not one of the allowed values ${JSON.stringify(stateTypes)}`;
    report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer: within(pointer, 'Type'),
      message,
      remedy: `write one of ${stateTypes.join(', ')}`,
    });
    return;
  }
  checkFields(part, fieldsOf(Type, language), (key) => remedyFor(Type, language, key));
  requireFields(part, required[Type]);
  for (const keys of exclusive) {
    if (Type !== 'Map' || !keys.includes('Iterator')) checkExclusive(part, keys);
  }
  checkParts(Type, part, outer, checking);
}

function remedyFor(type: StateType, language: QueryLanguage, key: string): string | undefined {
  if (!isOfOtherLanguage(type, language, key)) return undefined;
  const other = language === 'JSONata' ? 'JSONPath' : 'JSONata';
  return `it belongs to ${other}, and the state is in ${language}: leave it out, or set "QueryLanguage": "${other}"`;
}

/** A definition in JSONata has no states in JSONPath. */
function languageOf(
  fields: Part['fields'],
  outer: QueryLanguage,
  pointer: string,
  report: Report,
): QueryLanguage {
  const { QueryLanguage } = fields;
  if (QueryLanguage === 'JSONPath' && outer === 'JSONata') {
    const message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
    report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer,
      message,
      remedy: 'set JSONata in the states that need it, and not for the whole',
    });
  }
  return QueryLanguage === 'JSONata' || QueryLanguage === 'JSONPath' ? QueryLanguage : outer;
}

function checkParts(kind: StateType, part: Part, outer: QueryLanguage, checking: Checking): void {
  const { fields, pointer } = part;
  switch (kind) {
    case 'Pass':
      requireNext(part);
      return;
    case 'Task':
      requireNext(part);
      checkHandling(part);
      checkTask(part, checking);
      return;
    case 'Choice':
      checkChoices(part);
      return;
    case 'Wait':
      requireNext(part);
      requireOne(
        part,
        part.language === 'JSONata'
          ? ['Seconds', 'Timestamp']
          : ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
      );
      return;
    case 'Parallel': {
      requireNext(part);
      checkHandling(part);
      const { Branches } = fields;
      if (isArray(Branches)) {
        for (const [index, branch] of Branches.entries()) {
          checking.checkGraph(branch, within(pointer, 'Branches', index), outer, 'branch');
        }
      } else if (Branches !== undefined) {
        const message = '"Branches" must be a list';
        part.report({
          code: 'SCHEMA_VALIDATION_FAILED',
          pointer: within(pointer, 'Branches'),
          message,
          remedy: 'write a list of objects with StartAt and States',
        });
      }
      return;
    }
    case 'Map': {
      requireNext(part);
      checkHandling(part);
      checkMap(part);
      const key = fields.ItemProcessor === undefined ? 'Iterator' : 'ItemProcessor';
      const processor = fields[key];
      if (isObject(processor)) checking.checkGraph(processor, within(pointer, key), outer, 'iterator');
      return;
    }
    case 'Succeed':
    case 'Fail':
      return;
    default:
      kind satisfies never;
  }
}

function requireNext(part: Part): void {
  const { Next, End, ...fields } = part.fields;
  // "End": false says nothing.
  const given = {
    ...fields,
    ...(Next !== undefined && { Next }),
    ...(End !== undefined && End !== false && { End }),
  };
  requireOne({ ...part, fields: given }, ['Next', 'End']);
}

function checkTask(part: Part, { isExpress }: Checking): void {
  const { fields, pointer, report } = part;
  const { Resource, TimeoutSeconds, HeartbeatSeconds } = fields;
  if (
    typeof TimeoutSeconds === 'number' &&
    typeof HeartbeatSeconds === 'number' &&
    HeartbeatSeconds >= TimeoutSeconds
  ) {
    const message = `"HeartbeatSeconds" is ${HeartbeatSeconds}, and must be less than "TimeoutSeconds", which is ${TimeoutSeconds}`;
    report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer: within(pointer, 'HeartbeatSeconds'),
      message,
      remedy: 'write a shorter heartbeat',
    });
  }
  if (typeof Resource !== 'string' || isPlaceholder(Resource)) return;
  const place = within(pointer, 'Resource');
  const resource = resourceOf(Resource);
  if (Resource === '' || isBadLambda(Resource)) {
    const message = `"Resource" is "${Resource}", which is not an ARN`;
    report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer: place,
      message,
      remedy: 'write the ARN of a function, an activity or a service integration',
    });
  } else if (isExpress && resource.type === 'activity') {
    report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer: place,
      message: 'Express state machine does not support Activity ARN',
      remedy: 'make it a Standard workflow, or call a function',
    });
  } else if (isExpress && resource.type === 'service' && resource.waits !== 'no') {
    const suffix = { token: '.waitForTaskToken', sync: '.sync', 'sync:2': '.sync:2' }[resource.waits];
    const message = `Express state machine does not support '${suffix}' service integration `;
    report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer: place,
      message,
      remedy: 'make it a Standard workflow, or leave out the suffix',
    });
  }
}

/** A Lambda ARN may end with a version, an alias or `$LATEST`. */
function isBadLambda(text: string): boolean {
  if (!/^arn:[^:]*:lambda:[^:]*:[^:]*:function:/.test(text)) return false;
  return !/^arn:[^:]*:lambda:[^:]*:[^:]*:function:[\w.-]+(?::(?:\$LATEST|[\w-]+))?$/.test(text);
}
