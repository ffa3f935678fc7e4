import { isArray, isObject, type Json } from '../json.ts';
import { lazily } from '../lazily.ts';
import type { QueryLanguage } from '../template/ast.ts';
import type { Catcher, Handling, Retrier } from './model.ts';
import { type Fields, lazyTemplate, resultPathIn, textIn } from './readFields.ts';

/** `Retry` and `Catch`, with their defaults. */
export function handlingOf(fields: Fields, language: QueryLanguage): Handling {
  return {
    retry: listIn(fields.Retry).map(retrierOf),
    catch: listIn(fields.Catch).map((each) => catcherOf(each, language)),
  };
}

function retrierOf(fields: Fields): Retrier {
  return {
    errors: errorsOf(fields),
    intervalSeconds: numberIn(fields, 'IntervalSeconds') ?? 1,
    maxAttempts: numberIn(fields, 'MaxAttempts') ?? 3,
    backoffRate: numberIn(fields, 'BackoffRate') ?? 2,
    maxDelaySeconds: numberIn(fields, 'MaxDelaySeconds'),
    jitter: fields.JitterStrategy === 'FULL' ? 'FULL' : 'NONE',
  };
}

function catcherOf(fields: Fields, language: QueryLanguage): Catcher {
  return {
    errors: errorsOf(fields),
    resultPath: lazily(() => resultPathIn(fields)),
    output: lazyTemplate(fields, 'Output', language),
    assign: lazyTemplate(fields, 'Assign', language),
    next: textIn(fields, 'Next'),
  };
}

function errorsOf({ ErrorEquals }: Fields): readonly string[] {
  return isArray(ErrorEquals) ? ErrorEquals.filter((each) => typeof each === 'string') : [];
}

function numberIn(fields: Fields, key: string): number | undefined {
  const value = fields[key];
  return typeof value === 'number' ? value : undefined;
}

function listIn(value: Json | undefined): readonly Fields[] {
  return isArray(value) ? value.filter(isObject) : [];
}
