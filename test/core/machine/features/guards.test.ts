import { describe, expect, test } from 'vitest';
import { and, createMachine, enqueueActions, not, or, stateIn } from 'xstate';
import { Execution } from '../execution.ts';
import { asInXState } from './asInXState.ts';
import { machine, met } from './machines.ts';

interface Args {
  readonly context: { readonly n: number };
  readonly event: { readonly by?: number };
}

const guarded = (guard: unknown, guards: object = {}) =>
  machine(
    { context: { n: 5 }, initial: 'a', states: { a: { on: { GO: { guard, target: 'b' } } }, b: {} } },
    { guards },
  );

const isSmall = ({ context }: Args) => context.n < 10;
const isEvent = ({ event }: Args) => event.by === 1;

describe('a guard', () => {
  test.each<[string, unknown, string]>([
    ['function passes or does not', isSmall, 'b'],
    ['by name is found in the implementations', 'isSmall', 'b'],
    ['gets params', { type: 'isBelow', params: { limit: 6 } }, 'b'],
    [
      'gets params that a function computes',
      { type: 'isBelow', params: ({ context }: Args) => ({ limit: context.n }) },
      'a',
    ],
    ['and: each has to pass', and(['isSmall', { type: 'isBelow', params: { limit: 5 } }] as never), 'a'],
    ['or: one has to pass', or(['isSmall', { type: 'isBelow', params: { limit: 5 } }] as never), 'b'],
    ['not: it must not pass', not('isSmall' as never), 'a'],
    [
      'of guards within guards',
      and([not(or([isEvent, not('isSmall' as never)] as never)) as never, 'isSmall' as never]),
      'b',
    ],
    ['by name may be made of others', 'isNeither', 'b'],
    ['by name may be another name', 'alias', 'b'],
  ])('%s', async (_, guard, value) => {
    const guards = {
      isSmall,
      isBelow: ({ context }: Args, { limit }: { limit: number }) => context.n < limit,
      isNeither: not(or([isEvent, () => false] as never)),
      alias: 'isSmall',
    };
    expect((await asInXState(guarded(guard, guards), ['GO'])).value).toBe(value);
  });
});

test('of several transitions on one event the first whose guard passes is taken', async () => {
  const first = machine({
    initial: 'a',
    states: {
      a: { on: { GO: [{ guard: () => false, target: 'b' }, { guard: () => true, target: 'c' }, 'd'] } },
      b: {},
      c: {},
      d: {},
    },
  });
  expect((await asInXState(first, ['GO'])).value).toBe('c');
});

test('stateIn looks at the states that are active, by value or by id', async () => {
  const parallel = (guard: unknown) =>
    machine({
      type: 'parallel',
      states: {
        door: { initial: 'shut', states: { shut: { on: { OPEN: 'open' } }, open: { id: 'open' } } },
        lamp: { initial: 'off', states: { off: { on: { GO: { guard, target: 'on' } } }, on: {} } },
      },
    });
  for (const guard of [stateIn('#open'), stateIn({ door: 'open' })]) {
    expect((await asInXState(parallel(guard), ['GO'])).value).toMatchObject({ lamp: 'off' });
    expect((await asInXState(parallel(guard), ['OPEN', 'GO'])).value).toMatchObject({ lamp: 'on' });
  }
});

test('check in enqueueActions evaluates a guard; a guard without an implementation fails the machine that gets there', async () => {
  const checking = (name: string) =>
    machine(
      {
        context: {},
        on: {
          GO: {
            actions: enqueueActions(({ enqueue, check }) => {
              if (check(and([name as never, not('never' as never)] as never)))
                enqueue(met('checked') as never);
            }),
          },
        },
      },
      { guards: { known: () => true, never: () => false } },
    );
  expect((await asInXState(checking('known'), ['GO'])).context).toEqual({ met: ['checked'] });
  expect(new Execution(checking('unknown')).start().send('GO').failure).toMatchObject({
    code: 'MachineThrew',
    message: expect.stringContaining("Guard 'unknown' is not implemented"),
  });
});

test('a guard that compares what is stored is the same after a restart', async () => {
  const json = createMachine({
    id: 'm',
    context: { list: [1, { a: null }] },
    initial: 'a',
    states: {
      a: {
        on: {
          GO: { guard: ({ context, event }) => JSON.stringify(context.list) === event.text, target: 'b' },
        },
      },
      b: {},
    },
  });
  expect((await asInXState(json, [{ type: 'GO', text: '[1,{"a":null}]' }])).value).toBe('b');
});
