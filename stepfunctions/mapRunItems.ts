import type { HistoryEvent } from '../asl/history/historyEvent.ts';
import type { ItemRun, MapRunRecord } from '../asl/history/mapRunRecord.ts';
import type { JsonObject } from '../asl/json.ts';
import { itemOfName } from '../asl/mapRunArns.ts';
import { invalidRequest, noExecution } from './apiError.ts';
import { parseArn } from './arns.ts';
import { findMapRun, times } from './mapRuns.ts';
import type { ApiSurroundings } from './surroundings.ts';
import { seconds } from './times.ts';

/** The work on an item of a Map run, which is an execution of its own in Step Functions. */
export interface FoundItem {
  /** ARN of the execution whose Map run it is. */
  readonly execution: string;
  readonly run: MapRunRecord;
  readonly item: ItemRun;
  readonly events: readonly HistoryEvent[];
}

/** @throws ApiError `InvalidArn`, `ExecutionDoesNotExist` */
export async function itemAt(surroundings: ApiSurroundings, arn: string): Promise<FoundItem> {
  const { prefix } = surroundings.arns;
  const { machine, label, name } = parseArn(arn, 'execution');
  const named = itemOfName(name);
  if (!arn.startsWith(`${prefix}:`) || named === undefined) throw noExecution(arn);
  const { run: id, index } = named;
  const found = await findMapRun(surroundings, `${prefix}:mapRun:${machine}/${label}:${id}`, index);
  const item = found?.run.children.find((each) => each.index === index);
  const events = found?.run.historyOf(index);
  if (!found || !item || !events) throw noExecution(arn);
  return { execution: found.found.arn, run: found.run, item, events };
}

/** The machines of items take their steps within those of the whole execution, which alone has a status to end with. */
export async function stopItem(surroundings: ApiSurroundings, arn: string): Promise<JsonObject> {
  const { execution, item } = await itemAt(surroundings, arn);
  if (item.endedAt !== undefined) return { stopDate: seconds(item.endedAt) };
  throw invalidRequest(
    `Millrace cannot stop the execution of one item of a Map run. Stop the whole execution, '${execution}', or let a state of the item fail.`,
  );
}

/** @param isWhole its data is wanted too */
export async function describeItem(
  surroundings: ApiSurroundings,
  arn: string,
  isWhole: boolean,
): Promise<JsonObject> {
  const { run, item, events } = await itemAt(surroundings, arn);
  const { machine, label, name } = parseArn(arn, 'execution');
  const { input } = events[0]?.details ?? {};
  const hasEnded = item.status !== 'RUNNING';
  const { output, error, cause } = (hasEnded && events.at(-1)?.details) || {};
  const isOver = run.status !== 'RUNNING';
  return {
    executionArn: arn,
    stateMachineArn: surroundings.arns.stateMachine(`${machine}/${label}`),
    name,
    status: item.status,
    ...times(item),
    mapRunArn: run.arn,
    ...(isWhole && input !== undefined && { input }),
    inputDetails: { included: isWhole },
    ...(isWhole && output !== undefined && { output }),
    ...(output !== undefined && { outputDetails: { included: isWhole } }),
    ...(error !== undefined && { error }),
    ...(isWhole && cause !== undefined && { cause }),
    redriveCount: item.redrives,
    ...(isOver && hasEnded && item.status !== 'SUCCEEDED'
      ? { redriveStatus: 'REDRIVABLE_BY_MAP_RUN' }
      : {
          redriveStatus: 'NOT_REDRIVABLE',
          redriveStatusReason: `Execution is ${item.status} and cannot be redriven`,
        }),
  };
}
