import { expect, test } from 'vitest';
import { fromPromise } from 'xstate';
import { runPromiseLogic } from '../../../orchestrator/core/machine/index.ts';

test('promise logic gives its output for its input', async () => {
  const logic = fromPromise(async ({ input }: { input: { n: number } }) => ({ double: input.n * 2 }));
  await expect(runPromiseLogic(logic, { n: 4 })).resolves.toEqual({ double: 8 });
});

test('promise logic that rejects, rejects with the same error', async () => {
  const error = new RangeError('no');
  await expect(
    runPromiseLogic(
      fromPromise(() => Promise.reject(error)),
      undefined,
    ),
  ).rejects.toBe(error);
});

test('promise logic that throws before it has a promise rejects, and the process goes on', async () => {
  const logic = fromPromise(() => {
    throw new RangeError('at once');
  });
  await expect(runPromiseLogic(logic, undefined)).rejects.toThrow('at once');
});

test('an abort reaches the promise function, and rejects with its reason', async () => {
  const controller = new AbortController();
  const aborted: boolean[] = [];
  const logic = fromPromise(
    ({ signal }) => new Promise(() => signal.addEventListener('abort', () => aborted.push(signal.aborted))),
  );
  const running = runPromiseLogic(logic, undefined, { signal: controller.signal });
  controller.abort(new Error('out of time'));
  await expect(running).rejects.toThrow('out of time');
  expect(aborted).toEqual([true]);
});

test('what was aborted before does not start', async () => {
  const started: boolean[] = [];
  const logic = fromPromise(async () => started.push(true));
  const signal = AbortSignal.abort(new Error('too late'));
  await expect(runPromiseLogic(logic, undefined, { signal })).rejects.toThrow('too late');
  expect(started).toEqual([]);
});

test('a promise that emits fails, since no listener is possible', async () => {
  const logic = fromPromise(async ({ emit }) => {
    emit({ type: 'progress' });
    return 1;
  });
  await expect(runPromiseLogic(logic, undefined)).rejects.toMatchObject({
    code: 'EmittedFromTask',
    message: expect.stringMatching(/cannot emit 'progress'/),
  });
});
