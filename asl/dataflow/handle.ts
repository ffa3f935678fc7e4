import type { Json } from '../json.ts';
import type { Catcher, Handling, Retrier } from '../model/model.ts';
import { errorNames } from '../statesError.ts';
import { evaluate } from '../template/evaluate.ts';
import { type At, assigned, expressionScope, type Left, pathScope } from './at.ts';
import { withResult } from './resultPath.ts';

/** A failure as it is kept: without a name or a text where there is none. */
export interface Failure {
  readonly error?: string;
  readonly cause?: string;
}

/** The way on from the failure of a state. */
export type Route =
  | {
      readonly type: 'retry';
      readonly delayMs: number;
      /** How often each retrier has been used, by its place. */
      readonly retries: readonly number[];
    }
  | ({ readonly type: 'catch'; readonly place: number } & Left)
  | { readonly type: 'fail' };

/**
 * The first retrier that covers the error decides, as long as it has attempts left; then the first catcher that does.
 *
 * @throws EvaluationError
 */
export function routeOf(
  { retry, catch: catchers }: Handling,
  language: 'JSONPath' | 'JSONata',
  failure: Failure,
  retries: readonly number[],
  at: At,
): Route {
  const error = failure.error ?? '';
  const place = retry.findIndex(({ errors }) => covers(errors, error));
  const retrier = retry[place];
  const before = retries[place] ?? 0;
  if (retrier && before < retrier.maxAttempts) {
    const counted = retry.map((_, each) => (retries[each] ?? 0) + (each === place ? 1 : 0));
    return { type: 'retry', delayMs: delayOf(retrier, before, at), retries: counted };
  }
  const handler = catchers.findIndex(({ errors }) => covers(errors, error));
  const catcher = catchers[handler];
  if (catcher) return { type: 'catch', place: handler, ...caught(catcher, language, failure, at) };
  return { type: 'fail' };
}

/** Step Functions' rules. `States.Runtime` cannot be handled, not even by its name. */
export function covers(names: readonly string[], error: string): boolean {
  return error !== errorNames.runtime && names.some((name) => coversOne(name, error));
}

function coversOne(name: string, error: string): boolean {
  switch (name) {
    case errorNames.all:
      return true;
    case errorNames.taskFailed:
      return error !== errorNames.timeout && error !== errorNames.dataLimit;
    case errorNames.timeout:
      return error === errorNames.timeout || error === errorNames.heartbeat;
    default:
      return name === error;
  }
}

/** The longest time until a retry: a date must stay a date. */
const longestDelaySeconds = 100 * 365 * 86_400;

function delayOf(retrier: Retrier, before: number, { surroundings }: At): number {
  const { intervalSeconds, backoffRate, maxDelaySeconds = longestDelaySeconds, jitter } = retrier;
  const grown = intervalSeconds === 0 ? 0 : intervalSeconds * backoffRate ** before;
  const seconds = Math.min(grown, maxDelaySeconds, longestDelaySeconds);
  return Math.round(1000 * seconds * (jitter === 'FULL' ? surroundings.random.number() : 1));
}

function caught(catcher: Catcher, language: 'JSONPath' | 'JSONata', failure: Failure, at: At): Left {
  const output: Json = { Error: failure.error ?? '', Cause: failure.cause ?? '' };
  if (language === 'JSONata') {
    const scope = expressionScope(at, { errorOutput: output });
    const own = catcher.output?.();
    return {
      output: own ? evaluate(own, scope) : output,
      variables: assigned(catcher.assign?.(), at, scope),
    };
  }
  const path = catcher.resultPath();
  return {
    output: path === 'discard' ? at.input : withResult(at.input, path, output),
    variables: assigned(catcher.assign?.(), at, pathScope(at, output)),
  };
}
