import type { KeysOf } from '../../orchestrator/core/policy/options.ts';
import { checkCallOptions } from '../checkCallOptions.ts';
import { isObject, type Json } from '../json.ts';
import type { QueryLanguage } from '../template/ast.ts';
import { checkFields, type Part, requireFields } from './checkFields.ts';
import { mostSeconds } from './fields.ts';
import { checkTransitions } from './graph.ts';
import { partIn } from './map.ts';
import { type Problem, within } from './problem.ts';
import { type Checking, checkState, type GraphKind } from './state.ts';
import * as check from './values.ts';

export interface ValidateOptions {
  /** Which type of workflow the definition is for. @default 'STANDARD' */
  readonly type?: 'STANDARD' | 'EXPRESS';
}

export const validateOptionKeys: KeysOf<ValidateOptions> = { type: true };

/** The problems of a definition, by the rules of Amazon States Language and of Step Functions. */
export function validate(definition: Json, options: ValidateOptions = {}): readonly Problem[] {
  checkCallOptions('validate', options, validateOptionKeys);
  const { type = 'STANDARD' } = options;
  const problems: Problem[] = [];
  const names = new Map<string, string>();
  const checking: Checking = {
    isExpress: type === 'EXPRESS',
    report: (problem) => void problems.push({ severity: 'error', ...problem }),
    checkGraph: (value, pointer, language, kind) =>
      checkGraph(value, pointer, language, kind, checking, names),
  };
  checking.checkGraph(definition, '', 'JSONPath', 'definition');
  return problems;
}

const graphFields = { StartAt: check.text, States: check.object, Comment: check.text };
const fieldsOf: Readonly<Record<GraphKind, Readonly<Record<string, check.Check>>>> = {
  definition: {
    ...graphFields,
    Version: check.text,
    TimeoutSeconds: check.number({ least: 1, most: mostSeconds }),
    QueryLanguage: check.oneOf('JSONPath', 'JSONata'),
  },
  branch: { ...graphFields, QueryLanguage: check.oneOf('JSONPath', 'JSONata') },
  iterator: {
    ...graphFields,
    ProcessorConfig: check.object,
    QueryLanguage: check.oneOf('JSONPath', 'JSONata'),
  },
};

function checkGraph(
  value: Json,
  pointer: string,
  outer: QueryLanguage,
  kind: GraphKind,
  checking: Checking,
  names: Map<string, string>,
): void {
  const { report } = checking;
  const root = pointer === '' ? '/' : pointer;
  if (!isObject(value)) {
    report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer: root,
      message: 'It must be an object',
      remedy: 'write an object with StartAt and States',
    });
    return;
  }
  const language = value.QueryLanguage === 'JSONata' ? 'JSONata' : outer;
  const part: Part = { fields: value, pointer, language, report };
  requireFields({ ...part, pointer: root }, ['States', 'StartAt']);
  checkFields(part, fieldsOf[kind]);
  const config = kind === 'iterator' ? partIn(part, 'ProcessorConfig') : undefined;
  if (config) checkProcessorConfig(config);
  if (!isObject(value.States)) return;
  if (Object.keys(value.States).length === 0) {
    report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer: within(pointer, 'States'),
      message: '"States" is empty',
      remedy: 'add a state',
    });
  }
  for (const [name, state] of Object.entries(value.States)) {
    const place = within(pointer, 'States', name);
    const before = names.get(name);
    if (before !== undefined) {
      const message = `There is another state "${name}" at ${before}: names must be unique in the whole definition`;
      report({
        code: 'DUPLICATE_STATE_NAME',
        pointer: place,
        message,
        remedy: 'give one of them another name',
      });
    }
    names.set(name, place);
    checkState(name, state, place, language, checking);
  }
  checkTransitions({ startAt: value.StartAt, states: value.States, pointer }, report);
}

function checkProcessorConfig(config: Part): void {
  checkFields(config, {
    Mode: check.oneOf('INLINE', 'DISTRIBUTED'),
    ExecutionType: check.oneOf('STANDARD', 'EXPRESS'),
  });
}
