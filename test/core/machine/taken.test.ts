import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, createMachine, raise } from 'xstate';
import { prepareMachine } from '../../../orchestrator/core/machine/index.ts';
import { stepMachine } from '../../../orchestrator/core/machine/step.ts';
import type { MachineInput } from '../../../orchestrator/core/machine/step.types.ts';
import type { Host } from './differential/actions.ts';
import { eventTypes, generateMachine } from './differential/generateMachine.ts';
import { Execution } from './execution.ts';

describe('the transitions that a step reports', () => {
  it('begin with the entry, and hold always and raised ones', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: { always: [{ guard: () => false, target: 'd' }, { target: 'b' }] },
        b: { on: { GO: { target: 'c', actions: raise({ type: 'NEXT' }) } } },
        c: { on: { NEXT: 'd' } },
        d: { on: { STAY: { actions: () => undefined }, AGAIN: { target: 'd', reenter: true }, '*': 'b' } },
      },
    });
    const execution = new Execution(machine).start();
    expect(execution.edges).toEqual(['m|xstate.init|0', 'm.a||1']);
    expect(execution.send('GO').edges).toEqual(['m.b|GO|0', 'm.c|NEXT|0']);
    expect(execution.send('STAY').edges).toEqual(['m.d|STAY|0']);
    expect(execution.send('AGAIN').edges).toEqual(['m.d|AGAIN|0']);
    expect(execution.send('SOMETHING').edges).toEqual(['m.d|*|0']);
    expect(execution.send('UNKNOWN').edges).toEqual([]);
  });

  it('are those of all regions, but for one that another preempts', () => {
    const machine = createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        left: { initial: 'a', states: { a: { on: { GO: 'b', LEAVE: '#m.left.b' } }, b: {} } },
        right: {
          initial: 'a',
          states: {
            a: { on: { GO: 'b', LEAVE: [{ target: ['#m.left.a', '#m.right.b'] }] } },
            b: {},
          },
        },
      },
    });
    expect(new Execution(machine).start().send('GO').edges).toEqual(['m.left.a|GO|0', 'm.right.a|GO|0']);
    expect(new Execution(machine).start().send('LEAVE').edges).toEqual(['m.left.a|LEAVE|0']);
  });

  it('are none of a macrostep that throws', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: { on: { GO: 'b' } },
        b: {
          always: {
            target: 'a',
            actions: assign(() => {
              throw new Error('it failed');
            }),
          },
        },
      },
    });
    expect(new Execution(machine).start().send('GO').edges).toEqual([]);
  });

  it('are exactly those whose actions ran, in generated machines', () => {
    const host: Host = { promise: () => async () => null, custom: () => undefined };
    const numbers = fc.array(fc.nat(9999), { minLength: 400, maxLength: 1600, size: 'max' });
    const inputs = fc.array(
      fc.oneof(
        fc
          .constantFrom(...eventTypes)
          .map((type): MachineInput => ({ type: 'event', event: { type, v: 1 } })),
        fc.nat(4).map((task): MachineInput => ({ type: 'taskSucceeded', task, output: 1 })),
        fc.constant<MachineInput>({ type: 'timer' }),
      ),
      { minLength: 5, maxLength: 20, size: 'max' },
    );
    let compared = 0;
    const property = fc.property(numbers, inputs, (choices, given) => {
      let prepared: ReturnType<typeof prepareMachine>;
      try {
        prepared = prepareMachine(generateMachine(choices, host).machine);
      } catch {
        return; // Some are not durable.
      }
      for (const node of prepared.chart.nodes) {
        for (const [descriptor, list] of [...node.transitions, ['', node.always ?? []] as const]) {
          for (const [place, transition] of list.entries()) {
            const mark = Object.defineProperty(() => undefined, 'name', {
              value: `${node.id}|${descriptor}|${place}`,
            });
            transition.actions = [mark as never, ...transition.actions];
          }
        }
      }
      let stored: string | undefined;
      for (const input of [{ type: 'start', input: { n: 1 } } as const, ...given]) {
        const step = stepMachine(prepared, stored, input, { now: 1e15, actor: { id: 'e' } });
        if (step.type === 'ignored') continue;
        if (step.failure) return;
        const ran = step.effects.flatMap((effect) => (effect.type === 'action' ? [effect.name] : []));
        const marks = ran.filter((name) => name.includes('|'));
        expect(step.edges.filter((id) => id !== 'm|xstate.init|0')).toEqual(marks);
        compared += marks.length;
        stored = step.stored;
        if (step.state.status !== 'active') return;
      }
    });
    fc.assert(property, { numRuns: 150, seed: 5, endOnFailure: true });
    expect(compared).toBeGreaterThan(300);
  }, 60_000);
});
