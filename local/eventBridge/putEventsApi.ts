import type { PutEventsEntry } from './event.ts';
import type { LocalEventBridge } from './eventBridge.ts';

/** The header that says which operation is called: AWS JSON protocol 1.1. */
export const targetHeader = 'x-amz-target';

export interface ApiAnswer {
  readonly statusCode: number;
  readonly body: string;
}

const mostEntries = 10;
const mostBytes = 256 * 1024;

/**
 * Answers a call of EventBridge's API, of which there is `PutEvents` here.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export async function answerApi(
  eventBridge: LocalEventBridge,
  operation: string,
  body: string,
): Promise<ApiAnswer> {
  if (operation !== 'AWSEvents.PutEvents') {
    return error('UnknownOperationException', `The local bus knows AWSEvents.PutEvents, not ${operation}.`);
  }
  const entries = entriesOf(body);
  if (entries === undefined || entries.length === 0 || entries.length > mostEntries) {
    return error('ValidationException', `Entries must be a list of 1 to ${mostEntries} objects.`);
  }
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > mostBytes) {
    return error('ValidationException', `Total size of the entries in the request is over the limit.`);
  }
  const results = await eventBridge.putEvents(entries);
  const failed = results.filter((result) => 'ErrorCode' in result).length;
  return { statusCode: 200, body: JSON.stringify({ FailedEntryCount: failed, Entries: results }) };
}

function entriesOf(body: string): readonly PutEventsEntry[] | undefined {
  let request: { readonly Entries?: unknown } | null;
  try {
    request = JSON.parse(body);
  } catch (problem) {
    if (problem instanceof SyntaxError) return undefined;
    throw problem;
  }
  const entries: unknown = request?.Entries;
  if (!Array.isArray(entries)) return undefined;
  return entries.every((entry) => typeof entry === 'object' && entry !== null) ? entries : undefined;
}

/** As EventBridge counts it. */
function sizeOf({ Source, DetailType, Detail, Resources, Time }: PutEventsEntry): number {
  const texts = [Source, DetailType, Detail, ...[Resources ?? []].flat()];
  return texts.reduce<number>(
    (sum, text) => sum + (typeof text === 'string' ? Buffer.byteLength(text) : 0),
    Time === undefined ? 0 : 14,
  );
}

function error(type: string, message: string): ApiAnswer {
  return { statusCode: 400, body: JSON.stringify({ __type: type, message }) };
}
