import { describe, expect, test } from 'vitest';
import { functionOf, start } from './lambdaFixture.ts';

const requestIdError = (text: string) =>
  expect.stringMatching(new RegExp(`^RequestId: [0-9a-f-]{36} Error: ${text}$`));

describe('a function error', () => {
  test('of a handler that throws carries name, message and trace', async () => {
    const code = `export const handler = async () => { throw new TypeError('no such order'); };`;
    const { invoke } = await start({ functions: [await functionOf(code)] });
    const { answer, payload } = await invoke();
    expect(answer.StatusCode).toBe(200);
    expect(answer.FunctionError).toBe('Unhandled');
    expect(payload).toEqual({
      errorType: 'TypeError',
      errorMessage: 'no such order',
      trace: expect.arrayContaining(['TypeError: no such order']),
    });
  });

  test.each([
    [`'out of stock'`, { errorType: 'string', errorMessage: 'out of stock' }],
    ['undefined', { errorType: 'undefined', errorMessage: 'undefined' }],
    ['{ reason: 1 }', { errorType: 'object', errorMessage: '[object Object]' }],
    ['Object.create(null)', { errorType: 'Error' }],
  ])('of a handler that throws %s describes the value', async (value, expected) => {
    const { invoke } = await start({
      functions: [await functionOf(`export const handler = async () => { throw ${value}; };`)],
    });
    const { answer, payload } = await invoke();
    expect(answer.FunctionError).toBe('Unhandled');
    expect(payload).toMatchObject({ ...expected, trace: [] });
  });

  test('of a result that is not JSON is Runtime.JSONStringifyError', async () => {
    const { invoke } = await start({
      functions: [await functionOf('export const handler = async () => 1n;')],
    });
    expect((await invoke()).payload).toMatchObject({
      errorType: 'Runtime.JSONStringifyError',
      errorMessage: expect.stringContaining('Unable to stringify response body'),
    });
  });

  test('of a result over 6 MB is Function.ResponseSizeTooLarge', async () => {
    const code = `export const handler = async (bytes) => 'x'.repeat(bytes - 2);`;
    const { invoke } = await start({ functions: [await functionOf(code)] });
    expect((await invoke(6_291_556)).answer.FunctionError).toBeUndefined();
    expect((await invoke(6_291_557)).payload).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
  });

  test('leaves the environment in use: only the invocation failed', async () => {
    const code = `export const handler = async (fails) => { if (fails) throw new Error(); return process.pid; };`;
    const { invoke } = await start({ functions: [await functionOf(code)] });
    const before = await invoke(false);
    await invoke(true);
    expect((await invoke(false)).payload).toBe(before.payload);
  });
});

