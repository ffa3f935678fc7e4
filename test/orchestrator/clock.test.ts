import { describe, expect, it } from 'vitest';
import { type ClockOptions, clockHandler, lookOnce } from '../../orchestrator/handlers/clock.ts';
import type { WakeEvent } from '../../orchestrator/handlers/wake.ts';
import type { Activity } from '../../orchestrator/observability/activity.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import type { DueExecution, DueRequest } from '../../orchestrator/table/requests.ts';
import { VirtualTime } from '../support/virtualTime.ts';

/** An index, a wake function and time, of which the test decides what they do. */
class ClockRig {
  readonly time = new VirtualTime();
  readonly reports: Report[] = [];
  readonly activities: Activity[] = [];
  /** In shard 0, by wake. */
  due: DueExecution[];
  /** When each call was made, and for whom. */
  readonly calls: { readonly at: number; readonly ids: readonly string[] }[] = [];
  /** When shard 0 was asked for its first page. */
  readonly looks: number[] = [];
  mostInFlight = 0;
  /** The work of the wake function. @default each of its wakes moves on at once */
  wakeFunction: (ids: readonly string[]) => Promise<string | undefined> = async (ids) => this.moveOn(ids);
  #inFlight = 0;

  constructor(due: readonly DueExecution[] = []) {
    this.due = [...due];
  }

  get options(): ClockOptions {
    return {
      table: { index: { listDue: async (request) => this.#page(request) } },
      callWake: (event) => this.#called(event),
      indexShards: 2,
      report: (report) => void this.reports.push(report),
      observe: (activity) => void this.activities.push(activity),
      now: () => this.time.now,
      sleep: (ms) => this.time.sleep(ms),
    };
  }

  moveOn(ids: readonly string[]): undefined {
    this.due = this.due.filter(({ executionId }) => !ids.includes(executionId));
  }

  /** Runs of the clock, begun at these times. */
  async run(...startMs: number[]): Promise<void> {
    const runs = startMs.map(async (ms) => {
      if (ms > 0) await this.time.sleep(ms);
      await clockHandler(this.options)();
    });
    await this.time.runUntil(Promise.all(runs));
  }

  callsOf(executionId: string): number[] {
    return this.calls.filter(({ ids }) => ids.includes(executionId)).map(({ at }) => at);
  }

  #page({ shard, until, limit, cursor }: DueRequest) {
    if (shard > 0) return { items: [] };
    if (cursor === undefined) this.looks.push(this.time.now);
    const [at, id] = cursor === undefined ? [-1, ''] : (JSON.parse(cursor) as [number, string]);
    const isAfter = (each: DueExecution) => each.wakeAt > at || (each.wakeAt === at && each.executionId > id);
    const found = this.due.filter((each) => each.wakeAt <= until && isAfter(each));
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return last && found.length > limit
      ? { items, cursor: JSON.stringify([last.wakeAt, last.executionId]) }
      : { items };
  }

  async #called({ wakes }: WakeEvent): Promise<string | undefined> {
    const ids = wakes.map(({ executionId }) => executionId);
    this.calls.push({ at: this.time.now, ids });
    this.#inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    try {
      return await this.wakeFunction(ids);
    } finally {
      this.#inFlight -= 1;
    }
  }
}

const executions = (count: number, wakeAt = 0): DueExecution[] =>
  Array.from({ length: count }, (_, i) => ({ executionId: `e${String(i).padStart(5, '0')}`, wakeAt }));
const idsOf = (due: readonly DueExecution[]) => due.map(({ executionId }) => executionId);

