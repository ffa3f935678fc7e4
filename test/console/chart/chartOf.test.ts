import { describe, expect, it } from 'vitest';
import { and, createMachine, fromPromise, not, raise, stateIn } from 'xstate';
import { chartOf } from '../../../console/chart/chartOf.ts';
import type { ChartModel } from '../../../console/chart/model.ts';
import { aslMachines } from './examples/aslDefinitions.ts';

const edgesOf = ({ edges }: ChartModel, source: string) =>
  edges
    .filter((edge) => edge.source === source)
    .map(({ id, trigger, guard, targets }) => ({ id, trigger, guard, targets }));

describe('the chart of a machine', () => {
  it('has an edge for each transition, with its trigger, guard and place', () => {
    const isLate = () => true;
    const chart = chartOf(
      createMachine({
        id: 'm',
        initial: 'a',
        on: { STOP: '.b', OTHER: '.a' },
        states: {
          a: {
            invoke: {
              src: fromPromise(async () => 1),
              onDone: [{ guard: isLate, target: 'b' }, 'c'],
              onError: 'b',
            },
            after: { 90000: 'b', soon: 'c' },
            always: [{ guard: and(['x', not('y')]), target: 'c' }],
            on: {
              'N.*': 'b',
              '*': { actions: 'note' },
              GO: [
                { guard: stateIn('a'), target: 'b' },
                { target: 'c', reenter: true },
              ],
            },
          },
          b: { type: 'final' },
          c: {},
        },
      }),
    );
    expect(edgesOf(chart, 'm').map(({ trigger }) => trigger)).toEqual([
      { type: 'event', name: 'STOP' },
      { type: 'event', name: 'OTHER' },
    ]);
    expect(edgesOf(chart, 'm.a').map(({ id, trigger, guard }) => [id, trigger.type, guard])).toEqual([
      ['m.a|N.*|0', 'wildcard', undefined],
      ['m.a|*|0', 'wildcard', undefined],
      ['m.a|GO|0', 'event', 'in a'],
      ['m.a|GO|1', 'event', undefined],
      ['m.a|xstate.done.actor.0.m.a|0', 'done', 'isLate'],
      ['m.a|xstate.done.actor.0.m.a|1', 'done', undefined],
      ['m.a|xstate.error.actor.0.m.a|0', 'error', undefined],
      ['m.a|xstate.after.90000.m.a|0', 'after', undefined],
      ['m.a|xstate.after.soon.m.a|0', 'after', undefined],
      ['m.a||0', 'always', 'x and not y'],
    ]);
    expect(chart.nodes.map(({ id, kind }) => [id, kind])).toEqual([
      ['m', 'compound'],
      ['m.a', 'atomic'],
      ['m.b', 'final'],
      ['m.c', 'atomic'],
    ]);
  });

  it('leaves out the actions by which XState starts and cancels the timers of after', () => {
    const chart = chartOf(
      createMachine({
        id: 'm',
        initial: 'a',
        states: { a: { entry: ['greet', raise({ type: 'R' })], exit: 'leave', after: { 1000: 'b' } }, b: {} },
      }),
    );
    expect(chart.nodes[1]).toMatchObject({ entry: ['greet', 'raise R'], exit: ['leave'] });
    expect(chart.edges.map(({ trigger }) => trigger)).toEqual([{ type: 'after', delay: '1 s' }]);
  });

  it('is JSON', () => {
    for (const machine of Object.values(aslMachines)) {
      const chart = chartOf(machine);
      expect(JSON.parse(JSON.stringify(chart))).toEqual(chart);
    }
  });
});

describe('the chart of an Amazon States Language definition', () => {
  const named = (name: string) => {
    const machine = aslMachines[name] ?? expect.fail(name);
    const chart = chartOf(machine);
    const names = new Map(chart.nodes.map((node) => [node.id, node.name]));
    const edges = chart.edges.map(({ source, targets, trigger, guard }) => {
      const goals = targets.map((id) => names.get(id)).join();
      return `${names.get(source)} ${trigger.type}${guard === undefined ? '' : ` [${guard}]`} → ${goals}`;
    });
    return { chart, names: [...names.values()], edges };
  };

  it('has a node for each state, with its retries and catches as edges', () => {
    const { names, edges, chart } = named('shipment');
    expect(names).toEqual([
      'shipment',
      'Reserve',
      'Charge',
      'Ship',
      'Backorder',
      'Apologize',
      'Failed',
      'end',
    ]);
    expect(edges).toEqual([
      'Reserve done → Charge',
      'Reserve retry → Reserve',
      'Reserve error → Backorder',
      'Reserve error → Apologize',
      'Charge done → Ship',
      'Charge retry → Charge',
      'Charge error → Apologize',
      'Ship done → end',
      'Backorder after → Reserve',
      'Apologize done → Failed',
    ]);
    const [outOfStock, all] = chart.edges.filter(({ trigger }) => trigger.type === 'error');
    expect([outOfStock?.trigger, all?.trigger]).toEqual([
      { type: 'error', src: 'Reserve', errors: ['OutOfStock'] },
      { type: 'error', src: 'Reserve' },
    ]);
    expect(chart.nodes[1]?.invokes).toMatchObject([{ src: 'Reserve', label: 'reserve' }]);
  });

  it('says the conditions of a choice, and what else there is', () => {
    const { edges } = named('approval');
    expect(edges.filter((edge) => edge.startsWith('Amount?'))).toEqual([
      'Amount? always [$.amount > 10000] → Ask the board',
      'Amount? always [$.amount > 1000 and $.vip = false] → Ask a manager',
      'Amount? always → Approve',
    ]);
    expect(named('moderation').edges).toContain('Clean? always [$states.input.score < 0.2] → Publish');
  });

  it('has the branches of a Parallel state as regions, and the states of a Map in a row', () => {
    const { chart, names } = named('enrichment');
    expect(names.slice(1, 4)).toEqual(['Fetch both', 'branch 1', 'Customer']);
    expect(chart.nodes[1]).toMatchObject({ kind: 'parallel', asl: 'Parallel' });
    expect(named('batch').chart.nodes.find(({ name }) => name === 'Each file')?.invokes).toMatchObject([
      { label: 'each: Convert, Publish' },
    ]);
  });
});
