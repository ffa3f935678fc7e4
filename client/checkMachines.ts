import {
  type ExecutionStatus,
  executionStatuses,
  hasEnded,
} from '../orchestrator/core/execution/model/execution.ts';
import { ExecutionNotFoundError } from './errors.ts';
import { machineId } from './identifiers.ts';
import { listAllExecutions } from './list.ts';
import type { MachineReference } from './machineTypes.ts';
import { mapConcurrently } from './mapConcurrently.ts';
import { lookupOf, type MachineDefinition, type ReplayReport, replayExecution } from './replay.ts';
import type { ClientSurroundings } from './surroundings.ts';

export interface CheckMachinesOptions {
  /** Today's definitions, every version that is to be deployed. */
  readonly machines: readonly MachineDefinition[];
  /** The one machine to check, or its id. @default every one of `machines` */
  readonly machine?: MachineReference;
  /** Executions of each machine in each status. @default 100 */
  readonly limit?: number;
}

/** Those that run come first: they are what a deployment can break. */
const statuses: readonly ExecutionStatus[] = [
  ...executionStatuses.filter((status) => !hasEnded(status)),
  ...executionStatuses.filter(hasEnded),
];

const concurrency = 4;

/**
 * Replays what is recorded in the table by today's definitions.
 *
 * @throws MachineNotDurableError, DuplicateMachineError, AmbiguousVersionError
 */
export async function* checkMachines(
  surroundings: ClientSurroundings,
  { machines, machine, limit = 100 }: CheckMachinesOptions,
): AsyncGenerator<ReplayReport, void, undefined> {
  const lookup = lookupOf(machines);
  const ids = machine === undefined ? lookup.ids() : [machineId(machine)];
  const executionIds = listed(surroundings, ids, limit);
  const replayed = mapConcurrently(executionIds, concurrency, (executionId) =>
    reportOf(surroundings, executionId, lookup),
  );
  for await (const report of replayed) if (report) yield report;
}

async function* listed(surroundings: ClientSurroundings, ids: readonly string[], limit: number) {
  for (const status of statuses) {
    for (const machine of ids) {
      let left = limit;
      for await (const { executionId } of listAllExecutions(surroundings, { machine, status })) {
        if (left-- <= 0) break;
        yield executionId;
      }
    }
  }
}

/** A list lags behind: what it names may have expired. */
async function reportOf(
  surroundings: ClientSurroundings,
  executionId: string,
  lookup: ReturnType<typeof lookupOf>,
): Promise<ReplayReport | undefined> {
  try {
    return await replayExecution(surroundings, executionId, lookup);
  } catch (error) {
    if (error instanceof ExecutionNotFoundError) return undefined;
    throw error;
  }
}
