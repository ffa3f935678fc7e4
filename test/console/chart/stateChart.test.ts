import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chartOf } from '../../../console/chart/chartOf.ts';
import { type Position, StateChart } from '../../../console/chart/stateChart.ts';
import type { PreparedMachine } from '../../../orchestrator/core/machine/index.ts';
import { buildMachine, prepareMachine, stepMachine } from '../../../orchestrator/core/machine/index.ts';
import type { MachineInput } from '../../../orchestrator/core/machine/step.types.ts';
import type { Host } from '../../core/machine/differential/actions.ts';
import { eventTypes, generateMachine } from '../../core/machine/differential/generateMachine.ts';

const host: Host = { promise: () => async () => null, custom: () => undefined };

/** Every state says when it is entered. */
function marked({ chart: { nodes } }: PreparedMachine): void {
  for (const node of nodes) {
    const mark = Object.defineProperty(() => undefined, 'name', { value: `enter ${node.id}` });
    node.entry = [...node.entry, mark] as typeof node.entry;
  }
}

/** XState enters the source of a transition again without leaving it, where the transition leads to a history state that stands for it. */
function entersAgain({ model }: StateChart, taken: readonly string[]): boolean {
  const histories = new Set(model.nodes.filter(({ kind }) => kind === 'history').map(({ id }) => id));
  const edges = model.edges.filter(({ id, reenter }) => taken.includes(id) && !reenter);
  return edges.some(({ source, targets }) =>
    targets.some((target) => {
      const parent = model.nodes.find(({ id }) => id === target)?.parent ?? '';
      const isInside = source === parent || model.nodes.find(({ id }) => id === source)?.parent === parent;
      return histories.has(target) && isInside;
    }),
  );
}

describe('the states that a step enters', () => {
  it('are the named ones where a transition names a state in each region', () => {
    const region = { initial: 'x', states: { x: {}, y: {} } };
    const machine = buildMachine({
      id: 'm',
      initial: 'idle',
      states: {
        idle: { on: { GO: { target: ['both.a.y', 'both.b.y'] } } },
        both: { type: 'parallel', states: { a: region, b: region, c: region } },
      },
    });
    const chart = new StateChart(chartOf(machine));
    const { entered } = chart.follow({ active: ['m', 'm.idle'], remembered: new Map() }, ['m.idle|GO|0'], {
      both: { a: 'y', b: 'y', c: 'x' },
    });
    expect(entered.toSorted()).toEqual([
      'm.both',
      'm.both.a',
      'm.both.a.y',
      'm.both.b',
      'm.both.b.y',
      'm.both.c',
      'm.both.c.x',
    ]);
  });

  it('are those whose entry actions ran, each as often in generated machines', () => {
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
    let entered = 0;
    const property = fc.property(numbers, inputs, (choices, given) => {
      let prepared: PreparedMachine;
      try {
        prepared = prepareMachine(generateMachine(choices, host).machine);
      } catch {
        return; // Some are not durable.
      }
      const chart = new StateChart(chartOf(prepared.definition));
      marked(prepared);
      let stored: string | undefined;
      let position: Position = { active: [], remembered: new Map() };
      for (const input of [{ type: 'start', input: { n: 1 } } as const, ...given]) {
        const step = stepMachine(prepared, stored, input, { now: 1e15, actor: { id: 'e' } });
        if (step.type === 'ignored') continue;
        if (step.failure || step.state.status !== 'active') return;
        const ran = step.effects.flatMap((effect) => (effect.type === 'action' ? [effect.name] : []));
        const marks = ran
          .filter((name) => name.startsWith('enter '))
          .map((name) => name.slice('enter '.length));
        const followed = chart.follow(position, step.edges, step.state.value);
        if (entersAgain(chart, step.edges)) return;
        expect(followed.entered.toSorted()).toEqual(marks.toSorted());
        entered += marks.length;
        position = followed;
        stored = step.stored;
      }
    });
    fc.assert(property, { numRuns: 120, seed: 3, endOnFailure: true });
    expect(entered).toBeGreaterThan(500);
  }, 60_000);
});
