import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, sendTo, setup } from 'xstate';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { each, worker } from '../../workers/index.ts';
import { expectSound } from '../support/soundness.ts';

const down = () => {
  throw new Error('down');
};

/** Until it has succeeded. Answers how often it was redriven. */
async function redrives(cloud: SimulatedCloud): Promise<number> {
  for (let count = 0; count < 5; count++) {
    if ((await cloud.execution('e')).status === 'SUCCEEDED') return count;
    await cloud.control('e', 'redrive', `redrive-${count}`);
    await cloud.advance(600_000);
  }
  return Number.POSITIVE_INFINITY;
}

async function failed(
  machine: AnyStateMachine,
  workers: Record<string, (input: never) => unknown>,
): Promise<SimulatedCloud> {
  const cloud = new SimulatedCloud([machine], workers);
  await cloud.start(machine.id, 'e');
  await cloud.advance(60_000);
  expect(await cloud.execution('e')).toMatchObject({ status: 'FAILED' });
  return cloud;
}

describe('one redrive after the repair tries again all that has failed:', () => {
  it('the items of a list that were in flight', async () => {
    const machine = setup({
      actors: { one: each(worker<number, number>(), { concurrency: 40 }) },
    }).createMachine({
      id: 'list',
      initial: 'a',
      states: {
        a: { invoke: { src: 'one', input: Array.from({ length: 40 }, (_, i) => i), onDone: 'b' } },
        b: { type: 'final' },
      },
    });
    let work: (n: number) => number = down;
    const cloud = await failed(machine, { one: (n: number) => work(n) });
    work = (n) => n * 2;
    expect(await redrives(cloud)).toBe(1);
    await expectSound(cloud, [machine]);
  });

  it('parallel tasks', async () => {
    const branch = (src: 'a' | 'b') =>
      ({ initial: 'x', states: { x: { invoke: { src, onDone: 'y' } }, y: { type: 'final' } } }) as const;
    const machine = setup({
      actors: { a: worker<unknown, string>(), b: worker<unknown, string>() },
    }).createMachine({ id: 'two', type: 'parallel', states: { a: branch('a'), b: branch('b') } });
    let work: () => string = down;
    const cloud = await failed(machine, { a: () => work(), b: () => work() });
    work = () => 'ok';
    expect(await redrives(cloud)).toBe(1);
    expect((await cloud.execution('e')).log).toContain('!Redriven');
    await expectSound(cloud, [machine]);
  });

  it('child machines', async () => {
    const kid = setup({ actors: { work: worker<unknown, string>() } }).createMachine({
      id: 'kid',
      initial: 'x',
      states: { x: { invoke: { src: 'work', onDone: 'y' } }, y: { type: 'final' } },
    });
    const branch = {
      initial: 'x',
      states: { x: { invoke: { src: 'kid', onDone: 'y' } }, y: { type: 'final' } },
    } as const;
    const machine = setup({ actors: { kid } }).createMachine({
      id: 'four',
      type: 'parallel',
      states: { a: branch, b: branch, c: branch, d: branch },
    });
    let work: () => string = down;
    const cloud = await failed(machine, { work: () => work() });
    work = () => 'ok';
    expect(await redrives(cloud)).toBe(1);
    await expectSound(cloud, [machine]);
  });
});

describe('a failure in what follows from an entry at once', () => {
  const oneMore = (n: number, isBroken: boolean) => {
    if (isBroken) throw new Error('broken');
    return n + 1;
  };

  it('by an event that was held: the entry is taken once, and the event is offered again', async () => {
    let broken = true;
    const machine = setup({
      types: { context: {} as { n: number; got: number } },
      actors: { work: worker<unknown, number>() },
    }).createMachine({
      id: 'm',
      meta: { millrace: { heldEvents: true } },
      context: { n: 0, got: 0 },
      initial: 'a',
      states: {
        a: {
          invoke: {
            src: 'work',
            onDone: {
              target: 'b',
              actions: assign({ got: ({ context, event }) => context.got + event.output }),
            },
          },
        },
        b: {
          on: {
            APPROVE: { target: 'c', actions: assign({ n: ({ context }) => oneMore(context.n, broken) }) },
          },
        },
        c: { type: 'final' },
      },
      output: ({ context }) => context,
    });
    const cloud = new SimulatedCloud([machine], { work: () => 7 });
    await cloud.start('m', 'e');
    await cloud.send('e', 'APPROVE');
    await cloud.advance(10_000);
    expect(await cloud.execution('e')).toMatchObject({
      status: 'FAILED',
      state: 'b',
      held: [{ event: { type: 'APPROVE' } }],
    });
    broken = false;
    await cloud.control('e', 'redrive');
    await cloud.advance(60_000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: { n: 1, got: 7 } });
    await expectSound(cloud, [machine]);
  });

  it('by an empty list: the entry is given to the machine again as a whole', async () => {
    let broken = true;
    const machine = setup({
      types: { context: {} as { n: number; got: number } },
      actors: { work: worker<unknown, number>(), list: each(worker<number, number>()) },
    }).createMachine({
      id: 'm',
      context: { n: 0, got: 0 },
      initial: 'a',
      states: {
        a: {
          invoke: {
            src: 'work',
            onDone: {
              target: 'b',
              actions: assign({ got: ({ context, event }) => context.got + event.output }),
            },
          },
        },
        b: {
          invoke: {
            src: 'list',
            input: [],
            onDone: { target: 'c', actions: assign({ n: ({ context }) => oneMore(context.n, broken) }) },
          },
        },
        c: { type: 'final' },
      },
      output: ({ context }) => context,
    });
    const cloud = await failed(machine, { work: () => 7 });
    expect(await cloud.execution('e')).toMatchObject({ state: 'a', tasks: [{ attempt: 1 }] });
    broken = false;
    await cloud.control('e', 'redrive');
    await cloud.advance(60_000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: { n: 1, got: 7 } });
  });
});

