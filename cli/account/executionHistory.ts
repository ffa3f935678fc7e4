import {
  DescribeExecutionCommand,
  DescribeStateMachineForExecutionCommand,
  paginateGetExecutionHistory,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { ScopeTrace } from '../../asl/history/trace.ts';
import { traceOf } from '../../asl/history/trace.ts';
import type { HistoryEvent } from '../../asl/index.ts';
import { loadDefinition } from '../../asl/load.ts';
import { eventsIn, identityOf } from '../compare/readRuns.ts';
import type { RecordedRun } from '../compare/recordedRun.ts';

/** The history of an execution. @param withData whether its events have their inputs and outputs */
export async function historyOf(
  sfn: SFNClient,
  executionArn: string,
  withData: boolean,
): Promise<readonly HistoryEvent[]> {
  const found: unknown[] = [];
  const pages = paginateGetExecutionHistory(
    { client: sfn, pageSize: 1000 },
    { executionArn, includeExecutionData: withData },
  );
  for await (const { events = [] } of pages) found.push(...events);
  return eventsIn(found);
}

/** An execution with its history, its input and the definition that it ran with. */
export async function recordedRunOf(sfn: SFNClient, executionArn: string): Promise<RecordedRun> {
  const [events, { definition = '' }, { input }] = await Promise.all([
    historyOf(sfn, executionArn, true),
    sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn })),
    sfn.send(new DescribeExecutionCommand({ executionArn })),
  ]);
  return {
    id: executionArn,
    definition: loadDefinition(definition, 'json').definition ?? {},
    type: 'STANDARD',
    input: input === undefined ? (traceOf(events).input ?? {}) : JSON.parse(input),
    events,
    wildcards: [],
    identity: identityOf(executionArn, events),
  };
}

/** State transitions of an execution, as Step Functions Standard counts them: each state, each retry, and the end. */
export function transitionsIn(events: readonly HistoryEvent[]): number {
  return 1 + transitionsOf(traceOf(events).root);
}

function transitionsOf({ visits }: ScopeTrace): number {
  return visits.reduce((sum, { attempts, runs }) => {
    const tries = Math.max(1, attempts.length, runs.length);
    const inner = runs.flatMap(({ branches, iterations }) => [...branches.values(), ...iterations.values()]);
    return sum + tries + inner.reduce((within, scope) => within + transitionsOf(scope), 0);
  }, 0);
}
