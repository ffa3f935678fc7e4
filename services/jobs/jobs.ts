import { isObject, type Json } from '../../asl/json.ts';
import { serviceNamed } from '../optimized/services.ts';
import { type SdkSurroundings, send } from '../sdk/callSdk.ts';
import { isPassing, optimizedError, type SdkFailure } from '../sdk/errors.ts';
import { impossibleCall } from '../serviceError.ts';
import { analytics } from './analytics.ts';
import { compute } from './compute.ts';
import { type Job, jobFailed } from './job.ts';
import { learning } from './learning.ts';

/** By service and action. */
const jobs: ReadonlyMap<string, Job> = new Map(Object.entries({ ...analytics, ...compute, ...learning }));

export interface JobSurroundings extends SdkSurroundings {
  readonly roleArn?: string;
}

export interface DescribeSurroundings extends JobSurroundings {
  /** The job was started a moment ago: a service that does not know it will know it soon. */
  readonly mayBeUnknown: boolean;
}

export interface KnownJob {
  /** The facts that name the job that was started. */
  identify(answer: Json, parameters: Json): Json;
  /**
   * Looks at the job once.
   *
   * @returns its result, or undefined where it goes on
   * @throws ServiceCallError where it failed, or cannot be looked at
   */
  describe(job: Json, surroundings: DescribeSurroundings): Promise<Json | undefined>;
  /**
   * Ends the job where nothing waits for it any more. Does nothing where it has ended, or cannot be ended.
   *
   * @param reason is shown by services that keep one
   * @throws ServiceCallError where the service does not take the call
   */
  cancel(job: Json, reason: string, surroundings: JobSurroundings): Promise<void>;
}

/** Integrations that have `.sync`, as `service:action`. */
export function jobNames(): readonly string[] {
  return [...jobs.keys()];
}

/** Those among them whose jobs can be cancelled. */
export function cancellableJobNames(): readonly string[] {
  return [...jobs].flatMap(([name, { cancel }]) => (cancel ? [name] : []));
}

/** The action that describes a job, and where its answer has the result of the state that waits. */
export interface JobDescription extends Pick<Job, 'as'> {
  readonly action: string;
  readonly described: readonly (string | number)[];
}

export function descriptionOf(service: string, action: string): JobDescription | undefined {
  const job = jobs.get(`${service}:${action}`);
  if (job === undefined) return undefined;
  const { ask, described = [], as } = job;
  return { action: ask({}).action, described, ...(as !== undefined && { as }) };
}

/** @throws ServiceCallError where states cannot wait for the end of what the action starts */
export function jobOf(service: string, action: string): KnownJob {
  const job = jobs.get(`${service}:${action}`);
  if (job === undefined) throw impossibleCall(`Nothing waits for the end of ${service}:${action}.`);
  return {
    identify: (answer, parameters) => job.identify(answer, parameters),
    describe: (given, surroundings) => described(service, job, given, surroundings),
    cancel: (given, reason, surroundings) => cancelled(service, job, given, reason, surroundings),
  };
}

async function described(
  service: string,
  job: Job,
  given: Json,
  { roleArn, mayBeUnknown, ...surroundings }: DescribeSurroundings,
): Promise<Json | undefined> {
  if (!isObject(given)) throw impossibleCall(`The job of ${service} has no name to look for.`);
  const { client, errors } = serviceNamed(service);
  const call = { ...job.ask(given), service: client, ...(roleArn !== undefined && { roleArn }) };
  const outcome = await send(call, surroundings, 'optimized');
  if (outcome.type === 'failed') {
    const { failure } = outcome;
    if (isPassing(failure)) return undefined;
    const isMissing = failure.type === 'answer' && /NotFound/.test(failure.name);
    if (isMissing && job.endsWhenMissing) return given;
    if (isMissing && mayBeUnknown) return undefined;
    throw optimizedError(failure, errors);
  }
  const verdict = job.judge(outcome.result, given);
  switch (verdict.type) {
    case 'runs':
      return undefined;
    case 'succeeded':
      return verdict.result;
    case 'failed':
      throw jobFailed(verdict.described);
    case 'unknown':
      if (mayBeUnknown) return undefined;
      throw jobFailed({ ...given, Message: 'The service does not know the job any more.' });
    default:
      return verdict satisfies never;
  }
}

async function cancelled(
  service: string,
  job: Job,
  given: Json,
  reason: string,
  { roleArn, ...surroundings }: JobSurroundings,
): Promise<void> {
  if (job.cancel === undefined || !isObject(given)) return;
  const { client, errors } = serviceNamed(service);
  // One task of several that cannot be ended does not keep the others going.
  const failures: SdkFailure[] = [];
  for (const question of job.cancel(given, reason)) {
    const call = { ...question, service: client, ...(roleArn !== undefined && { roleArn }) };
    const outcome = await send(call, surroundings, 'optimized');
    if (outcome.type === 'failed' && !hasEnded(outcome.failure)) failures.push(outcome.failure);
  }
  const [failure] = failures;
  if (failure) throw optimizedError(failure, errors);
}

/**
 * Services refuse to cancel what has ended, each by an error of its own. Two errors with such names leave the job running: that of
 * a request with a bad signature, and that of a cluster with termination protection.
 */
function hasEnded(failure: SdkFailure): boolean {
  return (
    failure.type === 'answer' &&
    /Conflict|Invalid|NotFound|BadRequest|Validation/.test(failure.name) &&
    !/Signature|ClientToken/.test(failure.name) &&
    !/termination.protect/i.test(failure.message)
  );
}
