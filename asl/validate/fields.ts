import type { Json } from '../json.ts';
import type { StateType } from '../model/model.ts';
import type { QueryLanguage } from '../template/ast.ts';
import * as check from './values.ts';

/** Fields by name, each with what its value must be. */
export type Fields = Readonly<Record<string, check.Check>>;

/** The longest time that Step Functions counts in. */
export const mostSeconds = 99_999_999;
const positiveSeconds = check.number({ least: 1, most: mostSeconds });
const count = check.number({ least: 0 });

const everyState: Fields = {
  Type: check.text,
  Comment: check.text,
  QueryLanguage: check.oneOf('JSONPath', 'JSONata'),
};
const withNext: Fields = { Next: check.text, End: check.boolean };
const handled: Fields = { Retry: check.anything, Catch: check.anything };

/** Checked elsewhere, with what is in them. */
const ofType: Readonly<Record<StateType, Fields>> = {
  Pass: withNext,
  Task: {
    ...withNext,
    ...handled,
    Resource: check.text,
    TimeoutSeconds: positiveSeconds,
    HeartbeatSeconds: positiveSeconds,
    Credentials: check.objectTemplate,
  },
  Choice: { Choices: check.anything, Default: check.text },
  Wait: {
    ...withNext,
    Seconds: check.number({ least: 0, most: mostSeconds }),
    Timestamp: check.text,
  },
  Succeed: {},
  Fail: {},
  Parallel: { ...withNext, ...handled, Branches: check.anything },
  Map: {
    ...withNext,
    ...handled,
    ItemProcessor: check.object,
    Iterator: check.object,
    ItemReader: check.object,
    ItemSelector: check.template,
    ItemBatcher: check.object,
    ResultWriter: check.object,
    MaxConcurrency: count,
    ToleratedFailureCount: count,
    ToleratedFailurePercentage: check.number({ least: 0, most: 100, isWhole: false }),
    Label: check.text,
  },
};

const inPath: Fields = { InputPath: check.nullablePath, OutputPath: check.nullablePath };
const assigns: Fields = { Assign: check.variables };
const results: Fields = { ...assigns, ResultPath: check.resultPath, Parameters: check.template };

/** Fields that only states in JSONPath have. */
const ofPaths: Readonly<Record<StateType, Fields>> = {
  Pass: { ...inPath, ...results, Result: check.anything },
  Task: {
    ...inPath,
    ...results,
    ResultSelector: check.template,
    TimeoutSecondsPath: check.path,
    HeartbeatSecondsPath: check.path,
  },
  Choice: { ...inPath, ...assigns },
  Wait: { ...inPath, ...assigns, SecondsPath: check.path, TimestampPath: check.path },
  Succeed: inPath,
  Fail: { Error: check.text, Cause: check.text, ErrorPath: check.pathOrCall, CausePath: check.pathOrCall },
  Parallel: { ...inPath, ...results, ResultSelector: check.template },
  Map: {
    ...inPath,
    ...results,
    ResultSelector: check.template,
    ItemsPath: check.pathOrCall,
    MaxConcurrencyPath: check.path,
    ToleratedFailureCountPath: check.path,
    ToleratedFailurePercentagePath: check.path,
  },
};

const output: Fields = { Output: check.template };
const outputs: Fields = { ...output, ...assigns };

/** Fields that only states in JSONata have. */
const ofExpressions: Readonly<Record<StateType, Fields>> = {
  Pass: outputs,
  Task: { ...outputs, Arguments: check.template },
  Choice: outputs,
  Wait: outputs,
  Succeed: output,
  Fail: { Error: check.template, Cause: check.template },
  Parallel: { ...outputs, Arguments: check.template },
  Map: { ...outputs, Items: check.template },
};

export function fieldsOf(type: StateType, language: QueryLanguage): Fields {
  return { ...everyState, ...ofType[type], ...(language === 'JSONata' ? ofExpressions : ofPaths)[type] };
}

/** In which other language a state of the type has the field, if in any. */
export function isOfOtherLanguage(type: StateType, language: QueryLanguage, key: string): boolean {
  return Object.hasOwn((language === 'JSONata' ? ofPaths : ofExpressions)[type], key);
}

/** Fields of which a state has at most one. */
export const exclusive: readonly (readonly string[])[] = [
  ['TimeoutSeconds', 'TimeoutSecondsPath'],
  ['HeartbeatSeconds', 'HeartbeatSecondsPath'],
  ['Error', 'ErrorPath'],
  ['Cause', 'CausePath'],
  ['MaxConcurrency', 'MaxConcurrencyPath'],
  ['ToleratedFailureCount', 'ToleratedFailureCountPath'],
  ['ToleratedFailurePercentage', 'ToleratedFailurePercentagePath'],
  ['ItemProcessor', 'Iterator'],
  ['ItemSelector', 'Parameters'],
];

/** Fields that a state of the type must have. */
export const required: Readonly<Record<StateType, readonly string[]>> = {
  Pass: [],
  Task: ['Resource'],
  Choice: ['Choices'],
  Wait: [],
  Succeed: [],
  Fail: [],
  Parallel: ['Branches'],
  Map: [],
};

export function isStateType(value: Json | undefined): value is StateType {
  return typeof value === 'string' && Object.hasOwn(ofType, value);
}

export const stateTypes: readonly string[] = Object.keys(ofType);
