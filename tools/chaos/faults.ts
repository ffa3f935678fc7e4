import { setTimeout as pause } from 'node:timers/promises';
import { drawDynamoDBFaults } from '../../local/dynamodb/faults.ts';
import { drawEventSourceFaults } from '../../local/eventSource/faults.ts';
import { seededRandom } from '../../testing/seededRandom.ts';
import { type FunctionProcess, functionProcesses } from '../bench/functionProcesses.ts';
import type { RestartableEngine } from './restartableEngine.ts';

/** Faults that hit the running system from outside. */
export const outsideFaults = [
  'orchestrator killed',
  'wake killed',
  'on-failure function killed',
  'publisher killed',
  'worker killed',
  'clock killed',
  'clock stood still',
  'engine stopped and started',
  'table throttled, slow and failing for a while',
] as const;
export type OutsideFault = (typeof outsideFaults)[number];

const weights: Readonly<Record<OutsideFault, number>> = {
  'orchestrator killed': 6,
  'wake killed': 1,
  'on-failure function killed': 0.5,
  'publisher killed': 0.5,
  'worker killed': 8,
  'clock killed': 0.2,
  'clock stood still': 0.6,
  'engine stopped and started': 0.7,
  'table throttled, slow and failing for a while': 1.5,
};

/** Faults inside the local cloud, by seed. Those of the table come in bursts: they are off at first. */
export function drawnFaults(seed: number, workers: readonly string[]) {
  const dynamodb = drawDynamoDBFaults({
    seed,
    rules: [
      { fault: 'throttle', probability: 0.15 },
      { fault: 'dropAfterWrite', probability: 0.04 },
      { fault: 'dropBeforeWrite', probability: 0.02, answer: 'internalServerError' },
      { fault: 'transactionConflict', probability: 0.02 },
      { fault: 'delay', probability: 0.05, minimumMs: 20, maximumMs: 400 },
    ],
  });
  dynamodb.setEnabled(false);
  const records = { duplicateRecord: 0.03, duplicateBatch: 0.03, delay: 0.03, maximumDelayMs: 1000 };
  const eventSource = drawEventSourceFaults({ seed: seed + 1, ...records });
  const busEventSource = drawEventSourceFaults({ seed: seed + 3, ...records });
  const lambda = {
    seed: seed + 2,
    functionNames: workers,
    crash: 0.004,
    duplicate: 0.02,
    throttle: 0.02,
    drop: 0.002,
    delay: 0.01,
    maximumDelayMs: 1000,
  };
  return { dynamodb, eventSource, lambda, bus: { eventSource: busEventSource } };
}

export interface OutsideFaultsOptions {
  readonly seed: number;
  readonly engine: RestartableEngine;
  readonly dynamodb: { setEnabled(enabled: boolean): void };
  /** Function names, as deployed. */
  readonly functions: Readonly<Record<'orchestrator' | 'wake' | 'failed' | 'publisher' | 'clock', string>>;
  readonly workers: readonly string[];
  /** Mean time from one to the next. */
  readonly everyMs: number;
}

export interface OutsideFaults {
  counts(): Readonly<Record<OutsideFault, number>>;
  /** Resolves when all is whole again. */
  stop(): Promise<void>;
}

/** Draws kind and time of each fault from the seed; which of several processes is hit depends on the machine's pace. */
export function startOutsideFaults(options: OutsideFaultsOptions): OutsideFaults {
  const { engine, dynamodb, functions, workers, everyMs } = options;
  const random = seededRandom(options.seed);
  const counts = Object.fromEntries(outsideFaults.map((each) => [each, 0])) as Record<OutsideFault, number>;
  const underWay = new Map<OutsideFault, Promise<void>>();
  let stopped = false;

  const hits = async (holds: (functionName: string) => boolean, signal: NodeJS.Signals) => {
    const processes = (await functionProcesses()).filter((each) => holds(each.functionName));
    const victim = processes[Math.floor(random() * processes.length)];
    return victim !== undefined && sendSignal(victim, signal) ? victim : undefined;
  };
  const between = (minimumMs: number, maximumMs: number) =>
    pause(minimumMs + random() * (maximumMs - minimumMs));

  const killed = (holds: (functionName: string) => boolean) => async () =>
    (await hits(holds, 'SIGKILL')) !== undefined;

  const strike: Readonly<Record<OutsideFault, () => Promise<boolean>>> = {
    'orchestrator killed': killed((name) => name === functions.orchestrator),
    'wake killed': killed((name) => name === functions.wake),
    'on-failure function killed': killed((name) => name === functions.failed),
    'publisher killed': killed((name) => name === functions.publisher),
    'worker killed': killed((name) => workers.includes(name)),
    'clock killed': killed((name) => name === functions.clock),
    'clock stood still': async () => {
      const clock = await hits((name) => name === functions.clock, 'SIGSTOP');
      if (!clock) return false;
      await between(2000, 8000);
      sendSignal(clock, 'SIGCONT');
      return true;
    },
    'engine stopped and started': async () => {
      await engine.restart(() => between(200, 2500));
      return true;
    },
    'table throttled, slow and failing for a while': async () => {
      dynamodb.setEnabled(true);
      await between(500, 3000);
      dynamodb.setEnabled(false);
      return true;
    },
  };

  const run = async () => {
    for (;;) {
      await pause(-Math.log(1 - random()) * everyMs);
      if (stopped) return;
      const kind = drawKind(random());
      // A long fault continues beside the next ones; only the same fault does not run twice at once.
      if (underWay.has(kind)) continue;
      const struck = strike[kind]().then((happened) => {
        if (happened) counts[kind] += 1;
        underWay.delete(kind);
      });
      struck.catch(() => {}); // Thrown by `stop`.
      underWay.set(kind, struck);
    }
  };
  const running = run();
  return {
    counts: () => ({ ...counts }),
    stop: async () => {
      stopped = true;
      await running;
      await Promise.all(underWay.values());
    },
  };
}

/** False for a process that has ended. */
function sendSignal({ id }: FunctionProcess, signal: NodeJS.Signals): boolean {
  try {
    process.kill(id, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

function drawKind(drawn: number): OutsideFault {
  let left = drawn * Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  for (const kind of outsideFaults) {
    left -= weights[kind];
    if (left < 0) return kind;
  }
  return 'orchestrator killed';
}
