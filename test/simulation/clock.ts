import { openTasks } from '../../orchestrator/core/execution/lists/runningList.ts';
import { nextDueOf } from '../../orchestrator/core/execution/tasks/tasks.ts';
import { parseMachineState } from '../../orchestrator/core/machine/index.ts';
import { shardsOfRun, visitParkedEveryMs } from '../../orchestrator/handlers/clock.ts';
import { type DueShard, lookEveryMs } from '../../orchestrator/handlers/dueShard.ts';
import type { WakeEvent } from '../../orchestrator/handlers/wake.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import { dataRenewalAt, type TableLayout } from '../../orchestrator/table/retention.ts';
import { type Instances, tableOf } from './instances.ts';
import { ProcessDiedError, SimulatedProcess, type World } from './process.ts';

interface Run {
  readonly process: SimulatedProcess;
  readonly shards: readonly DueShard[];
  readonly endsAt: number;
}

const everyMs = 60_000;
const runMs = 65_000;

/** The clock's runs, which a rule starts every minute. Looks that would find nothing are left out. */
export class SimulatedClock {
  readonly #world: World;
  readonly #layout: TableLayout;
  readonly #instances: Instances;
  readonly #report: (report: Report) => void;
  #runs: Run[] = [];
  #nextRunAt = 0;
  #nextLookAt = 0;
  /** By item: it is asked of all of them after each event, and no item changes. */
  readonly #waitsForNothing = new WeakMap<Attributes, boolean>();
  #hasRenewals = false;

  constructor(world: World, layout: TableLayout, instances: Instances, report: (report: Report) => void) {
    this.#world = world;
    this.#layout = layout;
    this.#instances = instances;
    this.#report = report;
  }

  /** When it looks next, where something is due; infinite where nothing will be. */
  nextLookAt(): number {
    const { database, schedule, mostSkewMs } = this.#world;
    const earliest = database.earliestDue((item) => this.isLeft(item)) - mostSkewMs;
    const due = this.#hasRenewals ? Math.min(earliest, nextVisitAt(schedule.now)) : earliest;
    return Math.max(schedule.now, this.#nextLookAt, Math.ceil(due / lookEveryMs) * lookEveryMs);
  }

  /** Not searched: a renewal, while none is due. */
  isLeft(item: Attributes): boolean {
    if (this.#hasRenewals) return false;
    const known = this.#waitsForNothing.get(item) ?? waitsForNothing(item, this.#layout);
    this.#waitsForNothing.set(item, known);
    return known;
  }

  /** From now on, or no longer, data is renewed while time passes. */
  renewing(hasRenewals: boolean): void {
    this.#hasRenewals = hasRenewals;
  }

  look(): void {
    const { schedule, draws } = this.#world;
    this.#nextLookAt = (Math.floor(schedule.now / lookEveryMs) + 1) * lookEveryMs;
    if (schedule.now >= this.#nextRunAt) {
      this.#nextRunAt = (Math.floor(schedule.now / everyMs) + 1) * everyMs;
      if (draws.strikes('clockStop')) {
        this.#runs = [];
        this.#nextLookAt = schedule.now + draws.below(10, 'clockStop') * everyMs;
        this.#nextRunAt = this.#nextLookAt;
        return;
      }
      this.#startRun();
      if (draws.strikes('clockOverlap')) this.#startRun();
    }
    this.#runs = this.#runs.filter(({ process, endsAt }) => !process.isDead && endsAt > schedule.now);
    for (const { shards } of this.#runs) for (const shard of shards) shard.look();
  }

  #startRun(): void {
    const { world, layout } = { world: this.#world, layout: this.#layout };
    const process = new SimulatedProcess('clock', world);
    const options = {
      table: tableOf(process, layout),
      callWake: (event: WakeEvent) => this.#callWake(process, event),
      report: this.#report,
      now: () => process.now(),
      sleep: (ms: number) => process.sleep(ms),
    };
    const { due, parked } = shardsOfRun({ ...options, indexShards: layout.indexShards }, runMs);
    for (const shard of parked) shard.look();
    this.#runs.push({ process, shards: due, endsAt: world.schedule.now + runMs });
  }

  async #callWake(process: SimulatedProcess, event: WakeEvent): Promise<string | undefined> {
    const { schedule, draws } = this.#world;
    const ids = () => event.wakes.map(({ executionId, wakeAt }) => `${executionId}@${wakeAt}`).join(' ');
    await process.call(
      () => `wake ${ids()}`,
      () => {
        if (draws.strikes('throttledInvoke')) throw new Error('TooManyRequestsException');
      },
    );
    if (draws.strikes('duplicateWake')) {
      schedule.later(draws.below(20_000, 'late'), () => schedule.begin(this.#wakeOnce(event)));
    }
    return process.doing(this.#wakeOnce(event));
  }

  async #wakeOnce(event: WakeEvent): Promise<string | undefined> {
    try {
      await this.#instances.wake(event);
      return undefined;
    } catch (error) {
      if (error instanceof ProcessDiedError) return error.message;
      throw error;
    }
  }
}

/** It is woken for a renewal of its data, and for nothing else: it would be again and again, until someone sends an event. */
function waitsForNothing(item: Attributes, layout: TableLayout): boolean {
  const execution = decodeExecution(item);
  const { status, snapshot, timeoutAt, waiting, wakeAt } = execution;
  if (status !== 'RUNNING' || waiting || wakeAt !== dataRenewalAt(execution, layout)) return false;
  const isDue = openTasks(execution).some((task) => nextDueOf(task) !== undefined);
  const hasTimers = snapshot !== undefined && parseMachineState(snapshot).timers.length > 0;
  return !isDue && !hasTimers && timeoutAt === undefined;
}

function nextVisitAt(now: number): number {
  return (Math.floor(now / visitParkedEveryMs + 0.5) + 0.5) * visitParkedEveryMs;
}
