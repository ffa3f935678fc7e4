import { describe, expect, it } from 'vitest';
import type { HistoryEffect, HistoryEntry } from '../../../client/index.ts';
import { horizonOf, project, scaleOf, ticksOf, unproject } from '../../../console/timeline/scale.ts';
import type { Timeline, Zoom } from '../../../console/timeline/timeline.ts';
import { Course, timelineOf } from '../../../console/timeline/timelineOf.ts';
import { processorTimeMs } from '../../support/processorTime.ts';

const start = Date.parse('2026-03-01T12:00:00.000Z');
const iso = (ms: number) => new Date(start + ms).toISOString();

type Given = Partial<Omit<HistoryEntry, 'transition'>> & {
  readonly to?: string | object;
  readonly effects?: readonly HistoryEffect[];
  readonly ended?: 'SUCCEEDED' | 'FAILED';
};

function historyOf(...entries: readonly (readonly [ms: number, given: Given])[]): readonly HistoryEntry[] {
  return entries.map(
    ([ms, { to, effects = [], ended, ...given }], i): HistoryEntry => ({
      number: i + 1,
      at: iso(ms),
      kind: 'wake',
      reference: '',
      verdict: { type: 'applied' },
      ...given,
      transition: {
        ...(to !== undefined && { to: to as string }),
        taken: [],
        changes: [],
        effects,
        ...(ended && { ended }),
      },
    }),
  );
}

