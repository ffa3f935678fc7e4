import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chartOf } from '../../../console/chart/chartOf.ts';
import { StateChart } from '../../../console/chart/stateChart.ts';
import type { PreparedMachine } from '../../../orchestrator/core/machine/index.ts';
import { prepareMachine, stepMachine } from '../../../orchestrator/core/machine/index.ts';
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

function hasHistory({ chart: { nodes } }: PreparedMachine): boolean {
  return nodes.some(({ type }) => type === 'history');
}

describe('the states that a step enters', () => {
  it('are those whose entry actions ran, each as often, in generated machines without history', () => {
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
      if (hasHistory(prepared)) return;
      const chart = new StateChart(chartOf(prepared.definition));
      marked(prepared);
      let stored: string | undefined;
      let active: readonly string[] = [];
      for (const input of [{ type: 'start', input: { n: 1 } } as const, ...given]) {
        const step = stepMachine(prepared, stored, input, { now: 1e15, actor: { id: 'e' } });
        if (step.type === 'ignored') continue;
        if (step.failure || step.state.status !== 'active') return;
        const ran = step.effects.flatMap((effect) => (effect.type === 'action' ? [effect.name] : []));
        const marks = ran
          .filter((name) => name.startsWith('enter '))
          .map((name) => name.slice('enter '.length));
        const followed = chart.follow(active, step.edges, step.state.value);
        expect(followed.entered.toSorted()).toEqual(marks.toSorted());
        entered += marks.length;
        active = followed.active;
        stored = step.stored;
      }
    });
    fc.assert(property, { numRuns: 120, seed: 3, endOnFailure: true });
    expect(entered).toBeGreaterThan(500);
  }, 60_000);
});