describe('a run of the clock', () => {
  it('looks once a second, for a few seconds longer than until the next run is due', async () => {
    const rig = new ClockRig();
    await rig.run(0);
    expect(rig.looks).toEqual(Array.from({ length: 65 }, (_, second) => second * 1000));
  });

  it('leaves no second out, though the run after it begins seconds late', async () => {
    const rig = new ClockRig();
    await rig.run(0, 64_500);
    const seconds = new Set(rig.looks.map((at) => Math.round(at / 1000)));
    expect([...seconds].sort((a, b) => a - b)).toEqual(Array.from({ length: 130 }, (_, second) => second));
  });

  it('measures how long the longest-due execution has been due, whatever becomes of its wake', async () => {
    const rig = new ClockRig(executions(300));
    rig.wakeFunction = async () => 'Runtime exited';
    await rig.run(40_000);
    const ages = rig.activities.flatMap((activity) => (activity.type === 'overdue' ? [activity.ageMs] : []));
    expect(ages.slice(0, 3)).toEqual([40_000, 41_000, 42_000]);
    expect(rig.activities.every(({ type }) => type === 'overdue')).toBe(true);
  });

  it('calls the wake function within a second of what falls due, and never before', async () => {
    const rig = new ClockRig(
      Array.from({ length: 300 }, (_, i) => ({ executionId: `e${i}`, wakeAt: i * 200 + 37 })),
    );
    const due = [...rig.due];
    await rig.run(0);
    for (const { executionId, wakeAt } of due) {
      const [calledAt = -1, ...again] = rig.callsOf(executionId);
      expect(calledAt).toBeGreaterThanOrEqual(wakeAt);
      expect(calledAt).toBeLessThan(wakeAt + 1000);
      expect(again).toEqual([]);
    }
  });
});

describe('when very many are due', () => {
  it('one look calls for all of them, over as many pages as it takes, a few at a time', async () => {
    const due = executions(2620);
    const rig = new ClockRig(due);
    rig.wakeFunction = async (ids) => {
      await rig.time.sleep(50);
      return rig.moveOn(ids);
    };
    await rig.time.runUntil(lookOnce(rig.options));
    expect(rig.calls.flatMap(({ ids }) => ids).sort()).toEqual(idsOf(due));
    expect(Math.max(...rig.calls.map(({ ids }) => ids.length))).toBe(25);
    expect(rig.mostInFlight).toBe(4);
  });

  it('those that were due first are called first', async () => {
    const due = Array.from({ length: 1000 }, (_, i) => ({ executionId: `e${i}`, wakeAt: i }));
    const rig = new ClockRig(due);
    rig.time.now = 5000;
    await rig.time.runUntil(lookOnce(rig.options));
    expect(rig.calls.flatMap(({ ids }) => ids)).toEqual(idsOf(due));
  });
});

describe('invariant 8: an execution that cannot be woken delays no other', () => {
  it('though more than a page of them stay due', async () => {
    const stuck = executions(600);
    const rig = new ClockRig([...stuck, { executionId: 'healthy', wakeAt: 20_500 }]);
    rig.wakeFunction = async (ids) => rig.moveOn(ids.filter((id) => id === 'healthy'));
    await rig.run(0);
    expect(rig.callsOf('healthy')).toEqual([21_000]);
  });

  it('and is called less and less often', async () => {
    const rig = new ClockRig(executions(1));
    rig.wakeFunction = async () => undefined;
    await rig.run(0);
    expect(rig.callsOf('e00000')).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 47_000, 63_000]);
  });

  it('though its wake takes very long', async () => {
    const rig = new ClockRig([
      ...executions(5),
      ...Array.from({ length: 20 }, (_, i) => ({ executionId: `healthy${i}`, wakeAt: 1500 + i * 1000 })),
    ]);
    rig.wakeFunction = async (ids) => {
      if (ids.some((id) => id.startsWith('e'))) await rig.time.sleep(30_000);
      return rig.moveOn(ids);
    };
    await rig.run(0);
    for (let i = 0; i < 20; i++) expect(rig.callsOf(`healthy${i}`)).toEqual([2000 + i * 1000]);
    expect(rig.callsOf('e00000')).toEqual([0]);
  });

  it('though it breaks the wake function: the others of its call are called without it', async () => {
    const rig = new ClockRig(executions(20));
    rig.wakeFunction = async (ids) => (ids.includes('e00007') ? 'Runtime exited' : rig.moveOn(ids));
    await rig.run(0);
    expect(idsOf(rig.due)).toEqual(['e00007']);
    for (const { executionId } of executions(20)) {
      if (executionId !== 'e00007') expect(rig.callsOf(executionId)).toHaveLength(2);
    }
    expect(rig.reports[0]).toEqual({ type: 'wakeFailed', error: 'Runtime exited' });
  });

  it('though many of them let the wake function hang', async () => {
    const rig = new ClockRig([...executions(20), { executionId: 'healthy', wakeAt: 15_500 }]);
    rig.wakeFunction = async (ids) => {
      if (!ids.some((id) => id.startsWith('e'))) return rig.moveOn(ids);
      await rig.time.sleep(10_000);
      return 'Task timed out';
    };
    await rig.run(0);
    expect(rig.callsOf('healthy')).toEqual([16_000]);
  });
});