describe('what came while an execution could not take it is taken after a redrive:', () => {
  const kid = setup({ types: { context: {} as { n: number } } }).createMachine({
    id: 'kid',
    context: { n: 0 },
    initial: 'a',
    states: {
      a: { on: { PAY: { actions: assign({ n: ({ context }) => context.n + 1 }) }, END: 'b' } },
      b: { type: 'final' },
    },
    output: ({ context }) => context,
  });

  it('an event to one that was suspended, then stopped', async () => {
    const cloud = new SimulatedCloud([kid], {});
    await cloud.start('kid', 'e');
    await cloud.advance(1000);
    await cloud.control('e', 'suspend');
    await cloud.advance(1000);
    await cloud.send('e', 'PAY');
    await cloud.advance(1000);
    await cloud.control('e', 'stop');
    await cloud.advance(1000);
    await cloud.control('e', 'redrive');
    await cloud.advance(10_000);
    await cloud.send('e', 'END');
    await cloud.advance(1000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: { n: 1 } });
    await expectSound(cloud, [kid]);
  });

  it("a parent's message to a child that was suspended, then stopped with its parent", async () => {
    const parent = setup({ actors: { kid } }).createMachine({
      id: 'p',
      initial: 'a',
      invoke: { id: 'kid', src: 'kid', onDone: '.c' },
      states: {
        a: { on: { GO: { target: 'b', actions: sendTo('kid', { type: 'PAY' }) } } },
        b: { on: { FIN: { actions: sendTo('kid', { type: 'END' }) } } },
        c: { type: 'final' },
      },
    });
    const cloud = new SimulatedCloud([parent], {});
    await cloud.start('p', 'e');
    await cloud.advance(1000);
    await cloud.control('e.0', 'suspend');
    await cloud.advance(1000);
    await cloud.send('e', 'GO');
    await cloud.advance(5000);
    await cloud.control('e', 'stop');
    await cloud.advance(5000);
    await cloud.control('e', 'redrive');
    await cloud.advance(20_000);
    await cloud.send('e', 'FIN');
    await cloud.advance(20_000);
    expect(await cloud.execution('e.0')).toMatchObject({ status: 'SUCCEEDED', output: { n: 1 } });
    await expectSound(cloud, [parent, kid]);
  });
});

describe('a redrive', () => {
  it('that is suspended before it goes on still goes on from the failure when it is resumed', async () => {
    let broken = true;
    const machine = setup({ types: { context: {} as { n: number } } }).createMachine({
      id: 'm',
      context: { n: 0 },
      initial: 'a',
      states: {
        a: {
          on: {
            GO: {
              target: 'b',
              actions: assign({
                n: ({ context }) => {
                  if (broken) throw new Error('broken');
                  return context.n + 1;
                },
              }),
            },
          },
        },
        b: { type: 'final' },
      },
      output: ({ context }) => context,
    });
    const cloud = new SimulatedCloud([machine], {});
    await cloud.start('m', 'e');
    await cloud.send('e', 'GO');
    await cloud.advance(1000);
    broken = false;
    await cloud.control('e', 'redrive');
    await cloud.control('e', 'suspend');
    await cloud.advance(10_000);
    await cloud.control('e', 'resume');
    await cloud.advance(10_000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: { n: 1 } });
    await expectSound(cloud, [machine]);
  });

  it('of a long list with too many failures gives the machine the same outcome again: it does not hang', async () => {
    const machine = setup({
      actors: { one: each(worker<number, number>(), { concurrency: 50 }) },
    }).createMachine({
      id: 'long',
      initial: 'a',
      states: {
        a: { invoke: { src: 'one', input: Array.from({ length: 450 }, (_, i) => i), onDone: 'b' } },
        b: { type: 'final' },
      },
    });
    const cloud = await failed(machine, {
      one: (n: number) => {
        if (n === 250) throw new Error('no');
        return n;
      },
    });
    await cloud.control('e', 'redrive');
    await cloud.advance(600_000);
    expect(await cloud.execution('e')).toMatchObject({
      status: 'FAILED',
      error: { name: 'States.ExceedToleratedFailureThreshold' },
    });
  });
});
