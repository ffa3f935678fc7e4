import { setTimeout } from 'node:timers/promises';
import type { Count, ExecutionDescription, ExecutionStatus, ListedExecution } from '../../client/index.ts';
import type { MachineNumbers, PricePerMillion, StateNumbers } from './api.ts';
import { mapConcurrently } from './concurrently.ts';
import { pricePerMillion, writeUnitsOf } from './prices.ts';
import type { ConsoleService } from './service.ts';
import { type Course, courseOf, leavesOf, percentile } from './stateTimes.ts';

/** Executions of a sample that are read: each costs a read or two. A machine with no more of them is measured exactly. */
const runningAtMost = 250;
const endedAtMost = 250;
const atOnce = 8;
/** Entries of histories, after which a sample has enough. */
const entriesAtMost = 50_000;
/** A sample is read again after this time. */
const keptMs = 30_000;
const endedStatuses: readonly ExecutionStatus[] = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];

/** Executions that are gone by the time they are read do not count. */
export async function describeAll(
  { client }: Pick<ConsoleService, 'client'>,
  executions: readonly ListedExecution[],
): Promise<readonly ExecutionDescription[]> {
  const found = await mapConcurrently(executions, atOnce, ({ executionId }) =>
    unlessGone(client.describe(executionId)),
  );
  return found.filter((each) => each !== undefined);
}

/** The numbers of a machine, apart from those of its sample: the table keeps none, so that they cost no write. */
export async function statesNow(
  service: ConsoleService,
  machine: string,
): Promise<Pick<MachineNumbers, 'now' | 'runningSampled'>> {
  const { items } = await service.client.browse({
    machines: [machine],
    statuses: ['RUNNING'],
    limit: runningAtMost,
  });
  const descriptions = await describeAll(service, items);
  const leaves = descriptions.flatMap(({ state }) => leavesOf(state));
  return {
    now: counted(leaves).map(([state, count]) => ({ state, count })),
    runningSampled: descriptions.length,
  };
}

export interface SampleNumbers
  extends Pick<MachineNumbers, 'states' | 'ends' | 'endedSampled' | 'isMeasuring' | 'price'> {
  /** Executions that have ended, as far as the sample goes. */
  readonly listed: Count;
}

/** Samples of the executions of each machine that ended last. They are read in the background: an answer has those so far. */
export class Samples {
  readonly #service: ConsoleService;
  readonly #byMachine = new Map<string, Sample>();

  constructor(service: ConsoleService) {
    this.#service = service;
  }

  /** The numbers once all are read, or those after a time. */
  async numbers(machine: string, withinMs: number): Promise<SampleNumbers> {
    const sample = this.#of(machine);
    await sample.read(withinMs);
    return sample.numbers();
  }

  #of(machine: string): Sample {
    const known = this.#byMachine.get(machine);
    if (known?.isFresh()) return known;
    const sample = new Sample(this.#service, machine);
    this.#byMachine.set(machine, sample);
    return sample;
  }
}

interface Measured {
  readonly course: Course;
  readonly writeUnits: number;
}

class Sample {
  readonly #found: Measured[] = [];
  readonly #whole: Promise<void>;
  #entries = 0;
  #listed: Count = { count: 0, isPartial: true };
  #endedAt: number | undefined;

  constructor(service: ConsoleService, machine: string) {
    this.#whole = this.#measure(service, machine).finally(() => {
      this.#endedAt = performance.now();
    });
    // The requests that wait for it get the error.
    this.#whole.catch(() => {});
  }

  isFresh(): boolean {
    return this.#endedAt === undefined || performance.now() - this.#endedAt < keptMs;
  }

  async read(withinMs: number): Promise<void> {
    const controller = new AbortController();
    const late = setTimeout(withinMs, undefined, { signal: controller.signal }).catch(() => {});
    try {
      await Promise.race([this.#whole, late]);
    } finally {
      controller.abort();
    }
  }

  numbers(): SampleNumbers {
    const courses = this.#found.map(({ course }) => course);
    return {
      states: stateNumbers(courses),
      ends: endsOf(courses),
      endedSampled: courses.length,
      listed: this.#listed,
      isMeasuring: this.#endedAt === undefined,
      ...priceIn(this.#found),
    };
  }

  async #measure({ client, machines, signal }: ConsoleService, machine: string): Promise<void> {
    const { items, cursor } = await client.browse({
      machines: [machine],
      statuses: endedStatuses,
      limit: endedAtMost,
    });
    this.#listed = { count: items.length, isPartial: cursor !== undefined };
    const definitions = await machines.definitions();
    const options = definitions.length > 0 ? { machines: definitions } : {};
    await mapConcurrently(items, atOnce, async ({ executionId }) => {
      if (signal.aborted || this.#entries > entriesAtMost) return;
      const inspection = await unlessGone(client.inspect(executionId, options));
      const recording = inspection && (await unlessGone(client.record(executionId)));
      if (!recording) return;
      this.#entries += inspection.entries.length;
      const writeUnits = writeUnitsOf(recording).reduce((sum, part) => sum + part.writeUnits, 0);
      this.#found.push({ course: courseOf(inspection.entries), writeUnits });
    });
  }
}

function endsOf(courses: readonly Course[]): MachineNumbers['ends'] {
  const ends = courses.flatMap(({ end }) => end ?? []);
  return endedStatuses.flatMap((status) =>
    counted(ends.filter((end) => end.status === status).map(({ state }) => state)).map(([state, count]) => ({
      status,
      state,
      count,
    })),
  );
}

function priceIn(measured: readonly Measured[]): { readonly price?: PricePerMillion } {
  const { length } = measured;
  if (length === 0) return {};
  const mean = (of: (each: Measured) => number) => measured.reduce((sum, each) => sum + of(each), 0) / length;
  const writeUnits = mean((each) => each.writeUnits);
  const stateTransitions = mean(({ course }) => course.stateTransitions);
  return {
    price: {
      taskSteps: mean(({ course }) => course.taskSteps),
      ...pricePerMillion(writeUnits, stateTransitions),
    },
  };
}

/** Each text once with its number, the most frequent first. */
function counted(texts: readonly string[]): readonly (readonly [text: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function stateNumbers(courses: readonly Course[]): StateNumbers[] {
  const visits = courses.flatMap((course) => course.visits);
  const failures = new Map(counted(courses.flatMap(({ failedIn }) => failedIn)));
  const states = [...new Set([...visits.map(({ state }) => state), ...failures.keys()])];
  return states.map((state) => {
    const times = visits.filter((visit) => visit.state === state).map(({ ms }) => ms);
    times.sort((a, b) => a - b);
    return {
      state,
      visits: times.length,
      p50Ms: percentile(times, 0.5),
      p95Ms: percentile(times, 0.95),
      failures: failures.get(state) ?? 0,
    };
  });
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ExecutionNotFound') return undefined;
    throw error;
  }
}
