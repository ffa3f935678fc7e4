import { expect, test } from 'vitest';
import { cancel, enqueueActions, raise, sendTo } from 'xstate';
import { nextTimerDueAt } from '../../../../orchestrator/core/machine/index.ts';
import { Execution } from '../execution.ts';
import { asInXState } from './asInXState.ts';
import { machine, metEvent } from './machines.ts';

const waiting = (after: object, delays: object = {}) =>
  machine(
    { context: { n: 2 }, initial: 'a', states: { a: { after, on: { GO: 'c' } }, b: {}, c: {} } },
    { delays },
  );

test('after takes its transition when its milliseconds have passed, and not before', async () => {
  expect((await asInXState(waiting({ 1000: 'b' }), [999])).value).toBe('a');
  expect((await asInXState(waiting({ 1000: 'b' }), [999, 1])).value).toBe('b');
});

test('after takes a named delay, of milliseconds or computed from the context', async () => {
  expect((await asInXState(waiting({ soon: 'b' }, { soon: 10 }), [10])).value).toBe('b');
  const computed = { soon: ({ context }: { context: { n: number } }) => context.n * 10 };
  expect((await asInXState(waiting({ soon: 'b' }, computed), [19])).value).toBe('a');
  expect((await asInXState(waiting({ soon: 'b' }, computed), [20])).value).toBe('b');
});

test('after has several delays, with guards and several transitions each', async () => {
  const after = {
    10: [{ guard: () => false, target: 'b' }],
    20: [{ guard: () => false, target: 'b' }, { target: 'c' }],
  };
  expect((await asInXState(waiting(after), [10])).value).toBe('a');
  expect((await asInXState(waiting(after), [10, 10])).value).toBe('c');
});

test('after does nothing once its state was left, and starts again when the state is entered again', async () => {
  const again = machine({
    initial: 'a',
    states: { a: { after: { 100: 'late' }, on: { GO: 'b' } }, b: { on: { BACK: 'a' } }, late: {} },
  });
  expect((await asInXState(again, [60, 'GO', 60])).value).toBe('b');
  expect((await asInXState(again, [60, 'GO', 'BACK', 60])).value).toBe('a');
  expect((await asInXState(again, [60, 'GO', 'BACK', 60, 40])).value).toBe('late');
});

test('a delay of a year is a year, where a process counts to 25 days', () => {
  const year = 365 * 24 * 60 * 60 * 1000;
  const execution = new Execution(waiting({ [year]: 'b' })).start();
  expect(nextTimerDueAt(execution.state)).toBe(year);
  expect(execution.timer(year - 1).ignored).toBe('NothingDue');
  expect(execution.timer(year).state.value).toBe('b');
});

const noting = (entry: unknown, delays: object = {}) =>
  machine(
    { context: { met: [] }, entry, on: { STOP: { actions: cancel('it') }, '*': { actions: metEvent } } },
    { delays },
  );

test('raise with a delay, also a named or computed one, comes when it is due', async () => {
  const raising = noting(
    [
      raise({ type: 'NAMED' } as never, { delay: 'soon' as never }),
      raise({ type: 'COMPUTED' } as never, { delay: () => 20 }),
      raise({ type: 'AT ONCE' } as never),
    ],
    { soon: 10 },
  );
  expect((await asInXState(raising, [10])).context).toEqual({ met: ['AT ONCE', 'NAMED'] });
  expect((await asInXState(raising, [10, 10])).context).toEqual({ met: ['AT ONCE', 'NAMED', 'COMPUTED'] });
});

test('sendTo the machine itself with a delay comes when it is due', async () => {
  const sending = noting(sendTo(({ self }) => self, { type: 'LATER' }, { delay: 30 }));
  expect((await asInXState(sending, [29])).context).toEqual({ met: [] });
  expect((await asInXState(sending, [30])).context).toEqual({ met: ['LATER'] });
});

test('cancel takes back a delayed event by its id, also by one that is computed', async () => {
  const delayed = raise({ type: 'LATER' } as never, { delay: 10, id: 'it' });
  expect((await asInXState(noting(delayed), ['STOP', 10])).context).toEqual({ met: [] });
  const computed = noting([delayed, cancel(() => 'it')]);
  expect((await asInXState(computed, [10])).context).toEqual({ met: [] });
});

test('cancel of an id that nothing has does nothing', async () => {
  expect((await asInXState(noting([]), ['STOP', 10])).context).toEqual({ met: [] });
});

test('delays in enqueueActions are the same', async () => {
  const enqueued = noting(
    enqueueActions(({ enqueue }) => {
      enqueue.raise({ type: 'KEPT' } as never, { delay: 10 });
      enqueue.raise({ type: 'CANCELLED' } as never, { delay: 10, id: 'it' });
      enqueue.cancel('it');
    }),
  );
  expect((await asInXState(enqueued, [10])).context).toEqual({ met: ['KEPT'] });
});
