import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartOf } from '../../../console/chart/chartOf.ts';
import type { Drawing } from '../../../console/chart/drawing.ts';
import { type Deadlines, layOutChart } from '../../../console/chart/layout.ts';
import type { LayoutCache } from '../../../console/chart/layoutCache.ts';
import { LayoutWorker } from '../../../console/chart/layoutWorker.ts';
import { widest } from '../../../console/chart/regions.ts';
import { svgOfChart } from '../../../console/chart/svgOfChart.ts';
import { denseMachine } from './examples/generatedMachines.ts';
import { exampleMachines } from './examples/index.ts';
import { judge } from './geometry.ts';

/** A machine that is busy with other tests gives the same drawing. */
const patient: Deadlines = { straight: 60_000, plain: 61_000, unlabelled: 62_000 };

/** The machines that the prototype drew, and two more. */
const mostCrossings: Readonly<Record<string, number>> = {
  onboarding: 2,
  claim: 6,
  generated60: 2,
  generated200: 10,
};

let worker: LayoutWorker;
beforeAll(() => {
  worker = new LayoutWorker();
});
afterAll(() => worker.close());

describe('the drawing of each example', () => {
  it.each(Object.keys(exampleMachines))(
    '%s keeps every rule',
    async (name) => {
      const machine = exampleMachines[name];
      if (!machine) throw new Error(name);
      const drawing = await layOutChart(chartOf(machine), { worker, deadlinesMs: patient });
      const { faults, crossings, jogs } = judge(drawing);
      const layout = name === 'generated200' ? 'plain' : 'straight';
      expect({ faults, layout: drawing.layout }).toEqual({ faults: [], layout });
      expect(drawing.width).toBeLessThanOrEqual(widest);
      expect(crossings).toBeLessThanOrEqual(mostCrossings[name] ?? 2);
      // Two lines that meet at a small circle leave no room.
      if (name !== 'claim') expect(jogs).toEqual([]);
      else expect(jogs.length).toBeLessThanOrEqual(2);
    },
    90_000,
  );

  it.each(['order', 'loan', 'onboarding', 'claim', 'creditCheck', 'enrichment'])(
    '%s keeps every rule without straight lines, and without words',
    async (name) => {
      const chart = chartOf(exampleMachines[name] ?? expect.fail());
      for (const from of ['plain', 'unlabelled'] as const) {
        const drawing = await layOutChart(chart, { worker, deadlinesMs: patient, from });
        expect({ layout: drawing.layout, faults: judge(drawing).faults }).toEqual({
          layout: from,
          faults: [],
        });
      }
    },
    90_000,
  );

  it('has the same bytes each time, also from another worker', async () => {
    const other = new LayoutWorker();
    const draw = async (by: LayoutWorker) =>
      JSON.stringify(
        await layOutChart(chartOf(exampleMachines.claim ?? expect.fail()), {
          worker: by,
          deadlinesMs: patient,
        }),
      );
    expect(await draw(other)).toBe(await draw(worker));
    await other.close();
  });
});

describe('a layout', () => {
  const kept = new Map<string, Drawing>();
  const cache: LayoutCache = {
    read: async (key) => kept.get(key),
    write: async (key, drawing) => {
      kept.set(key, drawing);
    },
  };
  const chart = chartOf(exampleMachines.payment ?? expect.fail());

  it('is kept, and made again where a text of the chart is another', async () => {
    const first = await layOutChart(chart, { worker, cache, deadlinesMs: patient });
    expect(await layOutChart(chart, { worker, cache, deadlinesMs: patient })).toBe(first);
    await layOutChart(
      { ...chart, machine: 'other', nodes: chart.nodes.map((node) => ({ ...node, name: `${node.name}2` })) },
      { worker, cache, deadlinesMs: patient },
    );
    expect(kept.size).toBe(2);
  });

  it('that does not come in time gives way to an outline with every state and transition', async () => {
    const hurried = new LayoutWorker();
    const drawing = await layOutChart(chart, {
      worker: hurried,
      deadlinesMs: { straight: 0, plain: 0, unlabelled: 0 },
    });
    await hurried.close();
    expect(drawing.layout).toBe('outline');
    expect(drawing.nodes.map(({ id }) => id)).toEqual(chart.nodes.map(({ id }) => id));
    const shown = drawing.nodes.flatMap(({ rows }) => rows.flatMap(({ edges }) => edges));
    expect(shown.toSorted()).toEqual(chart.edges.map(({ id }) => id).toSorted());
    const outside = judge({ ...drawing, edges: [] }).faults;
    expect(outside).toEqual([]);
  });
});

describe('a dense chart', () => {
  it('is drawn without words, which would make it several pages wide, and keeps the rules', async () => {
    const chart = chartOf(denseMachine('dense', 60, 120, 3));
    const drawing = await layOutChart(chart, { worker, deadlinesMs: patient });
    expect({ layout: drawing.layout, faults: judge(drawing).faults }).toEqual({
      layout: 'unlabelled',
      faults: [],
    });
    expect(drawing.width).toBeLessThan(2000);
  }, 90_000);

  it('is printed with its words: a picture has no card that shows them', async () => {
    expect(await svgOfChart(chartOf(denseMachine('dense', 60, 120, 3)))).toContain('<g class="label"');
  }, 90_000);

  it('is answered within seven seconds, as well as the time allows', async () => {
    const own = new LayoutWorker();
    const begun = performance.now();
    const drawing = await layOutChart(chartOf(denseMachine('dense', 60, 240, 3)), { worker: own });
    expect(performance.now() - begun).toBeLessThan(7000);
    expect(drawing.nodes.length).toBeGreaterThan(60);
    await own.close();
  }, 20_000);
});
