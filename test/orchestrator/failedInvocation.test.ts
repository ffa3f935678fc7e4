import { describe, expect, it } from 'vitest';
import { failedHandler } from '../../orchestrator/handlers/failed.ts';
import { resultOfFailure, resultOfInvocation } from '../../orchestrator/handlers/failedInvocation.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';

const at = '2026-03-01T12:00:00.000Z';
const endChain = async () => {};
const payload = {
  executionId: 'order-17',
  item: 'task#3#2',
  task: 3,
  attempt: 2,
  worker: 'charge',
  input: { amount: 7 },
};

function errorOf(responsePayload: unknown, more: object = {}) {
  const item = resultOfFailure({ requestPayload: { ...payload, ...more }, responsePayload }, at);
  return item?.result.status === 'FAILED' ? item.result.error : item;
}

/** As Lambda's asynchronous invocation records have them. */
const died = {
  errorType: 'Runtime.ExitError',
  errorMessage: 'RequestId: 1 Error: Runtime exited with error: signal: killed',
};
const tookTooLong = {
  errorType: 'Sandbox.Timedout',
  errorMessage: 'RequestId: 1 Error: Task timed out after 3.00 seconds',
};

describe('what a failed invocation becomes', () => {
  it('is the result of its attempt, as its worker would have written it', () => {
    expect(resultOfFailure({ requestPayload: payload, responsePayload: died }, at)).toEqual({
      executionId: 'order-17',
      task: 3,
      attempt: 2,
      worker: 'charge',
      startedAt: at,
      endedAt: at,
      result: {
        status: 'FAILED',
        error: { name: 'Lambda.Unknown', message: expect.stringContaining('signal: killed') },
      },
    });
  });

  it('of an item of a list is that of the item', () => {
    const item = { ...payload, item: 'task#3.17#2', index: 17 };
    expect(resultOfFailure({ requestPayload: item, responsePayload: died }, at)).toMatchObject({
      task: 3,
      index: 17,
      attempt: 2,
    });
  });

  it.each([
    ['a process that died', died, 'Lambda.Unknown'],
    ['a function that took too long', tookTooLong, 'States.Timeout'],
    ['an older record of that', { errorMessage: 'Task timed out after 3.00 seconds' }, 'States.Timeout'],
    ['what the code threw', { errorType: 'CardDeclined', errorMessage: 'no' }, 'CardDeclined'],
    ['no run at all', undefined, 'Lambda.TooManyRequestsException'],
    ['an answer that is not an object', 'what?', 'Lambda.Unknown'],
  ])('of %s has the name that Step Functions gives it', (_, responsePayload, name) => {
    expect(errorOf(responsePayload)).toMatchObject({ name });
  });

  it('of a `once` task is an unknown outcome, if it was run at all', () => {
    expect(errorOf(died, { once: true })).toMatchObject({
      name: 'Millrace.UnknownOutcome',
      retryable: false,
    });
    expect(errorOf(undefined, { once: true })).toMatchObject({ name: 'Lambda.TooManyRequestsException' });
  });

  it.each([
    ['no payload', null],
    ['a list', [payload]],
    ['no execution', { ...payload, executionId: undefined }],
    ['a number for an execution', { ...payload, executionId: 7 }],
    ['another item than its numbers say', { ...payload, item: 'start' }],
    ['half an attempt', { ...payload, attempt: 1.5, item: 'task#3#1.5' }],
    ['an index that is none', { ...payload, index: '17', item: 'task#3.17#2' }],
  ])('is nothing where it was invoked with %s', (_, requestPayload) => {
    expect(resultOfFailure({ requestPayload, responsePayload: died }, at)).toBeUndefined();
  });
});