describe('what the wake function or the table has no capacity for', () => {
  it('is called again until there is, with no more calls than are in flight at most', async () => {
    const due = executions(400);
    const rig = new ClockRig(due);
    let capacity = 0;
    rig.wakeFunction = async (ids) => {
      if (capacity <= 0) throw new Error('TooManyRequestsException');
      capacity -= 1;
      return rig.moveOn(ids);
    };
    const running = rig.run(0);
    await rig.time.reach(10_000);
    expect(rig.calls.length).toBeLessThan(100);
    capacity = 100;
    await running;
    expect(rig.due).toEqual([]);
    expect(rig.calls.slice(-16).every(({ ids }) => ids.length === 25)).toBe(true);
  });

  it('is not reported while Lambda throttles for a moment, as it does in every burst', async () => {
    const rig = new ClockRig(executions(100));
    let refused = 0;
    rig.wakeFunction = async (ids) => {
      if (refused++ < 4) throw throttled();
      return rig.moveOn(ids);
    };
    await rig.run(0);
    expect(rig.due).toEqual([]);
    expect(rig.reports).toEqual([]);
  });

  it('is reported once a look where Lambda throttles for longer', async () => {
    const rig = new ClockRig(executions(100));
    rig.wakeFunction = async () => Promise.reject(throttled());
    const running = rig.run(0);
    await rig.time.reach(4_900);
    expect(rig.reports).toEqual([]);
    await rig.time.reach(8_000);
    expect(rig.reports[0]).toEqual({
      type: 'wakeFailed',
      error: 'TooManyRequestsException: Rate Exceeded.',
    });
    rig.wakeFunction = async (ids) => rig.moveOn(ids);
    await running;
  });

  it('is reported at once where the call fails otherwise', async () => {
    const rig = new ClockRig(executions(1));
    let calls = 0;
    rig.wakeFunction = async (ids) => {
      if (calls++ === 0) throw new Error('connect ECONNREFUSED');
      return rig.moveOn(ids);
    };
    await rig.run(0);
    expect(rig.reports).toEqual([{ type: 'wakeFailed', error: 'Error: connect ECONNREFUSED' }]);
  });

  it('is found again by a look after one that the table refused', async () => {
    const rig = new ClockRig(executions(3));
    const { listDue } = rig.options.table.index;
    let refused = 0;
    const options = {
      ...rig.options,
      table: {
        index: {
          listDue: async (request: DueRequest) => {
            if (refused++ < 2) throw new Error('ProvisionedThroughputExceededException');
            return listDue(request);
          },
        },
      },
    };
    await rig.time.runUntil(clockHandler(options)());
    expect(rig.callsOf('e00000')).toEqual([1000]);
    expect(rig.reports).toMatchObject([{ type: 'tableFailed' }, { type: 'tableFailed' }]);
  });
});

function throttled(): Error {
  return Object.assign(new Error('Rate Exceeded.'), { name: 'TooManyRequestsException' });
}
