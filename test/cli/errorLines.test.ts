import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { executionLines, framesOf } from '../../cli/rendering/execution.ts';
import { historyLines } from '../../cli/rendering/history.ts';
import { testCloud } from '../../testing/index.ts';
import { worker } from '../../workers/index.ts';

const charging = setup({ actors: { charge: worker() } }).createMachine({
  id: 'charging',
  initial: 'charges',
  states: { charges: { invoke: { src: 'charge', onDone: 'done' } }, done: { type: 'final' } },
});
const retrying = setup({ actors: { charge: worker({ retry: { maxAttempts: 2 } }) } }).createMachine({
  id: 'retrying',
  initial: 'charges',
  states: { charges: { invoke: { src: 'charge', onDone: 'done' } }, done: { type: 'final' } },
});
const printing = setup({ actors: { print: fromPromise(async () => outOfPaper()) } }).createMachine({
  id: 'printing',
  initial: 'prints',
  states: { prints: { invoke: { src: 'print', onDone: 'done' } }, done: { type: 'final' } },
});
const parent = setup({ actors: { charging } }).createMachine({
  id: 'parent',
  initial: 'waits',
  states: { waits: { invoke: { src: 'charging', onDone: 'done' } }, done: { type: 'final' } },
});
const dividing = setup({}).createMachine({
  id: 'dividing',
  context: () => outOfPaper(),
});

const reader = { hasColours: false, directory: process.cwd() };

function outOfPaper(): never {
  throw new RangeError('out of paper');
}

describe('describe shows where in the sources the error was thrown that an execution failed with:', () => {
  it.each([
    ['by a worker', charging],
    ['by a worker, after its retries', retrying],
    ['by a promise', printing],
    ['by a child execution', parent],
    ['by the machine itself', dividing],
  ])('%s', async (_, machine) => {
    const cloud = testCloud([charging, retrying, printing, parent, dividing], { charge: () => outOfPaper() });
    const { executionId } = await cloud.start(machine.id, {});
    const lines = executionLines(await cloud.runToEnd(executionId), reader);
    const at = lines.findIndex((line) => line.includes('RangeError: out of paper'));
    expect(lines[at + 1]).toMatch(/at outOfPaper \(test\/cli\/errorLines\.test\.ts:\d+:\d+\)/);
  });

  it('not by a time that ran out, of which there is no place', async () => {
    const cloud = testCloud([charging], { charge: () => 'paid' });
    cloud.inject('charge', 'timeOut');
    const { executionId } = await cloud.start(charging, {});
    const { error } = await cloud.runToEnd(executionId);
    expect(error).toEqual({ code: 'TaskFailed', name: 'States.Timeout', message: expect.any(String) });
  });
});

it('the history says at its end what describe says: the code, the name and the message', async () => {
  const cloud = testCloud([charging], { charge: () => outOfPaper() });
  const { executionId } = await cloud.start(charging, {});
  await cloud.runToEnd(executionId);
  const lines = (await cloud.history(executionId, { machines: [charging] })).flatMap((entry) =>
    historyLines(entry, reader.directory),
  );
  expect(lines.at(-1)?.trim()).toBe('ended      FAILED TaskFailed: RangeError: out of paper');
});

it('frames have their paths from the folder of the command, and calls without a place or a name are left out', () => {
  const stack = `CardDeclined: No money.
    at charge (/project/machines/order.ts:3:9)
    at <anonymous> (/project/machines/order.ts:8:20)
    at Actor.start (/project/node_modules/xstate/dist/raise.esm.js:900:20)
    at new Promise (<anonymous>)
    at /project/machines/order.ts:9:1
    at listOnTimeout (node:internal/timers:581:17)`;
  expect(framesOf(stack, '/project')).toEqual([
    'at charge (machines/order.ts:3:9)',
    'at machines/order.ts:8:20',
    'at machines/order.ts:9:1',
  ]);
});
