import { describe, expect, it } from 'vitest';
import { createActor, createMachine, fromPromise, setup, toPromise } from 'xstate';
import { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import {
  type EachInput,
  type EachLogic,
  each,
  isFailedItem,
  itemOutcomesOf,
  WorkerOutsideMillraceError,
  worker,
} from '../../workers/index.ts';

const half = fromPromise(async ({ input }: { input: number }) => {
  if (input % 2 === 1) throw new RangeError(`${input} is odd`);
  return input / 2;
});

async function runInPlainXState<Output>(
  logic: EachLogic<EachInput<number>, Output>,
  input: EachInput<number>,
) {
  const actor = createActor(logic, { input });
  const output = toPromise(actor);
  actor.start();
  return output;
}

describe('each, in plain XState', () => {
  it('gives the outputs in the order of the list, no more at a time than its concurrency', async () => {
    let running = 0;
    let most = 0;
    const slow = fromPromise(async ({ input }: { input: number }) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      return input * 10;
    });
    expect(await runInPlainXState(each(slow, { concurrency: 3 }), [1, 2, 3, 4, 5, 6, 7])).toEqual([
      10, 20, 30, 40, 50, 60, 70,
    ]);
    expect(most).toBe(3);
  });

  it('has tolerated failures in their places', async () => {
    const output = await runInPlainXState(each(half, { tolerateFailures: '50%' }), [2, 3, 4]);
    expect(output).toEqual([1, { error: new RangeError('3 is odd') }, 2]);
    expect(output.map(isFailedItem)).toEqual([false, true, false]);
  });

  it('fails beyond what it tolerates, with the first errors', async () => {
    await expect(runInPlainXState(each(half, { tolerateFailures: 1 }), [2, 3, 5])).rejects.toMatchObject({
      name: 'States.ExceedToleratedFailureThreshold',
      message: '2 of 3 items failed, more than the 1 that are tolerated. Item 1: RangeError: 3 is odd',
      failures: 2,
      count: 3,
      errors: [{ index: 1 }, { index: 2 }],
    });
  });

  it('says what each item came to, if it is asked for that', async () => {
    const failing = runInPlainXState(each(half, { concurrency: 1, outcomesInError: true }), [2, 3, 4]);
    const error = await failing.catch((thrown: unknown) => thrown);
    expect(itemOutcomesOf(error)).toEqual([
      { status: 'done', output: 1 },
      { status: 'error', error: new RangeError('3 is odd') },
      { status: 'notStarted' },
    ]);
    const without = runInPlainXState(each(half), [3]);
    expect(itemOutcomesOf(await without.catch((thrown: unknown) => thrown))).toBeUndefined();
    expect(itemOutcomesOf(Object.assign(new Error('of a user'), { outcomes: [] }))).toBeUndefined();
  });

  it('says which items were stopped', async () => {
    const slow = fromPromise(({ input, signal }: { input: number; signal: AbortSignal }) =>
      input === 1
        ? Promise.reject(new Error('one'))
        : new Promise<number>((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error('stopped')));
          }),
    );
    const failing = runInPlainXState(each(slow, { outcomesInError: true }), [0, 1, 2]);
    const error = await failing.catch((thrown: unknown) => thrown);
    expect(itemOutcomesOf(error)?.map(({ status }) => status)).toEqual(['stopped', 'error', 'stopped']);
  });

  it.each([
    ['a number', 5],
    ['nothing', undefined],
    ['an object without items', { a: 1 }],
    ['items that are not a list', { items: 'rows.csv' }],
    ['a concurrency that makes no sense', { items: [2], concurrency: 0 }],
    ['a tolerance that makes no sense', { items: [2], tolerateFailures: '101%' }],
    ['a list with an unknown option', { items: [2], concurency: 5 }],
  ])('fails as in the cloud where its input is %s', async (_, input) => {
    const failing = runInPlainXState(each(half), input as never);
    await expect(failing).rejects.toMatchObject({ name: 'Millrace.InvalidItems', code: 'InvalidItems' });
  });

  it('takes options with the list, as in the cloud', async () => {
    const input = { items: [2, 3], concurrency: '5', tolerateFailures: '50%' } as never;
    expect(await runInPlainXState(each(half), input)).toMatchObject([1, { error: { name: 'RangeError' } }]);
  });

  it.each([
    ['a Date', [new Date(0)]],
    ['nothing', [1, undefined]],
  ])('refuses items that would not be stored: %s', async (_, input) => {
    await expect(runInPlainXState(each(half), input as never)).rejects.toMatchObject({
      name: 'NotSerializableError',
    });
  });

  it('runs as many at a time as it may without a warning of the process', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    const slow = fromPromise<void, number>(() => new Promise((resolve) => setImmediate(resolve)));
    await runInPlainXState(
      each(slow, { concurrency: 50 }),
      Array.from({ length: 60 }, (_, i) => i),
    );
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('cannot run a worker, and says so', async () => {
    await expect(runInPlainXState(each(worker<number, number>()), [1])).rejects.toMatchObject({
      errors: [{ name: new WorkerOutsideMillraceError().name }],
    });
  });
});

describe('what each() is given', () => {
  it.each([
    [{ concurrency: 0 }],
    [{ concurrency: 1001 }],
    [{ concurrency: 1.5 }],
    [{ tolerateFailures: -1 }],
    [{ tolerateFailures: 0.5 }],
    [{ tolerateFailures: '101%' as const }],
  ])('is refused where it makes no sense: %o', (options) => {
    expect(() => each(half, options)).toThrow(expect.objectContaining({ code: 'InvalidEach' }));
  });

  it('is refused at registration where it is not a worker and no promise', () => {
    const machine = setup({ actors: { all: each(each(half)) } }).createMachine({
      id: 'nested',
      initial: 'a',
      states: { a: { invoke: { src: 'all', input: [] } } },
    });
    expect(() => prepareMachine(machine)).toThrow(
      /actors\.all: each\(\) runs a worker\(\), a fromPromise or a machine/,
    );
  });

  it('is refused inline where its worker has no name', () => {
    const machine = createMachine({ id: 'inline', invoke: { src: each(worker()), input: () => [] } });
    expect(() => prepareMachine(machine)).toThrow(/the worker has no name/);
  });
});
