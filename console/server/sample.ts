import type { ExecutionDescription, ExecutionStatus, ListedExecution } from '../../client/index.ts';
import type { MachineNumbers, PricePerMillion, StateNumbers } from './api.ts';
import { mapConcurrently } from './concurrently.ts';
import { pricePerMillion, writeUnitsOf } from './prices.ts';
import type { ConsoleService } from './service.ts';
import { type Course, courseOf, leavesOf, percentile, type StateVisit } from './stateTimes.ts';

/** Executions of a sample that are read: each costs a read or two. A machine with no more of them is measured exactly. */
const runningAtMost = 250;
const endedAtMost = 250;
/** A sample of long executions ends early. */
const sampleMs = 4000;
const leastSampleMs = 400;
const atOnce = 8;
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

/** The numbers of a machine: the table keeps none, so that they cost no write. */
export async function numbersOf(
  service: ConsoleService,
  machine: string,
): Promise<Omit<MachineNumbers, 'counts'>> {
  const { client } = service;
  const running = await client.browse({ machines: [machine], statuses: ['RUNNING'], limit: runningAtMost });
  const descriptions = await describeAll(service, running.items);
  const sample = await endedSample(service, machine, sampleMs);
  const { visits, failures, ends } = sample;
  return {
    now: counted(descriptions.flatMap(({ state }) => leavesOf(state))).map(([state, count]) => ({
      state,
      count,
    })),
    runningSampled: descriptions.length,
    states: stateNumbers(visits, failures),
    ends: counted(ends.map(({ status, state }) => `${status} ${state}`)).map(([end, count]) => {
      const { status, state } = ends.find((each) => `${each.status} ${each.state}` === end) ?? {
        status: 'SUCCEEDED',
        state: end,
      };
      return { status, state, count };
    }),
    endedSampled: sample.executions,
    ...priceIn(sample),
  };
}

/** The price of a machine's executions, of those that ended last. Several machines share the time of one sample. */
export async function priceOf(
  service: ConsoleService,
  machine: string,
  machines: number,
): Promise<{ readonly sampled: number; readonly price?: PricePerMillion }> {
  const sample = await endedSample(service, machine, Math.max(leastSampleMs, sampleMs / machines));
  return { sampled: sample.executions, ...priceIn(sample) };
}

interface Sample {
  readonly executions: number;
  readonly visits: readonly StateVisit[];
  readonly failures: ReadonlyMap<string, number>;
  readonly ends: readonly NonNullable<Course['end']>[];
  readonly writeUnits: number;
  readonly taskSteps: number;
  readonly stateTransitions: number;
}

async function endedSample(
  { client, machines }: ConsoleService,
  machine: string,
  forMs: number,
): Promise<Sample> {
  const { items } = await client.browse({ machines: [machine], statuses: endedStatuses, limit: endedAtMost });
  const definitions = await machines.definitions();
  const options = definitions.length > 0 ? { machines: definitions } : {};
  const endsAt = performance.now() + forMs;
  const read = await mapConcurrently(items, atOnce, async ({ executionId }) => {
    if (performance.now() > endsAt) return undefined;
    const inspection = await unlessGone(client.inspect(executionId, options));
    const recording = inspection && (await unlessGone(client.record(executionId)));
    if (!recording) return undefined;
    const units = writeUnitsOf(recording).reduce((sum, part) => sum + part.writeUnits, 0);
    return { course: courseOf(inspection.entries), units };
  });
  const found = read.filter((each) => each !== undefined);
  const sum = (of: (each: (typeof found)[number]) => number) =>
    found.reduce((total, each) => total + of(each), 0);
  return {
    executions: found.length,
    visits: found.flatMap(({ course }) => course.visits),
    failures: new Map(counted(found.flatMap(({ course }) => course.failedIn))),
    ends: found.flatMap(({ course }) => course.end ?? []),
    writeUnits: sum(({ units }) => units),
    taskSteps: sum(({ course }) => course.taskSteps),
    stateTransitions: sum(({ course }) => course.stateTransitions),
  };
}

function priceIn({ executions, writeUnits, taskSteps, stateTransitions }: Sample): {
  readonly price?: PricePerMillion;
} {
  if (executions === 0) return {};
  return {
    price: {
      taskSteps: taskSteps / executions,
      ...pricePerMillion(writeUnits / executions, stateTransitions / executions),
    },
  };
}

/** Each text once with its number, the most frequent first. */
function counted(texts: readonly string[]): readonly (readonly [text: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function stateNumbers(visits: readonly StateVisit[], failures: ReadonlyMap<string, number>): StateNumbers[] {
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
