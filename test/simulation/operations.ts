import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import type { Control } from '../../orchestrator/core/execution/model/entries.ts';
import type { ListLimits } from '../../orchestrator/core/policy/listLimits.ts';
import { eventTypes } from '../core/machine/differential/generateMachine.ts';
import type { Draws } from './draws.ts';
import { isCalm } from './faults.ts';
import type { ExampleName } from './machines.ts';

/** The operations of users and operators in a run, at their time. */
export type Operation = { readonly atMs: number } & (
  | {
      readonly type: 'start';
      readonly executionId: string;
      readonly machine: string;
      readonly input: Json;
      /** For a generated machine. */
      readonly index?: number;
    }
  | {
      readonly type: 'event';
      readonly executionId: string;
      readonly eventId: string;
      readonly event: string;
      readonly fields: JsonObject;
    }
  | {
      readonly type: 'control';
      readonly executionId: string;
      readonly eventId: string;
      readonly control: Control;
    }
  | ({
      readonly type: 'updateList';
      readonly executionId: string;
      readonly task: number;
      readonly number: number;
    } & ListLimits)
  /** Someone gives the results that are waited for. */
  | { readonly type: 'answer'; readonly executionId: string }
  /** A result of an attempt that is not open, and never will be. */
  | {
      readonly type: 'rogueResult';
      readonly executionId: string;
      readonly task: number;
      readonly attempt: number;
    }
  /** The item of an attempt whose result is in the log. */
  | { readonly type: 'foreignResult'; readonly executionId: string }
  /** Other code is deployed: whole, without the machine, or with one that cannot take up what is stored. */
  | {
      readonly type: 'deploy';
      readonly change: 'none' | 'missing' | 'incompatible';
      readonly machine: string;
    }
);

const examples: readonly [ExampleName, ...ExampleName[]] = [
  'order',
  'order',
  'loan',
  'parcel',
  'parcel',
  'sequential',
  'trip',
  'approval',
  'race',
  'race',
  'film',
  'film',
  'talk',
  'talk',
  'breaks',
  'poisoned',
  'saga',
  'saga',
];

const inputs: Readonly<Partial<Record<ExampleName, Json>>> = {
  order: {
    orderId: 'o',
    sku: 'tea',
    quantity: 1,
    amount: 100,
    card: 'c',
    email: 'a@example.org',
    country: 'NL',
  },
  loan: { caseId: 'c1', amount: 5000 },
  parcel: { city: 'Delft' },
  sequential: { from: 1 },
  trip: { cities: ['Delft', 'Gent'] },
  definition: { id: 7 },
};

const eventsOf: Readonly<Partial<Record<ExampleName, readonly [string, ...string[]]>>> = {
  loan: ['RESUME', 'RESUME', 'RESUME', 'DECLINE', 'CANCEL'],
  parcel: ['APPROVE', 'APPROVE', 'REFUSE', 'xstate.reserved'],
  sequential: ['ANYTHING'],
  trip: ['CANCEL', 'ANYTHING'],
  approval: ['TICK', 'APPROVE', 'APPROVE', 'PAY', 'PAY'],
  race: ['GO'],
  talk: ['SAY'],
  breaks: ['NEXT', 'NEXT', 'BREAK', 'GO_ON'],
  poisoned: ['BOOM', 'ANYTHING'],
  errand: ['SKIP'],
  saga: ['TELL', 'TELL', 'NEXT', 'NEXT', 'AGAIN', 'AGAIN', 'OVER'],
};

const machinesEverySeeds = 1000;
const machinesAtOnce = 40;

/**
 * Draws what is done in a run: a few executions, what is sent to them, what operators do.
 *
 * @param hasChains the worker host takes steps: machines with promises are of interest
 */
