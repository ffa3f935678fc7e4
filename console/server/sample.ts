import type { ExecutionDescription, ExecutionStatus, ListedExecution } from '../../client/index.ts';
import type { MachineNumbers, PricePerMillion, StateNumbers } from './api.ts';
import { mapConcurrently } from './concurrently.ts';
import { pricePerMillion, writeUnitsOf } from './prices.ts';
import type { ConsoleService } from './service.ts';
import { courseOf, leavesOf, percentile, type StateVisit } from './stateTimes.ts';

/** Executions of a sample that are read: each costs a read or two. */
const runningAtMost = 100;
const endedAtMost = 24;
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
  const now = new Map<string, number>();
  for (const { state } of descriptions) {
    for (const leaf of leavesOf(state)) now.set(leaf, (now.get(leaf) ?? 0) + 1);
  }
  return {
    now: [...now].map(([state, count]) => ({ state, count })).sort((a, b) => b.count - a.count),
    runningSampled: descriptions.length,
    ...(await endedNumbers(service, machine)),
  };
}

async function endedNumbers(
  { client, machines }: ConsoleService,
  machine: string,
): Promise<Pick<MachineNumbers, 'states' | 'endedSampled' | 'price'>> {
  const { items } = await client.browse({ machines: [machine], statuses: endedStatuses, limit: endedAtMost });
  const definitions = await machines.definitions();
  const options = definitions.length > 0 ? { machines: definitions } : {};
  const visits: StateVisit[] = [];
  const failures = new Map<string, number>();
  let [executions, writeUnits, stateTransitions] = [0, 0, 0];
  const courses = await mapConcurrently(items, atOnce, async ({ executionId }) => {
    const inspection = await unlessGone(client.inspect(executionId, options));
    const recording = inspection && (await unlessGone(client.record(executionId)));
    return recording && { course: courseOf(inspection.entries), units: writeUnitsOf(recording) };
  });
  for (const each of courses) {
    if (!each) continue;
    executions += 1;
    visits.push(...each.course.visits);
    stateTransitions += each.course.stateTransitions;
    writeUnits += each.units.reduce((sum, part) => sum + part.writeUnits, 0);
    for (const state of each.course.failedIn) failures.set(state, (failures.get(state) ?? 0) + 1);
  }
  return {
    states: stateNumbers(visits, failures),
    endedSampled: executions,
    ...(executions > 0 && { price: pricePerMillion(writeUnits / executions, stateTransitions / executions) }),
  };
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

/** The price of a machine's executions, of a few that ended last. */
export async function priceOf(
  service: ConsoleService,
  machine: string,
): Promise<{ readonly sampled: number; readonly price?: PricePerMillion }> {
  const { endedSampled, price } = await endedNumbers(service, machine);
  return { sampled: endedSampled, ...(price && { price }) };
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ExecutionNotFound') return undefined;
    throw error;
  }
}