const started = (task: number, worker: string, attempt = 1): HistoryEffect => ({
  type: 'taskStarted',
  task,
  worker,
  attempt,
});
const result = (task: number, attempt = 1, status: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED') =>
  ({ kind: 'result', task, attempt, status }) as const;

const payment = historyOf(
  [0, { kind: 'start', to: 'charging', effects: [started(0, 'charge')] }],
  [
    100,
    {
      ...result(0, 1, 'FAILED'),
      to: 'charging',
      effects: [{ type: 'retrySet', task: 0, worker: 'charge', attempt: 2, at: iso(60_100) }],
    },
  ],
  [60_100, { to: 'charging', effects: [started(0, 'charge', 2)] }],
  [
    60_200,
    {
      ...result(0, 2),
      to: 'waiting',
      effects: [{ type: 'timerSet', event: { type: 'xstate.after.60000.m.waiting' }, dueAt: iso(120_200) }],
    },
  ],
  [
    90_000,
    {
      kind: 'event',
      event: { type: 'GO' },
      to: 'both',
      effects: [
        { type: 'timerCancelled', event: { type: 'xstate.after.60000.m.waiting' } },
        started(1, 'mail'),
        started(2, 'mail'),
      ],
    },
  ],
  [90_050, { ...result(1), to: 'both' }],
);

describe('a timeline', () => {
  const timeline = timelineOf(payment, start + 95_000);

  it('has attempts, waits between them and timers, each with its outcome', () => {
    const bars = timeline.bars.map(({ kind, lane, from, to, outcome, attempt }) => [
      kind,
      lane,
      from.at - start,
      to && to.at - start,
      outcome,
      attempt,
    ]);
    expect(bars).toEqual([
      ['attempt', 'worker charge', 0, 100, 'failed', 1],
      ['retryWait', 'worker charge', 100, 60_100, 'due', 2],
      ['attempt', 'worker charge', 60_100, 60_200, 'succeeded', 2],
      ['timer', 'timers', 60_200, 90_000, 'cancelled', undefined],
      ['attempt', 'worker mail', 90_000, 90_050, 'succeeded', 1],
      ['attempt', 'worker mail', 90_000, undefined, undefined, 1],
    ]);
  });

  it('has a lane a worker, rows for what overlaps, and the attempts of a task in one row', () => {
    expect(timeline.lanes).toEqual([
      { id: 'events', kind: 'events', label: 'events', rows: 1 },
      { id: 'worker charge', kind: 'worker', label: 'charge', rows: 1 },
      { id: 'worker mail', kind: 'worker', label: 'mail', rows: 2 },
      { id: 'timers', kind: 'timers', label: 'timers', rows: 1 },
    ]);
    expect(timeline.bars.map(({ row }) => row)).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('has the events as points, and the band of states', () => {
    expect(timeline.points).toMatchObject([
      { kind: 'event', label: 'GO', at: { entry: 5 }, isIgnored: false },
    ]);
    expect(
      timeline.states.map(({ label, from, to }) => [label, from.at - start, to && to.at - start]),
    ).toEqual([
      ['charging', 0, 60_200],
      ['waiting', 60_200, 90_000],
      ['both', 90_000, undefined],
    ]);
  });

  it('ends now while something is open, and its scale has room into which that lengthens', () => {
    expect(timeline).toMatchObject({ isLive: true, end: start + 95_000 });
    const horizon = horizonOf(timeline, start + 96_000);
    expect(horizon).toBeGreaterThan(start + 110_000);
    for (const zoom of ['collapsed', 'real', 'byEntry'] as const) {
      const scale = scaleOf({ ...timeline, end: horizon }, 600, zoom);
      const x = (ms: number) => project(scale, { at: start + ms, entry: 6 });
      if (zoom !== 'byEntry') expect(x(97_000)).toBeGreaterThan(x(96_000));
      expect(x(97_000)).toBeLessThanOrEqual(600);
    }
    // The scale stays while there is room, and nothing that was drawn moves.
    expect(horizonOf(timeline, start + 100_000, horizon)).toBe(horizon);
    expect(horizonOf(timeline, horizon + 1, horizon)).toBeGreaterThan(horizon);
  });

  it('of an execution that has ended does not move on', () => {
    const ended = timelineOf(
      payment.slice(0, 4).concat(historyOf([70_000, { to: 'done', ended: 'SUCCEEDED' }])),
      start + 1e9,
    );
    expect(ended).toMatchObject({ isLive: false, end: start + 70_000 });
    expect(horizonOf(ended, start + 2e9, start + 9e9)).toBe(start + 70_000);
  });

  it.each(['collapsed', 'real', 'byEntry'] as const)(
    'has ticks that do not touch one another (%s)',
    (zoom) => {
      const scale = scaleOf(timeline, 600, zoom);
      const ticks = ticksOf(scale, timeline.start, (ms) => `${ms} ms`);
      expect(ticks.length).toBeGreaterThan(0);
      for (const [i, { x }] of ticks.entries()) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(600);
        expect(x - (ticks[i - 1]?.x ?? -100)).toBeGreaterThan(50);
      }
    },
  );

  it('shows children until their result, stops, and times without a worker', () => {
    const child = { type: 'childStarted', executionId: 'e.1', machine: 'insure', version: '1' } as const;
    const { bars, lanes } = timelineOf(
      historyOf(
        [0, { kind: 'start', to: 'a', effects: [child, started(2, 'slow')] }],
        [10, { kind: 'control', control: 'suspend', to: 'a' }],
        [20, { kind: 'control', control: 'resume', to: 'a' }],
        [
          30,
          {
            kind: 'message',
            sender: 'e.1',
            messages: [{ type: 'done', output: 1, task: 1 } as never],
            to: 'b',
            effects: [{ type: 'taskStopped', task: 2, worker: 'slow', attempt: 1 }],
          },
        ],
      ),
      start + 50,
    );
    expect(bars.map(({ kind, outcome, to }) => [kind, outcome, to && to.at - start])).toEqual([
      ['child', 'succeeded', 30],
      ['attempt', 'stopped', 30],
      ['suspended', 'due', 20],
    ]);
    expect(lanes.map(({ kind }) => kind)).toEqual(['events', 'children', 'worker']);
  });
});

describe('a scale', () => {
  const timeline = timelineOf(payment, start + 95_000);
  const zooms: readonly Zoom[] = ['collapsed', 'real', 'byEntry'];

  it('collapses idle gaps to one width, and gives each active stretch a least width', () => {
    const { segments } = scaleOf(timeline, 800, 'collapsed');
    expect(segments.map(({ isCollapsed }) => isCollapsed)).toEqual([false, true, false, true, false]);
    for (const { isCollapsed, x0, x1 } of segments) {
      if (isCollapsed) expect(x1 - x0).toBe(34);
      else expect(x1 - x0).toBeGreaterThanOrEqual(26);
    }
    expect(segments.at(-1)?.x1).toBeCloseTo(790);
  });

  it('does not collapse a gap that is short beside the busy time', () => {
    const steady = timelineOf(
      historyOf(
        [0, { kind: 'start', to: 'a', effects: [started(0, 'w')] }],
        [1000, { ...result(0), to: 'b' }],
        [1200, { to: 'c', effects: [started(1, 'w')] }],
        [2200, { ...result(1), to: 'd', ended: 'SUCCEEDED' }],
      ),
      0,
    );
    expect(scaleOf(steady, 500, 'collapsed').segments).toHaveLength(1);
  });

  it('projects in the order of time, and back', () => {
    for (const zoom of zooms) {
      const scale = scaleOf(timeline, 640, zoom);
      const places = payment.map(({ at = '', number }) =>
        project(scale, { at: Date.parse(at), entry: number }),
      );
      expect(places).toEqual([...places].sort((a, b) => a - b));
      for (const [i, x] of places.entries()) {
        const entry = payment[i];
        const expected = zoom === 'byEntry' ? entry?.number : Date.parse(entry?.at ?? '');
        expect(unproject(scale, x)).toBeCloseTo(expected ?? 0, 0);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(640);
      }
    }
  });

  it('gives each entry the same width by entry', () => {
    const scale = scaleOf(timeline, 620, 'byEntry');
    const places = [1, 2, 3, 4, 5, 6].map((entry) => Math.round(project(scale, { at: 0, entry })));
    expect(places).toEqual([10, 130, 250, 370, 490, 610]);
  });

  it('holds for no time at all, one entry and no width', () => {
    const one = timelineOf(historyOf([0, { kind: 'start', to: 'a', ended: 'SUCCEEDED' }]), start);
    const empty: Timeline = timelineOf([], start);
    for (const each of [one, empty]) {
      for (const zoom of zooms) {
        for (const width of [0, 5, 300]) {
          const x = project(scaleOf(each, width, zoom), { at: start, entry: 1 });
          expect(Number.isFinite(x)).toBe(true);
        }
      }
    }
  });

  it('is the same for a history that comes in parts, and what was shown before stays as it was', () => {
    const course = new Course();
    const shown: [Timeline, Timeline][] = [];
    for (const [i, entry] of payment.entries()) {
      course.add([entry]);
      const timeline = course.timeline(start + 95_000);
      expect(timeline).toEqual(timelineOf(payment.slice(0, i + 1), start + 95_000));
      shown.push([timeline, structuredClone(timeline)]);
    }
    for (const [timeline, then] of shown) expect(timeline).toEqual(then);
  });

  it('of 20,000 entries with as many gaps is quick', () => {
    const entries = Array.from({ length: 10_000 }, (_, i) => [
      [i * 100_000, { to: 'a', effects: [started(i, `w${i % 7}`)] }] as const,
      [i * 100_000 + 10, { ...result(i), to: 'b' }] as const,
    ]).flat();
    const history = historyOf(...entries);
    const long = timelineOf(history, start);
    const scale = scaleOf(long, 1200, 'collapsed');
    const taken = processorTimeMs(() => {
      scaleOf(timelineOf(history, start), 1200, 'collapsed');
      for (const { from } of long.bars) project(scale, from);
    });
    expect(taken).toBeLessThan(1000);
    expect(long.bars).toHaveLength(10_000);
    const last = scale.segments.at(-1);
    expect(last?.x1).toBeCloseTo(1190);
  });
});