export function drawOperations(draws: Draws, hasChains: boolean): Operation[] {
  const count = draws.oneOf([1, 1, 1, 1, 1, 1, 1, 2, 2, 3], 'operations');
  const operations = Array.from({ length: count }, (_, i) =>
    drawExecution(draws, `e${i + 1}`, hasChains),
  ).flat();
  const [first] = operations;
  if (first?.type === 'start' && draws.chance(0.2, 'deploy')) {
    const atMs = draws.below(15_000, 'deploy');
    const change = draws.oneOf(['none', 'missing', 'incompatible'] as const, 'deploy');
    operations.push({ atMs, type: 'deploy', change, machine: first.machine });
    const laterMs = draws.oneOf([5000, 40_000, 200_000], 'deploy');
    operations.push({ atMs: atMs + laterMs, type: 'deploy', change: 'none', machine: first.machine });
  }
  return operations.sort((a, b) => a.atMs - b.atMs);
}

function drawExecution(draws: Draws, executionId: string, hasChains: boolean): Operation[] {
  if (hasChains && draws.chance(0.5, 'chain')) return drawRelay(draws, executionId);
  const start = drawStart(draws, executionId);
  const types = start.index === undefined ? eventsOf[exampleOf(start.machine)] : eventTypes;
  const sent = types
    ? Array.from({ length: draws.below(7, 'operations') }, (_, i): Operation => {
        const event = types[draws.below(types.length, 'operations')] ?? types[0];
        const atMs = drawTime(draws);
        const fields = { v: draws.below(6, 'operations'), by: `p${i}` };
        return { type: 'event', atMs, executionId, eventId: `${i}`, event, fields };
      })
    : [];
  return [
    start,
    ...sent,
    ...drawResults(draws, start),
    ...drawControls(draws, executionId),
    ...drawForChild(draws, start),
    ...drawUpdates(draws, start),
  ];
}

/** Its operations come while its promises settle. */
function drawRelay(draws: Draws, executionId: string): Operation[] {
  const atMs = draws.below(500, 'chain');
  const machine = draws.chance(0.4, 'checkpoint') ? 'sprint' : 'relay';
  const soon = () => atMs + draws.below(draws.oneOf([400, 1500, 1500, 5000], 'chain'), 'chain');
  const events = Array.from({ length: draws.below(4, 'chain') }, (_, i): Operation => {
    const event = draws.oneOf(['TELL', 'TELL', 'SKIP'], 'chain');
    return {
      type: 'event',
      atMs: soon(),
      executionId,
      eventId: `${i}`,
      event,
      fields: event === 'TELL' ? { v: i } : {},
    };
  });
  const controls = drawControls(draws, executionId).map((operation) => ({
    ...operation,
    atMs: atMs + (operation.atMs % 4000),
  }));
  return [
    { type: 'start', atMs, executionId, machine, input: null },
    ...events,
    ...controls.sort((a, b) => a.atMs - b.atMs),
    ...Array.from({ length: draws.below(3, 'foreign') }, (): Operation => {
      return { type: 'foreignResult', atMs: atMs + draws.below(1500, 'foreign'), executionId };
    }),
  ];
}

function drawStart(draws: Draws, executionId: string): Extract<Operation, { type: 'start' }> {
  const atMs = draws.below(2000, 'operations');
  if (draws.chance(0.5, 'operations')) {
    // Seeds near each other share machines: to prepare one takes longer than to run it.
    const index =
      Math.floor(draws.seed / machinesEverySeeds) * machinesAtOnce +
      draws.below(machinesAtOnce, 'operations');
    const input = { n: draws.below(4, 'operations') };
    return { type: 'start', atMs, executionId, machine: `g${index}`, input, index };
  }
  // Only without faults is it seen who sends what did not fit into a transaction.
  const isFan = draws.chance(isCalm(draws.seed) ? 0.008 : 0.001, 'operations');
  const isExtreme = draws.chance(0.004, 'extremes');
  // Drawn by itself, so that other seeds do what they did.
  const isBatch = draws.chance(0.05, 'lists');
  const isDefinition = draws.chance(0.06, 'definitions');
  const isCensus = draws.chance(0.004, 'longLists');
  const isMuster = draws.chance(0.03, 'failedLists');
  const isLongMuster = isMuster && draws.chance(0.4, 'failedLists');
  const isErrand = draws.chance(0.06, 'errands');
  const rare = isErrand
    ? 'errand'
    : isCensus
      ? 'census'
      : isLongMuster
        ? 'longMuster'
        : isMuster
          ? 'muster'
          : isDefinition
            ? 'definition'
            : isBatch
              ? 'batch'
              : isFan
                ? 'fan'
                : isExtreme
                  ? 'extreme'
                  : undefined;
  const machine = rare ?? draws.oneOf(examples, 'operations');
  return { type: 'start', atMs, executionId, machine, input: inputs[machine] ?? null };
}

