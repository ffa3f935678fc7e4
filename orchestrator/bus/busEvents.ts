import type { Json } from '../core/data/json.ts';
import type { ExecutionStatus } from '../core/execution/model/execution.ts';
import { hasEnded } from '../core/execution/model/execution.ts';
import { isObject } from '../table/attributes.ts';
import type { CommitRecord } from '../table/commitRecord.ts';
import {
  type BusEvent,
  detailType,
  type ExecutionEmitted,
  type ExecutionStatusChange,
  eventSourceName,
} from './bus.ts';

/**
 * An event takes 256 KB on EventBridge, with all that is around the output.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
const longestDataBytes = 200 * 1024;
/** As in Step Functions. */
const longestCause = 32_768;

/** The events that a commit sends to the bus, in its order. The same record gives the same events. */
export function busEvents({ execution, emitted }: CommitRecord): BusEvent[] {
  const time = new Date(execution.updatedAt).toISOString();
  // An execution can pass through several statuses in one commit: the item has the last.
  const last = emitted.findLastIndex((each) => 'status' in each);
  return emitted.map((each, index): BusEvent => {
    const of = {
      id: `${execution.executionId}/${execution.version}/${index}`,
      executionId: execution.executionId,
      machine: execution.machine,
      machineVersion: execution.machineVersion ?? null,
    };
    if ('status' in each) {
      const change = statusChange(execution, each.status, index === last);
      return {
        source: eventSourceName,
        'detail-type': detailType.statusChange,
        time,
        detail: { ...of, name: execution.executionId, ...change },
      };
    }
    return {
      source: eventSourceName,
      'detail-type': detailType.emitted,
      time,
      detail: { ...of, ...toldEvent(each.event) },
    };
  });
}

function toldEvent(event: Json): Pick<ExecutionEmitted, 'event' | 'eventDetails'> {
  if (isShortEnough(event)) return { event };
  return {
    event: { type: (isObject(event) ? event.type : undefined) ?? '' },
    eventDetails: { included: false },
  };
}

function isShortEnough(data: Json): boolean {
  return Buffer.byteLength(JSON.stringify(data)) <= longestDataBytes;
}

type Change = Omit<ExecutionStatusChange, 'id' | 'executionId' | 'machine' | 'machineVersion' | 'name'>;

function statusChange(
  { startedAt, endedAt, output, outputAt, error }: CommitRecord['execution'],
  status: ExecutionStatus,
  isCurrent: boolean,
): Change {
  const isIncluded = output !== undefined && isShortEnough(output);
  // A large output is in the store: the client fetches it.
  const isElsewhere = isCurrent && status !== 'RUNNING' && outputAt !== undefined;
  const result = isCurrent && status !== 'RUNNING' ? { output, error } : {};
  return {
    status,
    startDate: startedAt,
    stopDate: hasEnded(status) ? (endedAt ?? null) : null,
    output: isIncluded ? (result.output ?? null) : null,
    outputDetails: result.output === undefined && !isElsewhere ? null : { included: isIncluded },
    error: result.error?.name ?? null,
    errorCode: result.error?.code ?? null,
    cause: result.error?.message.slice(0, longestCause) ?? null,
  };
}
