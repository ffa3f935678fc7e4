import type { KeysOf } from '../../orchestrator/core/policy/options.ts';
import { checkCallOptions } from '../checkCallOptions.ts';
import { resourceOf } from '../integrations/resource.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { State, StateGraph } from '../model/model.ts';
import { readDefinition } from '../model/readDefinition.ts';
import { targetsOf } from '../model/targets.ts';

/** The counts of a definition's longest path: the one with the most states, each of them once. */
export interface PathCounts {
  /** State transitions, as Step Functions Standard counts them: one for each state that is entered. */
  readonly transitions: number;
  readonly tasks: number;
  /** Those among the tasks that wait for workers of an activity. */
  readonly activities: number;
  readonly waits: number;
  /** Items of Map states. */
  readonly items: number;
}

export interface PriceOptions {
  /** Items that each Map state is taken to have. @default 10 */
  readonly items?: number;
  /** How long a task is taken to run. @default 0.1 */
  readonly taskSeconds?: number;
}

export const priceOptionKeys: KeysOf<PriceOptions> = { items: true, taskSeconds: true };

/** The ways in which a step can be taken: docs/how-it-works.md. */
export type StepWay = 'stream' | 'nudge' | 'chain';

/** USD for a million executions along the longest path. */
export interface Price {
  /** With steps by the stream. */
  readonly millrace: number;
  /** By the way in which steps are taken. */
  readonly ways: Readonly<Record<StepWay, number>>;
  readonly standard: number;
  readonly express: number;
  readonly counts: PathCounts;
}

/** List prices of us-east-1 in USD: docs/reference/cost.md has their sources. */
export const listPrices = {
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  gbMonth: 0.25,
  request: 0.2e-6,
  gbSecond: 0.0000133334,
  transition: 25e-6,
  expressRequest: 1e-6,
  expressGbSecond: 0.00001667,
};

/**
 * Measured: docs/reference/cost.md. The task of an activity enters a queue in the index and leaves it. A wait is a commit by the clock, and a move in the index. An item of a Map state costs what
 * its states cost: its execution hosts it (docs/decisions/0027).
 */
const measured = {
  writeUnits: { execution: 5, task: 2.05, chained: 1.04, activity: 4, wait: 3 },
  readUnits: { execution: 0.5, task: 0.3, activity: 4, wait: 1, nudge: 1 },
  orchestratorMs: 5,
  orchestratorGb: 0.5,
  /** The worker host waits for the functions that it invokes. */
  hostGb: 0.5,
  kb: { execution: 1.5, task: 0.6 },
};

const expressGb = 64 / 1024;

/** The cost of a million executions here and on Step Functions. The definition must have been found valid. */
export function priceOf(definition: JsonObject, options: PriceOptions = {}): Price {
  checkCallOptions('priceOf', options, priceOptionKeys);
  const { items = 10 } = options;
  return priceOfPath(isObject(definition) ? longestPath(readDefinition(definition), items) : none, options);
}

/** The same for executions that enter these states; the counts may be averages. */
export function priceOfPath(
  counts: PathCounts,
  { taskSeconds = 0.1 }: Pick<PriceOptions, 'taskSeconds'> = {},
): Price {
  const { transitions, tasks } = counts;
  const seconds = Math.max(0.1, Math.ceil((taskSeconds * tasks) / 0.1) * 0.1);
  const million = (usd: number) => Math.round(usd * 1e8) / 100;
  const way = (each: StepWay) => million(stepsPrice(counts, taskSeconds, each));
  return {
    millrace: way('stream'),
    ways: { stream: way('stream'), nudge: way('nudge'), chain: way('chain') },
    // The end of an execution is a transition, too.
    standard: million((transitions + 1) * listPrices.transition),
    express: million(expressPrice(1, seconds)),
    counts,
  };
}

/** USD for an execution whose steps are taken in this way, as far as they can be. */
function stepsPrice({ tasks, activities, waits }: PathCounts, taskSeconds: number, way: StepWay): number {
  const { writeUnits, readUnits, kb, orchestratorMs, orchestratorGb, hostGb } = measured;
  const invoked = tasks - activities;
  const isChain = way === 'chain';
  // The worker host takes the steps of a chain: the orchestrator has those before and after it.
  const chains = isChain ? Math.min(invoked, 1 + waits + activities) : invoked;
  const taskUnits = isChain ? writeUnits.chained : writeUnits.task;
  const writes =
    writeUnits.execution + taskUnits * tasks + writeUnits.activity * activities + writeUnits.wait * waits;
  const nudges = way === 'nudge' ? invoked : 0;
  const reads =
    readUnits.execution +
    readUnits.task * (isChain ? chains + activities : tasks) +
    readUnits.activity * activities +
    readUnits.wait * waits +
    readUnits.nudge * nudges;
  const steps = 1 + chains + activities + waits + nudges;
  const months = 3;
  return (
    writes * listPrices.writeUnit +
    reads * listPrices.readUnit +
    steps * (listPrices.request + (orchestratorMs / 1000) * orchestratorGb * listPrices.gbSecond) +
    chains * listPrices.request +
    invoked * taskSeconds * hostGb * listPrices.gbSecond +
    ((kb.execution + kb.task * tasks) / 1e6) * months * listPrices.gbMonth
  );
}

/** USD for executions of an Express workflow that were billed for so long, at the least memory. */
export function expressPrice(executions: number, seconds: number): number {
  return executions * listPrices.expressRequest + seconds * expressGb * listPrices.expressGbSecond;
}

const none: PathCounts = { transitions: 0, tasks: 0, activities: 0, waits: 0, items: 0 };

function sum(a: PathCounts, b: PathCounts, times = 1): PathCounts {
  return {
    transitions: a.transitions + times * b.transitions,
    tasks: a.tasks + times * b.tasks,
    activities: a.activities + times * b.activities,
    waits: a.waits + times * b.waits,
    items: a.items + times * b.items,
  };
}

function longestPath(graph: StateGraph, items: number): PathCounts {
  const states = new Map(graph.states.map((state) => [state.name, state]));
  const known = new Map<string, PathCounts>();
  // Deep graphs: a stack of our own, with each state twice on it, before and after those that it leads to.
  const open: { readonly name: string; readonly isDone: boolean }[] = [
    { name: graph.startAt, isDone: false },
  ];
  const entered = new Set<string>();
  for (let next = open.pop(); next; next = open.pop()) {
    const { name, isDone } = next;
    const state = states.get(name);
    if (state === undefined) continue;
    if (isDone) {
      const rest = targetsOf(state).map((target) => known.get(target) ?? none);
      const longest = rest.reduce((a, b) => (b.transitions > a.transitions ? b : a), none);
      known.set(name, sum(ownCounts(state, items), longest));
    } else if (!entered.has(name)) {
      entered.add(name);
      open.push(
        { name, isDone: true },
        ...targetsOf(state).map((target) => ({ name: target, isDone: false })),
      );
    }
  }
  return known.get(graph.startAt) ?? none;
}

function ownCounts(state: State, items: number): PathCounts {
  const one = { ...none, transitions: 1 };
  switch (state.type) {
    case 'Task':
      return { ...one, tasks: 1, activities: resourceOf(state.resource).type === 'activity' ? 1 : 0 };
    case 'Wait':
      return { ...one, waits: 1 };
    case 'Parallel':
      return state.branches.reduce((counts, branch) => sum(counts, longestPath(branch, items)), one);
    case 'Map':
      return sum({ ...one, items }, longestPath(state.processor, items), items);
    default:
      return one;
  }
}