function drawResults(
  draws: Draws,
  { executionId, machine }: { executionId: string; machine: string },
): Operation[] {
  const results: Operation[] = [];
  if (machine === 'film') {
    const count = draws.below(5, 'operations');
    for (let i = 0; i < count; i++) results.push({ type: 'answer', atMs: drawTime(draws) * 3, executionId });
  }
  if (draws.chance(0.1, 'operations')) {
    const task = draws.below(2, 'operations') * 900;
    const attempt = 50 + draws.below(3, 'operations');
    results.push({ type: 'rogueResult', atMs: drawTime(draws), executionId, task, attempt });
  }
  return results;
}

function drawControls(draws: Draws, executionId: string): Operation[] {
  const atMs = drawTime(draws);
  const control = (control: Control, afterMs: number, eventId: string = control): Operation => ({
    type: 'control',
    atMs: atMs + afterMs,
    executionId,
    eventId,
    control,
  });
  const chosen = draws.fraction('operations');
  if (chosen < 0.08) {
    return [control('suspend', 0), control('resume', draws.oneOf([500, 5000, 120_000], 'operations'))];
  }
  if (chosen < 0.12) return [control('stop', 0)];
  if (chosen < 0.2) return [control('stop', 0), control('redrive', draws.below(4000, 'operations'))];
  if (chosen < 0.24) return [control('redrive', draws.below(60_000, 'operations'))];
  return [];
}

/** A child that is suspended hears what its parent said when it is resumed, and is stopped only then. */
function drawForChild(
  draws: Draws,
  { executionId, machine }: { executionId: string; machine: string },
): Operation[] {
  if (machine !== 'saga' || !draws.chance(0.3, 'operations')) return [];
  const child = `${executionId}.${draws.below(3, 'operations')}`;
  const atMs = drawTime(draws);
  const resumeMs = atMs + draws.oneOf([300, 3000, 60_000], 'operations');
  return [
    { type: 'control', atMs, executionId: child, eventId: 'suspend', control: 'suspend' },
    { type: 'control', atMs: resumeMs, executionId: child, eventId: 'resume', control: 'resume' },
  ];
}

/** Numbers of the actors that work on lists. */
const listsOfMachines: Readonly<Partial<Record<string, readonly [number, ...number[]]>>> = {
  batch: [0],
  census: [0],
  muster: [0, 1],
  longMuster: [0, 1],
};

/** Updates of the limits of lists. Some come after later ones, and some name a list that does not exist. */
function drawUpdates(
  draws: Draws,
  { executionId, machine }: { executionId: string; machine: string },
): Operation[] {
  const tasks = listsOfMachines[machine];
  if (!tasks || !draws.chance(0.7, 'updates')) return [];
  const count = 1 + draws.below(4, 'updates');
  return Array.from({ length: count }, (_, i): Operation => {
    const spanMs = draws.oneOf([1500, 6000, 25_000], 'updates');
    return {
      type: 'updateList',
      atMs: draws.below(spanMs, 'updates'),
      executionId,
      task: draws.oneOf(tasks, 'updates'),
      number: i + 1,
      concurrency: draws.oneOf([1, 2, 3, 5, 40, 200], 'updates'),
      tolerated: draws.oneOf([1, 1, 2, 5, 400], 'updates'),
    };
  });
}

/** Most at the beginning, while there is much to meet. */
function drawTime(draws: Draws): number {
  return draws.below(draws.oneOf([300, 2500, 2500, 8000, 30_000], 'operations'), 'operations');
}

function exampleOf(machine: string): ExampleName {
  return examples.find((example) => example === machine) ?? 'sequential';
}