describe('what an invocation of a function becomes that knows nothing of Millrace', () => {
  const { input, ...task } = payload;
  const requestPayload = { ...input, millrace: task };
  const resultOf = (
    responsePayload: unknown,
    condition: 'Success' | 'RetriesExhausted',
    request: unknown = requestPayload,
  ) =>
    resultOfInvocation({ requestPayload: request, responsePayload, requestContext: { condition } }, at)
      ?.result;

  it('is what it returned', () => {
    expect(resultOf({ total: 7 }, 'Success')).toEqual({ status: 'SUCCEEDED', output: { total: 7 } });
    expect(resultOf(null, 'Success')).toEqual({ status: 'SUCCEEDED', output: null });
  });

  it('is what it threw, as it threw it', () => {
    const threw = { errorType: 'CardDeclined', errorMessage: 'no', trace: [] };
    expect(resultOf(threw, 'RetriesExhausted')).toEqual({
      status: 'FAILED',
      error: { name: 'CardDeclined', message: 'no' },
    });
  });

  it.each([
    [
      'Node.js',
      { trace: ['CardDeclined: no', '    at pay (index.js:1:2)'] },
      'CardDeclined: no\n    at pay (index.js:1:2)',
    ],
    [
      'Python',
      { requestId: 'r', stackTrace: ['  File "a.py", line 1\n', '  File "b.py", line 2\n'] },
      '  File "a.py", line 1\n  File "b.py", line 2',
    ],
    [
      'Go',
      { stackTrace: [{ path: 'main.go', line: 7, label: 'main' }] },
      '{"path":"main.go","line":7,"label":"main"}',
    ],
  ])('has the stack of what it threw, as the runtime of %s writes it', (_, payload, stack) => {
    const threw = { errorType: 'CardDeclined', errorMessage: 'no', ...payload };
    expect(resultOf(threw, 'RetriesExhausted')).toMatchObject({
      error: { name: 'CardDeclined', message: 'no', stack },
    });
  });

  it('has every other field of what it threw, and its causes', () => {
    const cause = { errorType: 'Timeout', errorMessage: 'late', stackTrace: ['at a'], cause: { code: 7 } };
    const threw = {
      errorType: 'CardDeclined',
      errorMessage: 'no',
      status: 402,
      tags: ['a'],
      retryable: false,
      cause,
    };
    expect(resultOf(threw, 'RetriesExhausted')).toEqual({
      status: 'FAILED',
      error: {
        name: 'CardDeclined',
        message: 'no',
        status: 402,
        tags: ['a'],
        retryable: false,
        cause: { name: 'Timeout', message: 'late', stack: 'at a', cause: { code: 7 } },
      },
    });
  });

  it('loses its stack first where it is too large, then its largest fields', () => {
    const threw = {
      errorType: 'E',
      errorMessage: 'no',
      trace: ['at a'],
      status: 402,
      page: 'x'.repeat(65_500),
    };
    expect(resultOf(threw, 'RetriesExhausted')).toMatchObject({ error: { page: threw.page, status: 402 } });
    expect(resultOf(threw, 'RetriesExhausted')).not.toHaveProperty('error.stack');
    const larger = { ...threw, page: 'x'.repeat(70_000) };
    expect(resultOf(larger, 'RetriesExhausted')).toEqual({
      status: 'FAILED',
      error: { name: 'E', message: 'no', status: 402 },
    });
  });

  it.each([
    ['died', died, 'Lambda.Unknown'],
    ['took too long', tookTooLong, 'States.Timeout'],
    ['was never run', undefined, 'Lambda.TooManyRequestsException'],
  ])('has the name that Step Functions gives it where it %s', (_, response, name) => {
    expect(resultOf(response, 'RetriesExhausted')).toMatchObject({ error: { name } });
  });

  it('is nothing where no machine invoked it, or where a worker succeeded, which writes its result itself', () => {
    expect(resultOf({ total: 7 }, 'Success', { amount: 7 })).toBeUndefined();
    expect(resultOf({ total: 7 }, 'Success', { millrace: 'mine' })).toBeUndefined();
    expect(resultOf(null, 'Success', payload)).toBeUndefined();
  });
});

describe('the function behind the on-failure destination', () => {
  const now = () => Date.parse(at);
  const functionPrefix = 'shop-';

  it('writes the result, unless there is one', async () => {
    const table = new MemoryTable();
    const failed = failedHandler({
      table,
      endChain,
      report: () => {},
      now,
      afterBatch: () => {},
      functionPrefix,
    });
    const result = { status: 'SUCCEEDED', output: 1 } as const;
    const numbers = { executionId: 'order-18', task: 3, attempt: 2 };
    await table.journal.insertResult({ ...numbers, startedAt: at, endedAt: at, result });
    for (const executionId of ['order-17', 'order-18']) {
      await failed({ requestPayload: { ...payload, executionId }, responsePayload: died });
    }
    expect(await table.journal.readAll('order-17')).toMatchObject([{ result: { status: 'FAILED' } }]);
    expect(await table.journal.readAll('order-18')).toMatchObject([{ result }]);
  });

  it('answers for a result that no item takes', async () => {
    const table = new MemoryTable();
    const failed = failedHandler({
      table,
      endChain,
      report: () => {},
      now,
      afterBatch: () => {},
      functionPrefix,
    });
    const { input: _, ...task } = payload;
    const incompressible = Array.from({ length: 60_000 }, (__, i) => Math.sin(i));
    await failed({
      requestPayload: { millrace: task },
      responsePayload: incompressible,
      requestContext: { condition: 'Success' },
    });
    expect(await table.journal.readAll('order-17')).toMatchObject([
      { result: { status: 'FAILED', error: { name: 'States.DataLimitExceeded' } } },
    ]);
  });

  describe.each(['shop-', ''])('of a deployment whose prefix is %j', (prefix) => {
    const told = async (functionName: string, condition: 'Success' | 'RetriesExhausted') => {
      const reports: Report[] = [];
      await failedHandler({
        endChain: async () => {},
        table: new MemoryTable(),
        report: (each) => void reports.push(each),
        now,
        afterBatch: () => {},
        functionPrefix: prefix,
      })({
        requestPayload: {},
        responsePayload: condition === 'Success' ? 1 : died,
        requestContext: {
          functionArn: `arn:aws:lambda:eu-west-1:1:function:${functionName}:$LATEST`,
          condition,
        },
      });
      return reports.map(({ type }) => type);
    };

    it('says nothing of what others had a function do, whatever its name begins with', async () => {
      expect(await told('billing', 'RetriesExhausted')).toEqual([]);
      expect(await told('billing', 'Success')).toEqual([]);
      expect(await told(`${prefix}billing`, 'RetriesExhausted')).toEqual([]);
    });

    it('says so where a worker was invoked with no task and failed', async () => {
      expect(await told(`${prefix}worker-charge`, 'RetriesExhausted')).toEqual(['dropped']);
      expect(await told(`${prefix}worker-host`, 'RetriesExhausted')).toEqual(['dropped']);
    });
  });

  it('says so where the record does not belong to a task, and fails where the table does', async () => {
    const reports: Report[] = [];
    const report = (each: Report) => void reports.push(each);
    const table = new MemoryTable();
    await failedHandler({ table, endChain, report, now, afterBatch: () => {}, functionPrefix })({
      requestPayload: 'hello',
    });
    expect(reports).toMatchObject([{ type: 'dropped' }]);
    const refusal = new Error('throttled');
    table.journal.insertResult = () => Promise.reject(refusal);
    const failed = failedHandler({ table, endChain, report, now, afterBatch: () => {}, functionPrefix });
    await expect(failed({ requestPayload: payload, responsePayload: died })).rejects.toBe(refusal);
  });
});
