import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, createMachine, fromPromise, setup } from 'xstate';
import { testCloud } from '../../testing/index.ts';

class PaymentError extends Error {
  readonly status: number;
  readonly details: unknown;
  constructor(message: string, status: number, details: unknown, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.details = details;
  }
}

function payingMachine(pay: () => Promise<unknown>) {
  return setup({ actors: { pay: fromPromise(pay) } }).createMachine({ id: 'm', invoke: { src: 'pay' } });
}

async function errorOf(machine: AnyStateMachine) {
  const cloud = testCloud([machine]);
  const { executionId } = await cloud.start(machine.id, {});
  const { error } = await cloud.client.wait(executionId);
  expect((await cloud.client.describe(executionId)).error).toEqual(error);
  return error;
}

describe('the error of an execution has what was thrown', () => {
  it('by a task: its own fields, its cause and its errors', async () => {
    const pay = () =>
      Promise.reject(
        new PaymentError(
          'no',
          402,
          { reasons: ['limit'], inner: new TypeError('x') },
          { cause: new RangeError('y') },
        ),
      );
    expect(await errorOf(payingMachine(pay))).toMatchObject({
      code: 'TaskFailed',
      name: 'PaymentError',
      message: 'no',
      status: 402,
      details: { reasons: ['limit'], inner: { name: 'TypeError', message: 'x' } },
      cause: { name: 'RangeError', message: 'y' },
    });
    const several = () => Promise.reject(new AggregateError([new Error('a'), 'b'], 'both'));
    expect(await errorOf(payingMachine(several))).toMatchObject({
      name: 'AggregateError',
      errors: [{ name: 'Error', message: 'a' }, 'b'],
    });
  });

  it("by the machine's own code", async () => {
    const machine = createMachine({
      id: 'm',
      entry: assign(() => {
        throw new PaymentError('no', 402, [1]);
      }),
    });
    expect(await errorOf(machine)).toMatchObject({ code: 'MachineThrew', status: 402, details: [1] });
  });

  it('by a child machine, for the parent that does not handle it', async () => {
    const child = payingMachine(() => Promise.reject(Object.assign(new Error('no'), { status: 402 })));
    const parent = setup({ actors: { child } }).createMachine({ id: 'parent', invoke: { src: 'child' } });
    const cloud = testCloud([parent]);
    const { executionId } = await cloud.start(parent, {});
    expect((await cloud.client.wait(executionId)).error).toMatchObject({ message: 'no', status: 402 });
  });

  it('where it has a code of its own, beside the code of Millrace', async () => {
    const pay = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOENT', syscall: 'open' }));
    expect(await errorOf(payingMachine(pay))).toMatchObject({
      code: 'TaskFailed',
      ownCode: 'ENOENT',
      syscall: 'open',
    });
  });

  it('where that is not an error', async () => {
    expect(await errorOf(payingMachine(() => Promise.reject({ type: 'X' })))).toMatchObject({
      code: 'TaskFailed',
      thrown: { type: 'X' },
    });
  });

  it('as far as there is room: the stack is cut first, and never the name or the message', async () => {
    const throwing = (fields: object) =>
      createMachine({
        id: 'm',
        entry: assign(() => {
          throw Object.assign(new Error('no'), fields);
        }),
      });
    expect(await errorOf(throwing({ status: 402 }))).toMatchObject({
      stack: expect.any(String),
      status: 402,
    });
    const large = await errorOf(throwing({ status: 402, page: 'x'.repeat(65_400) }));
    expect(large).toMatchObject({ name: 'Error', message: expect.stringContaining('no'), status: 402 });
    expect(large).not.toHaveProperty('stack');
    expect(String(large?.page)).toHaveLength(65_400);
    const tooLarge = await errorOf(throwing({ status: 402, page: 'x'.repeat(65_537) }));
    expect(tooLarge).toMatchObject({ name: 'Error', message: expect.stringContaining('no'), status: 402 });
    expect(tooLarge).not.toHaveProperty('page');
  });
});
