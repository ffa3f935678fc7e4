import type { TaskPayload } from '../contract/task.ts';
import type { JsonObject } from '../core/data/json.ts';
import type { TaskError } from '../core/data/thrown.ts';
import { dataLimitErrorName } from '../core/policy/errorNames.ts';
import { isStoredDataError, type StoredJson } from '../store/storedJson.ts';
import { isObject } from '../table/attributes.ts';

/** The field of a `lambda()` function's event that is Millrace's: which task it is. The function need not look at it. */
export const envelopeField = 'millrace';

/** Error name of an input that a function cannot be invoked with. */
const invalidInputErrorName = 'Millrace.InvalidInput';

export type LambdaEvent =
  | { readonly type: 'event'; readonly event: JsonObject }
  | { readonly type: 'deferred'; readonly error: string }
  | { readonly type: 'failed'; readonly error: TaskError };

/** The event for a function that knows nothing of Millrace: the fields of its input, and the task beside them. */
export async function lambdaEvent(payload: TaskPayload, data: StoredJson): Promise<LambdaEvent> {
  const { input: given, inputAt, table: _, chain: __, ...task } = payload;
  try {
    const input = inputAt === undefined ? given : await data.read(inputAt);
    if (input !== null && !isObject(input)) {
      return invalid(
        `The input of function '${payload.worker}' is not an object: give it one, as in { items }.`,
      );
    }
    if (input !== null && envelopeField in input) {
      return invalid(
        `The input of function '${payload.worker}' has a field '${envelopeField}', which is reserved: rename it.`,
      );
    }
    return { type: 'event', event: { ...input, [envelopeField]: task } };
  } catch (error) {
    if (!isStoredDataError(error)) throw error;
    if (error.retryable) return { type: 'deferred', error: error.message };
    const name = error.name === 'ObjectTooLargeError' ? dataLimitErrorName : error.name;
    return { type: 'failed', error: { name, message: error.message, retryable: false } };
  }
}

function invalid(message: string): LambdaEvent {
  return { type: 'failed', error: { name: invalidInputErrorName, message, retryable: false } };
}