describe('an environment that comes to an end', () => {
  const endings: readonly [what: string, code: string, expected: object][] = [
    [
      'because the function hangs',
      'await new Promise(() => {});',
      { errorType: 'Sandbox.Timedout', errorMessage: requestIdError('Task timed out after 1.00 seconds') },
    ],
    [
      'because the function blocks its thread',
      'for (;;) {}',
      { errorType: 'Sandbox.Timedout', errorMessage: requestIdError('Task timed out after 1.00 seconds') },
    ],
    [
      'because the function exits with a code',
      'process.exit(3);',
      {
        errorType: 'Runtime.ExitError',
        errorMessage: requestIdError('Runtime exited with error: exit status 3'),
      },
    ],
    [
      'because the function exits with 0',
      'process.exit(0);',
      {
        errorType: 'Runtime.ExitError',
        errorMessage: requestIdError('Runtime exited without providing a reason'),
      },
    ],
    [
      'because the function kills it',
      `process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});`,
      {
        errorType: 'Runtime.ExitError',
        errorMessage: requestIdError('Runtime exited with error: signal: killed'),
      },
    ],
    [
      'because a timer of the function throws',
      `setTimeout(() => { throw new RangeError('later'); }); await new Promise(() => {});`,
      { errorType: 'RangeError', errorMessage: 'later' },
    ],
    [
      'because a promise of the function is rejected with no one looking',
      `void Promise.reject(new Error('unseen')); await new Promise(() => {});`,
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'unseen' },
    ],
  ];

  test.each(endings)('%s fails its invocation and is replaced', async (_, ending, expected) => {
    const code = `export const handler = async (event) => { if (event === 'fine') return process.pid; ${ending} };`;
    const { invoke, lambda } = await start({
      functions: [
        await functionOf(code, { timeoutSeconds: 1 }),
        await functionOf(code, { functionName: 'neighbour', timeoutSeconds: 10 }),
      ],
    });
    const [before, neighbourBefore] = await Promise.all([invoke('fine'), invoke('fine', 'neighbour')]);
    const { answer, payload } = await invoke('end');
    expect(answer.FunctionError).toBe('Unhandled');
    expect(payload).toMatchObject(expected);
    const after = await invoke('fine');
    expect(after.payload).toEqual(expect.any(Number));
    expect(after.payload).not.toBe(before.payload);
    expect((await invoke('fine', 'neighbour')).payload).toBe(neighbourBefore.payload);
    expect(lambda.metrics().functions.example).toMatchObject({ invocations: 3, errors: 1 });
  });

  test('because memory ran out is Runtime.OutOfMemory', async () => {
    const code = `export const handler = async () => {
      const kept = []; for (;;) kept.push(new Array(1000).fill(kept.length)); };`;
    const { invoke } = await start({
      functions: [await functionOf(code, { memorySizeMb: 64, timeoutSeconds: 20 })],
    });
    expect((await invoke()).payload).toEqual({
      errorType: 'Runtime.OutOfMemory',
      errorMessage: requestIdError('Runtime exited with error: signal: killed'),
    });
  });

  test('between two invocations is replaced without failing any', async () => {
    const code = `export const handler = async () => { setTimeout(() => process.exit(1)); return process.pid; };`;
    const { invoke, lambda } = await start({ functions: [await functionOf(code)] });
    const first = await invoke();
    await expect.poll(() => lambda.metrics().environments).toBe(0);
    const second = await invoke();
    expect(second.answer.FunctionError).toBeUndefined();
    expect(second.payload).not.toBe(first.payload);
  });
});

describe('a function that cannot be loaded', () => {
  const failures: readonly [what: string, code: string, handler: string, expected: object][] = [
    [
      'has no such file',
      '',
      'missing.handler',
      {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: expect.stringContaining("Cannot find module 'missing'"),
      },
    ],
    [
      'imports a module that does not exist',
      `import './absent.mjs';`,
      'index.handler',
      { errorType: 'Runtime.ImportModuleError', errorMessage: expect.stringContaining('absent.mjs') },
    ],
    [
      'does not export the handler',
      'export const other = 1;',
      'index.handler',
      {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: 'index.handler is undefined or not exported',
      },
    ],
    [
      'exports a handler that is not a function',
      'export const handler = 1;',
      'index.handler',
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is not a function' },
    ],
    [
      'is not JavaScript',
      'export const handler = async () => {',
      'index.handler',
      { errorType: 'Runtime.UserCodeSyntaxError' },
    ],
    [
      'throws while it loads',
      `throw new ReferenceError('no table');`,
      'index.handler',
      { errorType: 'ReferenceError', errorMessage: 'no table' },
    ],
    [
      'exits while it loads',
      'process.exit(7);',
      'index.handler',
      {
        errorType: 'Runtime.ExitError',
        errorMessage: requestIdError('Runtime exited with error: exit status 7'),
      },
    ],
    ['names no export', '', 'index', { errorType: 'Runtime.MalformedHandlerName' }],
    [
      'takes a callback',
      'export const handler = (event, context, callback) => callback(null, 1);',
      'index.handler',
      { errorType: 'Runtime.CallbackHandlerDeprecated' },
    ],
  ];

  test.each(failures)('because it %s fails each invocation', async (_, code, handler, expected) => {
    const { invoke } = await start({ functions: [await functionOf(code, { handler })] });
    const first = await invoke();
    expect(first.answer.FunctionError).toBe('Unhandled');
    expect(first.payload).toMatchObject(expected);
    expect((await invoke()).payload).toMatchObject(expected);
  });

  test('because there is no code folder fails each invocation, and nothing else', async () => {
    const { invoke } = await start({
      functions: [
        await functionOf('', { codeDirectory: '/nowhere/at/all' }),
        await functionOf('export const handler = async () => 1;', { functionName: 'fine' }),
      ],
    });
    expect((await invoke()).payload).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: requestIdError('Runtime could not be started: .*'),
    });
    expect((await invoke({}, 'fine')).payload).toBe(1);
  });
});
