import { definedMachine } from '../asl/deployedMachine.ts';
import type { HistoryEvent, HistoryEventType } from '../asl/history/historyEvent.ts';
import { recordedHistory } from '../asl/history/historyRecorder.ts';
import type { MapRunRecord } from '../asl/history/mapRunRecord.ts';
import type { JsonObject } from '../asl/json.ts';
import {
  readDefinition,
  type StoredDefinition,
  storedDefinition,
} from '../orchestrator/definitions/storedDefinition.ts';
import { outcomeOf } from './describedExecution.ts';
import { type FoundExecution, startOf } from './executionAt.ts';
import { deployedRole, findDeployed } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';

/**
 * The events of an execution, as Step Functions would have them: its log is replayed with its definition. A machine of code has
 * no states of Step Functions: then there are its start and its end.
 */
export async function executionEvents(
  surroundings: ApiSurroundings,
  found: FoundExecution,
): Promise<readonly HistoryEvent[]> {
  return (await executionHistory(surroundings, found)).events;
}

/**
 * The same with the runs of distributed Maps.
 *
 * @param item the place of an item whose events the runs have too
 */
export async function executionHistory(
  surroundings: ApiSurroundings,
  found: FoundExecution,
  item?: number,
): Promise<{ readonly events: readonly HistoryEvent[]; readonly mapRuns: readonly MapRunRecord[] }> {
  const definition = found.execution && (await definitionFor(surroundings, found));
  if (!definition) return { events: startAndEnd(surroundings, found), mapRuns: [] };
  const { machine, arn, roleArn } = definition;
  const { executionId, execution } = found;
  let isWhole = true;
  const recorded = await recordedHistory(
    { executionId, machine, arn, roleArn, ...(item !== undefined && { item }) },
    async function* (observe, id) {
      const machines = [definedMachine(definition, { observe })];
      for await (const entry of surroundings.client.historyAll(id, { machines })) {
        // A definition or a log that is not what it was: what is known is shown.
        if (entry.notReplayed) isWhole = false;
        if (!isWhole) return;
        yield entry;
      }
    },
  );
  return execution && isWhole && recorded.events.length > 0
    ? recorded
    : { events: startAndEnd(surroundings, found), mapRuns: [] };
}

/** The definition that the execution runs by. */
async function definitionFor(
  surroundings: ApiSurroundings,
  { machine, version }: FoundExecution,
): Promise<StoredDefinition | undefined> {
  const deployed = await findDeployed(surroundings, machine, version);
  if (!deployed) {
    return version === undefined ? undefined : readDefinition(surroundings.table.registry, machine, version);
  }
  const { definition } = deployed;
  if (definition === undefined) return undefined;
  const { prefix: arn } = surroundings.arns;
  const stored = storedDefinition({ machine, definition, type: 'STANDARD', roleArn: deployedRole, arn });
  return { ...stored, version: deployed.version };
}

const endEvents = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
} as const satisfies Record<string, HistoryEventType>;

function startAndEnd(surroundings: ApiSurroundings, found: FoundExecution): readonly HistoryEvent[] {
  const { execution, input = {} } = found;
  const started: HistoryEvent = {
    id: 1,
    previousEventId: 0,
    timestamp: startOf(surroundings, found),
    type: 'ExecutionStarted',
    details: { input: JSON.stringify(input), inputDetails: { truncated: false }, roleArn: deployedRole },
  };
  if (!execution || !isEnd(execution.status)) return [started];
  const { output, error, cause } = outcomeOf(execution);
  const details: JsonObject = {
    ...(output !== undefined && { output, outputDetails: { truncated: false } }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  };
  const timestamp = execution.endedAt ?? execution.updatedAt;
  return [started, { id: 2, previousEventId: 1, timestamp, type: endEvents[execution.status], details }];
}

function isEnd(status: string): status is keyof typeof endEvents {
  return Object.hasOwn(endEvents, status);
}
