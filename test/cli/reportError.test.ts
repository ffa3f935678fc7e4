import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { describeError } from '../../cli/reportError.ts';
import { WaitTimeoutError } from '../../client/index.ts';

describe('an error on the command line', () => {
  it('is one line, however many it had', () => {
    const error = Object.assign(new Error('a.ts:1: bad\n  b.ts:2: worse\n'), { code: 'CodeNotBundled' });
    expect(describeError(error)).toEqual({
      code: 'CodeNotBundled',
      message: 'a.ts:1: bad | b.ts:2: worse',
      exitCode: 2,
    });
  });

  it('says for a table that is not there what to check', () => {
    const error = new ResourceNotFoundException({ message: 'not found', $metadata: {} });
    expect(describeError(error)).toMatchObject({
      code: 'TableNotFound',
      message: expect.stringContaining('--table'),
      exitCode: 5,
    });
  });

  it.each([
    [Object.assign(new Error('No providers'), { name: 'CredentialsProviderError' }), 'NoCredentials'],
    [new Error('Region is missing'), 'NoRegion'],
    [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'CannotReachTable'],
    [
      Object.assign(new Error('denied'), { name: 'AccessDeniedException', $metadata: {} }),
      'AccessDeniedException',
    ],
    [Object.assign(new Error('no engine'), { code: 'NoLocalEngine' }), 'NoLocalEngine'],
  ])('that the surroundings caused has exit code 5: %s', (error, code) => {
    expect(describeError(error)).toMatchObject({ code, exitCode: 5 });
    expect(describeError(error)).not.toHaveProperty('stack');
  });

  it('of a wait has exit code 4', () => {
    expect(describeError(new WaitTimeoutError('It is still RUNNING', 5))).toMatchObject({ exitCode: 4 });
  });

  it('that no one foresaw is a defect, with its stack', () => {
    expect(describeError(new TypeError('x is not a function'))).toMatchObject({
      code: 'Defect',
      exitCode: 70,
      stack: expect.stringContaining('reportError.test.ts'),
    });
  });
});
