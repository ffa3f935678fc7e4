import { randomBytes } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type InvokeOnce, invokingOnce } from '../orchestrator/aws/invokeOnce.ts';
import type { NudgeAttribute, NudgeEvent } from '../orchestrator/contract/nudge.ts';
import type { TaskPayload } from '../orchestrator/contract/task.ts';
import { thrownAsJson } from '../orchestrator/core/data/thrown.ts';
import { encodeResult, type ResultItem } from '../orchestrator/table/resultItem.ts';
import { isLargerThan } from '../orchestrator/table/stored/placement.ts';

/** The orchestrator reads what is larger: Lambda bills each 256 KB of an event as a request of its own. */
const mostRecordBytes = 100 * 1024;

/**
 * The nudge for a result.
 *
 * @param id names the nudge: random
 * @param storeOverBytes larger data is in the object store, which the result does not show
 */
export function nudgeOf(
  { item, expiresAt }: Pick<TaskPayload<unknown>, 'item' | 'expiresAt'>,
  written: ResultItem,
  storeOverBytes: number,
  id = `nudge#${randomBytes(6).toString('base64url')}`,
): NudgeEvent {
  const { executionId, result } = written;
  const data = result.status === 'SUCCEEDED' ? result.output : thrownAsJson(result.error);
  const isLarge = isLargerThan(data, Math.min(storeOverBytes, mostRecordBytes));
  return {
    nudge: { executionId, item, id, ...(!isLarge && { record: imageOf(encodeResult(written, expiresAt)) }) },
  };
}

/** Invokes the function that a payload names with the result of its task. Never rejects: the stream brings the result, too. */
export function nudger(storeOverBytes: number) {
  const invoking = new Map<string, InvokeOnce>();
  return async (payload: TaskPayload<unknown>, written: ResultItem): Promise<void> => {
    const { nudge: functionName } = payload;
    if (functionName === undefined) return;
    const invoke = invoking.get(functionName) ?? invokingOnce(functionName);
    invoking.set(functionName, invoke);
    await invoke(nudgeOf(payload, written, storeOverBytes));
  };
}

/** As the event of a stream has it. */
function imageOf(attributes: Record<string, AttributeValue>): Record<string, NudgeAttribute> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, attributeImage(value)] as const),
  );
}

function attributeImage(value: AttributeValue): NudgeAttribute {
  if (value.B !== undefined) return { B: Buffer.from(value.B).toString('base64') };
  if (value.M !== undefined) return { M: imageOf(value.M) };
  if (value.L !== undefined) return { L: value.L.map(attributeImage) };
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  return { NULL: true };
}
