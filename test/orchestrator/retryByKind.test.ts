import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { ExecutionNotFoundError, InvalidEventError, WaitTimeoutError } from '../../client/errors.ts';
import { kindOfError } from '../../orchestrator/aws/errorKind.ts';
import { describeThrown } from '../../orchestrator/core/data/describeThrown.ts';
import { isRetryable } from '../../orchestrator/core/data/thrown.ts';
import { type MillraceError, mayPass } from '../../orchestrator/core/errors/millraceError.ts';
import { ObjectNotFoundError, StoreUnavailableError } from '../../orchestrator/store/objectStore.ts';
import { ExecutionAlreadyExistsError } from '../../orchestrator/table/errors.ts';
import { testCloud } from '../../testing/index.ts';
import { ActorNotDeployedError } from '../../workers/host.ts';

const ofAws = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error('no'), { name, $metadata: { ...(httpStatusCode && { httpStatusCode }) } });

const payload = { worker: 'w', machine: 'm', machineVersion: '1' } as never;

describe('whether an error may pass by itself follows from its kind', () => {
  it.each<[MillraceError, boolean]>([
    [new StoreUnavailableError('s3://b', 'slow'), true],
    [new WaitTimeoutError('It is RUNNING', 5), true],
    [new ExecutionNotFoundError('e'), true],
    [new ActorNotDeployedError(payload), true],
    [new ObjectNotFoundError('s3://b', 'k'), false],
    [new ExecutionAlreadyExistsError('e'), false],
    [new InvalidEventError('no type'), false],
  ])("of Millrace's errors: %s", (error, passes) => {
    expect(error.retryable).toBe(passes);
    expect(mayPass(kindOfError(error))).toBe(passes);
    // An error of another copy of Millrace.
    expect(kindOfError(Object.assign(new Error('x'), { code: error.code }))).toBe(error.kind);
    // As a task's error.
    expect(isRetryable(describeThrown(error))).toBe(passes);
  });

  it.each([
    ['a throttle', ofAws('ThrottlingException', 400), 'unavailable'],
    ['a limit of concurrency', ofAws('TooManyRequestsException', 429), 'unavailable'],
    ['a failure of the service', ofAws('ServiceException', 500), 'unavailable'],
    ['an answer that is cut off', ofAws('Error'), 'unavailable'],
    ['no connection', Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'unavailable'],
    ['no answer in time', Object.assign(new Error('x'), { name: 'TimeoutError' }), 'unavailable'],
    ['no permission', ofAws('AccessDeniedException', 400), 'environment'],
    ['no such table or function', ofAws('ResourceNotFoundException', 404), 'environment'],
    ['no credentials', Object.assign(new Error('x'), { name: 'CredentialsProviderError' }), 'environment'],
    ['a condition that does not hold', ofAws('ConditionalCheckFailedException', 400), 'conflict'],
    ['a value that it refuses', ofAws('ValidationException', 400), 'usage'],
    ['anything else', new TypeError('x'), 'defect'],
    ['no error', 'x', 'defect'],
  ])('of AWS: %s', (_, error, kind) => {
    expect(kindOfError(error)).toBe(kind);
  });

  it('for a task that fails with an error of Millrace: one that cannot pass is not tried again', async () => {
    let runs = 0;
    const work = fromPromise(async () => {
      runs++;
      throw new ExecutionAlreadyExistsError('other');
    });
    const machine = setup({ actors: { work } }).createMachine({ id: 'm', invoke: { src: 'work' } });
    const cloud = testCloud([machine]);
    const { executionId } = await cloud.start(machine, {});
    expect(await cloud.client.wait(executionId)).toMatchObject({
      status: 'FAILED',
      error: { name: 'ExecutionAlreadyExistsError', retryable: false },
    });
    expect(runs).toBe(1);
  });
});
