/**
 * The cost of a task step and of an execution in capacity units, from the engine's own ConsumedCapacity:
 * docs/reference/benchmarks.md. `--mode` is the way that the steps take; the results of promises have about `--result-bytes` of JSON.
 * With `--definition`, that of a definition in Amazon States Language.
 */
import type { AnyStateMachine } from 'xstate';
import { choice, count, isGiven, printResult, progress, round, runBench } from './commandLine.ts';
import { costsText } from './costTable.ts';
import { definitionCosts } from './definitionCost.ts';
import { engineNames, startNamedEngine } from './engines.ts';
import { type InProcessMillrace, startInProcessMillrace, type Usage } from './inProcessMillrace.ts';
import { leastSquares } from './leastSquares.ts';
import {
  checkpointed1,
  checkpointed5,
  checkpointed20,
  checkpointed50,
  relay1,
  relay5,
  relay20,
  relay50,
} from './machines/relay.ts';
import { sequential1, sequential5, sequential20, sequential50 } from './machines/sequential.ts';
import { type Mode, modes } from './modes.ts';
import { listPrices } from './prices.ts';
import { add } from './workers/add.ts';

interface Measured {
  readonly machine: AnyStateMachine;
  readonly tasks: number;
}

const ofWorkers: readonly Measured[] = [
  { machine: sequential1, tasks: 1 },
  { machine: sequential5, tasks: 5 },
  { machine: sequential20, tasks: 20 },
  { machine: sequential50, tasks: 50 },
];

/** Workers of their own go by the stream or nudge; promises go in the other ways. */
const machinesOf: Readonly<Record<Mode, readonly Measured[]>> = {
  stream: ofWorkers,
  nudge: ofWorkers,
  inline: [
    { machine: relay1, tasks: 1 },
    { machine: relay5, tasks: 5 },
    { machine: relay20, tasks: 20 },
    { machine: relay50, tasks: 50 },
  ],
  checkpoint: [
    { machine: checkpointed1, tasks: 1 },
    { machine: checkpointed5, tasks: 5 },
    { machine: checkpointed20, tasks: 20 },
    { machine: checkpointed50, tasks: 50 },
  ],
};

/** Per execution, on average. */
interface Point extends Usage {
  readonly tasks: number;
}

await runBench(async () => {
  const engineName = choice('engine', engineNames);
  const executions = count('executions', 20);
  const mode = choice('mode', modes);
  const resultBytes = count('result-bytes', 100);
  const machines = machinesOf[mode];
  if (isGiven('definition')) {
    const costs = await definitionCosts(engineName, executions);
    printResult({ engine: engineName, executionsAPoint: executions, costs }, () => costsText(costs));
    return;
  }
  const engine = await startNamedEngine(engineName);
  try {
    const millrace = await startInProcessMillrace(
      engine.endpoint,
      machines.map(({ machine }) => machine),
      add,
      { mode, isPaced: mode === 'inline' || mode === 'checkpoint' },
    );
    const points: Point[] = [];
    try {
      for (const { machine, tasks } of machines) {
        points.push(await measure(millrace, machine.id, tasks, { executions, resultBytes }));
        progress(`${executions} executions of ${tasks} tasks: done`);
      }
    } finally {
      await millrace.stop();
    }
    const result = {
      engine: engineName,
      mode,
      ...(machines !== ofWorkers && { resultBytes }),
      executionsAPoint: executions,
      ...summary(points),
      points,
    };
    printResult(result, () => text(result));
  } finally {
    await engine.stop();
  }
});

async function measure(
  millrace: InProcessMillrace,
  machine: string,
  tasks: number,
  { executions, resultBytes }: { readonly executions: number; readonly resultBytes: number },
): Promise<Point> {
  const ids = Array.from({ length: executions }, (_, i) => `${machine}-${String(i).padStart(6, '0')}`);
  millrace.usage();
  await millrace.run(machine, ids, { from: 0, resultBytes });
  const { writeUnits, readUnits, orchestratorCalls, orchestratorInvocations } = millrace.usage();
  return {
    tasks,
    writeUnits: round(writeUnits / executions, 3),
    readUnits: round(readUnits / executions, 3),
    orchestratorCalls: round(orchestratorCalls / executions, 3),
    orchestratorInvocations: round(orchestratorInvocations / executions, 3),
  };
}

type Summary = ReturnType<typeof summary>;

function summary(points: readonly Point[]) {
  const lineOf = (value: (point: Point) => number) =>
    leastSquares(points.map((point) => ({ x: point.tasks, y: value(point) })));
  const writes = lineOf((point) => point.writeUnits);
  const reads = lineOf((point) => point.readUnits);
  const calls = lineOf((point) => point.orchestratorCalls);
  const invocations = lineOf((point) => point.orchestratorInvocations);
  const { writeUnit, readUnit } = listPrices.dynamodb;
  return {
    slopeWriteUnits: round(writes.slope, 3),
    interceptWriteUnits: round(writes.intercept, 3),
    readUnitsPerStep: round(reads.slope, 3),
    readUnitsPerExecution: round(reads.intercept, 3),
    orchestratorCallsPerStep: round(calls.slope, 3),
    /** Batches of the stream, which have steps of several executions, and nudges. */
    orchestratorInvocationsPerStep: round(invocations.slope, 3),
    /** Table alone; `millrace` bills the orchestrator's Lambda time beside it. */
    usdPerMillionSteps: round((writes.slope * writeUnit + reads.slope * readUnit) * 1e6, 3),
  };
}

function text(
  result: Summary & { engine: string; mode: Mode; executionsAPoint: number; points: readonly Point[] },
): string {
  const rows = result.points.map(
    ({ tasks, writeUnits, readUnits, orchestratorCalls }) =>
      `${String(tasks).padStart(5)}  ${writeUnits.toFixed(2).padStart(11)}  ${readUnits.toFixed(2).padStart(10)}  ` +
      orchestratorCalls.toFixed(2).padStart(18),
  );
  return [
    `Capacity units of an execution, by ${result.engine}, over ${result.executionsAPoint} executions a row`,
    '',
    'tasks  write units  read units  orchestrator calls',
    ...rows,
    '',
    `A task step:  ${result.slopeWriteUnits} write units (at most 2.05), ${result.readUnitsPerStep} read units (at most ${result.mode === 'nudge' ? 1 : 0.3}),`,
    `              ${result.orchestratorCallsPerStep} AWS calls of the orchestrator (at most ${result.mode === 'nudge' ? 3.3 : 2.3})`,
    `An execution: ${result.interceptWriteUnits} write units beside its steps (at most 5), ${result.readUnitsPerExecution} read units`,
    `A million task steps: ${result.usdPerMillionSteps} USD for the table`,
  ].join('\n');
}
