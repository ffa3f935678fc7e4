import { isArray, isObject, type Json, type JsonObject, own } from '../../asl/json.ts';
import { parameterNamed } from '../parameters.ts';
import { ServiceCallError } from '../serviceError.ts';

/** The call of a service that says how a job is. */
export interface Question {
  readonly action: string;
  readonly parameters: JsonObject;
}

/** How a job is. */
export type Verdict =
  | { readonly type: 'runs' }
  /** The service does not know it: not yet, or not any more. */
  | { readonly type: 'unknown' }
  | { readonly type: 'succeeded'; readonly result: Json }
  | { readonly type: 'failed'; readonly described: Json };

/** A kind of job that a state can wait for the end of. */
export interface Job {
  /** The facts that name the job, from the answer to its start and the parameters. @throws ServiceCallError where none was started */
  identify(answer: Json, parameters: Json): JsonObject;
  ask(job: JsonObject): Question;
  judge(answer: JsonObject, job: JsonObject): Verdict;
  /** Where the answer to `ask` has the description of the job: the state's result. @default the whole answer */
  readonly described?: readonly (string | number)[];
  /** The field of the result that has the description. @default the description itself is the result */
  readonly as?: string;
  /** The job is over once the service does not know it any more. */
  readonly endsWhenMissing?: true;
  /** The calls that end the job where nothing waits for it any more. @default the job goes on */
  cancel?(job: JsonObject, reason: string): readonly Question[];
}

/** The value at a path of an answer: names of fields, and places in lists. */
export function at(value: Json, ...path: readonly (string | number)[]): Json {
  let found: Json = value;
  for (const step of path) {
    if (typeof step === 'number') found = isArray(found) ? (found[step] ?? null) : null;
    else found = isObject(found) ? (own(found, step) ?? null) : null;
  }
  return found;
}

export interface StatusRules {
  readonly ask: Job['ask'];
  /** Where the answer has the description of the job. @default the whole answer */
  readonly described?: readonly (string | number)[];
  /** Where the description has the status. */
  readonly status: readonly string[];
  readonly succeeded: readonly string[];
  readonly failed: readonly string[];
  /** The field that the result has the description in. @default the description itself is the result */
  readonly as?: string;
  /** Facts that name the job, which the result has beside the description in its field. @default none */
  readonly beside?: readonly string[];
  /** The call that ends the job. */
  cancel?(job: JsonObject, reason: string): Question;
  readonly endsWhenMissing?: true;
}

/** A job whose description has its status as one word. */
export function jobWithStatus(identify: Job['identify'], rules: StatusRules): Job {
  const {
    ask,
    described: path = [],
    status,
    succeeded,
    failed,
    as,
    beside = [],
    cancel,
    endsWhenMissing,
  } = rules;
  return {
    identify,
    ask,
    described: path,
    ...(as !== undefined && { as }),
    judge(answer, job) {
      const described = at(answer, ...path);
      const word = at(described, ...status);
      const shown = (facts: { readonly [key: string]: Json }): Json =>
        as === undefined ? described : { ...facts, [as]: described };
      if (described === null) return { type: 'unknown' };
      if (typeof word !== 'string') return { type: 'runs' };
      if (succeeded.includes(word)) {
        const facts = Object.fromEntries(beside.map((name) => [name, job[name] ?? null]));
        return { type: 'succeeded', result: shown(facts) };
      }
      return failed.includes(word) ? { type: 'failed', described: shown({}) } : { type: 'runs' };
    },
    ...(cancel && { cancel: (job, reason) => [cancel(job, reason)] }),
    ...(endsWhenMissing && { endsWhenMissing }),
  };
}

/** Fields of the parameters that name a job. */
export function fromParameters(...names: readonly string[]): Job['identify'] {
  return (_, parameters) => Object.fromEntries(names.map((name) => [name, parameterNamed(parameters, name)]));
}

/** Fields of the answer, at the paths that are given with them. */
export function fromAnswer(
  paths: Readonly<Record<string, readonly (string | number)[]>>,
  ...ofParameters: readonly string[]
): Job['identify'] {
  return (answer, parameters) => ({
    ...Object.fromEntries(ofParameters.map((name) => [name, parameterNamed(parameters, name)])),
    ...Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, at(answer, ...path)])),
  });
}

/** The failure of a state whose job failed: its description is the cause. */
export function jobFailed(described: Json): ServiceCallError {
  return new ServiceCallError('States.TaskFailed', JSON.stringify(described));
}
