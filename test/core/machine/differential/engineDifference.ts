import { isDeepStrictEqual } from 'node:util';
import type { DurableActor } from './durableActor.ts';
import type { EngineActor } from './engineActor.ts';

const statuses = { active: 'RUNNING', done: 'SUCCEEDED', error: 'FAILED', stopped: 'ABORTED' } as const;

/** The first difference between an execution and the durable machine to which the same was done. */
export async function engineDifference(
  engine: EngineActor,
  durable: DurableActor,
): Promise<string | undefined> {
  const { status, snapshot, output, tasks } = await engine.execution();
  const expected = statuses[durable.status];
  if (status !== expected) return `status: it is ${status}, and must be ${expected}`;
  // A failed execution keeps the state from before.
  if (status === 'FAILED') return undefined;
  const open = tasks.map(({ task, worker, input }) => ({ task, worker, input: input ?? null }));
  return firstOf([
    ['state', parsed(snapshot), parsed(durable.stored)],
    ['output', output ?? null, durable.output ?? null],
    ['open tasks', open, status === 'RUNNING' ? durable.openTasks : []],
    ['actions and logs', engine.acted.map(parsed), durable.acted.map(parsed)],
    ['emitted events', engine.emitted.map(parsed), durable.emitted.map(parsed)],
    ['attempts begun twice', engine.way === 'checkpoint' ? [] : repeated(engine.begun), []],
  ]);
}

/** The first difference between an execution in one way and in another. */
export function statesDifference(engine: EngineActor, other: EngineActor): string | undefined {
  return firstOf([['states', engine.states(), other.states()]]);
}

/** Whether journal and log replay to what is stored. */
export async function replayDifference(engine: EngineActor): Promise<string | undefined> {
  const { snapshot } = await engine.execution();
  return firstOf([['replay', await engine.replayed(), snapshot]]);
}

function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}

type Pair = readonly [what: string, actual: unknown, expected: unknown];

function firstOf(pairs: readonly Pair[]): string | undefined {
  const differing = pairs.find(([, actual, expected]) => !isDeepStrictEqual(plain(actual), plain(expected)));
  if (!differing) return undefined;
  const [what, actual, expected] = differing;
  return `${what}: it is\n ${JSON.stringify(plain(actual))}, and must be\n ${JSON.stringify(plain(expected))}`;
}

/** Data that was in an item has its keys in another order, and each side throws an error at another place. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null), (key, part) => (key === 'stack' ? undefined : part));
}

function repeated(items: readonly string[]): readonly string[] {
  return items.filter((item, i) => items.indexOf(item) !== i);
}
