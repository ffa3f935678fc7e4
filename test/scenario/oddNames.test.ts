import { describe, expect, it } from 'vitest';
import { assign, createMachine, setup } from 'xstate';
import { patched } from '../../orchestrator/core/execution/control/mergePatch.ts';
import { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { expectSound } from '../support/soundness.ts';

/** Keys that every object inherits. */
const inherited = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', '__proto__'];

const kid = setup({ actors: { work: worker<undefined, string>() } }).createMachine({
  id: 'kid',
  initial: 'working',
  states: { working: { invoke: { src: 'work', onDone: 'worked' } }, worked: { type: 'final' } },
});
const parent = setup({ actors: { kid } }).createMachine({
  id: 'parent',
  initial: 'waiting',
  states: { waiting: { invoke: { src: 'kid', onDone: 'heard' } }, heard: { type: 'final' } },
});

describe('names that every object of JavaScript has', () => {
  it.each(inherited)('%s is an execution id as any other, also of a parent', async (executionId) => {
    const cloud = new SimulatedCloud([parent, kid], { work: () => 'done' }, { seed: 1 });
    await cloud.start('parent', executionId);
    await cloud.advance(60_000);
    expect(await cloud.execution(executionId)).toMatchObject({ status: 'SUCCEEDED' });
    await expectSound(cloud, [parent, kid]);
  });

  it.each(inherited)('%s is the type of an event as any other', async (type) => {
    const machine = createMachine({
      id: 'listener',
      initial: 'waiting',
      states: { waiting: { on: Object.fromEntries([[type, 'heard']]) }, heard: { type: 'final' } },
    });
    const cloud = new SimulatedCloud([machine], {}, { seed: 1 });
    await cloud.start('listener', 'l1');
    await cloud.advance(1000);
    await cloud.send('l1', type);
    await cloud.advance(1000);
    expect(await cloud.execution('l1')).toMatchObject({ status: 'SUCCEEDED' });
    await expectSound(cloud, [machine]);
  });

  it.each(inherited.slice(0, -1))(
    '%s is a state, an actor, a delay and a field as any other',
    async (name) => {
      const machine = setup({
        types: { context: {} as Record<string, unknown> },
        actors: { [name]: worker<unknown, string>() },
        delays: { [name]: 1000 },
      }).createMachine({
        id: 'named',
        context: { [name]: 'before' },
        initial: name,
        states: {
          [name]: {
            invoke: {
              id: name,
              src: name,
              input: ({ context }) => context,
              onDone: { target: 'two', actions: assign({ [name]: ({ event }) => event.output }) },
            },
          },
          two: { after: { [name]: 'three' } },
          three: { type: 'final' },
        },
        output: ({ context }) => context,
      });
      const echo = (input: unknown) => `${JSON.stringify(input)} after`;
      const cloud = new SimulatedCloud([machine], { [name]: echo }, { seed: 1 });
      await cloud.start('named', 'n1');
      await cloud.advance(10_000);
      expect(await cloud.execution('n1')).toMatchObject({
        status: 'SUCCEEDED',
        output: { [name]: `{"${name}":"before"} after` },
      });
      await expectSound(cloud, [machine]);
    },
  );

  it('are not taken for what a machine has not', () => {
    const machine = createMachine({
      id: 'lacking',
      initial: 'a',
      states: {
        a: { entry: 'constructor', on: { GO: { guard: 'toString', target: 'b' } }, after: { valueOf: 'b' } },
        b: {},
      },
    });
    for (const missing of ["action 'constructor'", "guard 'toString'", "delay 'valueOf'"]) {
      expect(() => prepareMachine(machine)).toThrow(`${missing} is not implemented`);
    }
  });

  it('are fields of a merge patch as any other', () => {
    const target = JSON.parse('{"constructor":{"a":1},"b":2}');
    const patch = JSON.parse('{"constructor":{"c":3},"__proto__":{"d":4},"toString":{"e":5}}');
    expect(JSON.stringify(patched(target, patch))).toBe(
      '{"constructor":{"a":1,"c":3},"b":2,"__proto__":{"d":4},"toString":{"e":5}}',
    );
  });
});
