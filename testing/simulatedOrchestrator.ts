import { functionNames } from '../orchestrator/configuration/configuration.ts';
import { type MachineLookup, machineLookup } from '../orchestrator/core/execution/model/machines.ts';
import {
  possibleActorNames,
  type prepareMachine,
  prepareMachines,
} from '../orchestrator/core/machine/index.ts';
import { TaskDispatcher } from '../orchestrator/dispatch/taskDispatcher.ts';
import type { Report } from '../orchestrator/observability/report.ts';
import { Orchestrator } from '../orchestrator/step/orchestrator.ts';
import type { StoredJson } from '../orchestrator/store/storedJson.ts';
import type { MemoryTable } from './memoryTable/memoryTable.ts';
import { observedTable } from './memoryTable/observedTable.ts';
import type { SimulatedLambda } from './simulatedLambda.ts';

export type Definition = Parameters<typeof prepareMachine>[0];

export interface SimulatedOrchestratorOptions {
  readonly definitions: readonly Definition[];
  readonly table: MemoryTable;
  readonly lambda: SimulatedLambda;
  readonly data: StoredJson | undefined;
  /** Whether tasks of activities that the registry does not have fail. */
  readonly namesActivities: boolean;
  readonly waitForMachineMs: number;
  readonly report: (report: Report) => void;
  readonly now: () => number;
  /** Gets the name of each read that the orchestrator asks of the table. */
  readonly onRead: (operation: string) => void;
}

/** An orchestrator with nothing in memory, whose machines are deployed to the simulated Lambda. */
export function simulatedOrchestrator(options: SimulatedOrchestratorOptions): Orchestrator {
  const { definitions, lambda, data, namesActivities, waitForMachineMs, report, now, onRead } = options;
  const machines = machineLookup(prepareMachines(definitions, { unnamed: '(machine)' }));
  lambda.machines = machines;
  // As the orchestrator sees it, so that what a store does inside is not taken for its reads.
  const table = observedTable(options.table, onRead);
  const dispatcher = new TaskDispatcher({
    invoker: lambda,
    machines,
    table,
    tableName: 'simulated',
    layout: { indexShards: 1 },
    functionNames: functionNames(''),
    namesActivities: () => namesActivities,
    ...(data && { data }),
    report,
    now,
  });
  const limits = { waitForMachineMs };
  return new Orchestrator({ table, machines, dispatcher, limits, report, now, hasBus: true });
}

/** Names of the workers and `fromPromise` actors of deployed machines. */
export function workerNamesOf(machines: MachineLookup | undefined): readonly string[] {
  const deployed = (machines?.ids() ?? []).flatMap((id) =>
    (machines?.versionsOf(id) ?? []).map((version) => machines?.find(id, version)),
  );
  const names = deployed.flatMap((machine) =>
    [...(machine?.sources ?? [])].flatMap(([name, { kind }]) =>
      kind === 'machine' || kind === 'eachMachine' ? [] : possibleActorNames(name),
    ),
  );
  return [...new Set(names)];
}
