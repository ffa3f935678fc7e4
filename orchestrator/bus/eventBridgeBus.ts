import type {
  EventBridgeClient,
  EventBridgeClientConfig,
  PutEventsRequestEntry,
  PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { forManySmallRequests, lean, quietly } from '../aws/client.ts';
import { eachLimited } from '../concurrency/eachLimited.ts';
import { describeError } from '../observability/report.ts';
import type { Bus, BusEvent, PublishFailure, PublishResult } from './bus.ts';

export interface EventBridgeBusOptions {
  /** Name or ARN of the event bus. */
  readonly eventBusName: string;
  /** Endpoint, region and credentials otherwise come from the environment, as in any AWS SDK (`AWS_ENDPOINT_URL_EVENTBRIDGE`). */
  readonly client?: EventBridgeClientConfig;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const mostEntries = 10;
/** The limit for all entries of a call: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const mostBytes = 256 * 1024;
const callsAtATime = 8;

/** An event bus of EventBridge. What `PutEvents` does not take is answered as failed, entry by entry. */
export class EventBridgeBus implements Bus {
  readonly #eventBusName: string;
  readonly #config: EventBridgeClientConfig;
  #put: Promise<PutEvents> | undefined;

  constructor({ eventBusName, client = {} }: EventBridgeBusOptions) {
    this.#eventBusName = eventBusName;
    this.#config = client;
  }

  async publish(events: readonly BusEvent[]): Promise<PublishResult> {
    this.#put ??= openClient(this.#config);
    const put = await this.#put;
    const failures: PublishFailure[] = [];
    const entries = events.map((event) => ({ id: event.detail.id, entry: this.#entry(event) }));
    await eachLimited(callsOf(entries), callsAtATime, async (call) => {
      failures.push(...(await failuresOf(put, call)));
    });
    return { failures };
  }

  #entry({ source, 'detail-type': detailType, time, detail }: BusEvent): PutEventsRequestEntry {
    return {
      EventBusName: this.#eventBusName,
      Source: source,
      DetailType: detailType,
      Time: new Date(time),
      Detail: JSON.stringify(detail),
    };
  }
}

type PutEvents = (entries: PutEventsRequestEntry[]) => Promise<readonly PutEventsResultEntry[]>;

/** The SDK is loaded with the first event: a publisher to another bus has no use for it. */
async function openClient(config: EventBridgeClientConfig): Promise<PutEvents> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
  const client: EventBridgeClient = lean(
    quietly(() => new EventBridgeClient({ ...forManySmallRequests(), maxAttempts: 3, ...config })),
  );
  return async (entries) => (await client.send(new PutEventsCommand({ Entries: entries }))).Entries ?? [];
}

interface NumberedEntry {
  /** The event's `detail.id`. */
  readonly id: string;
  readonly entry: PutEventsRequestEntry;
}

/** As many entries a call as it takes, in their order. One that is too large by itself has a call of its own to fail. */
function callsOf(entries: readonly NumberedEntry[]): NumberedEntry[][] {
  const calls: NumberedEntry[][] = [];
  let bytes = 0;
  for (const each of entries) {
    const size = sizeOf(each.entry);
    const last = calls.at(-1);
    if (last && last.length < mostEntries && bytes + size <= mostBytes) {
      last.push(each);
      bytes += size;
    } else {
      calls.push([each]);
      bytes = size;
    }
  }
  return calls;
}

/** As EventBridge counts it: 14 bytes for the time, and the texts. */
function sizeOf({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number {
  return 14 + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}

async function failuresOf(put: PutEvents, call: readonly NumberedEntry[]): Promise<PublishFailure[]> {
  let results: readonly PutEventsResultEntry[];
  try {
    results = await put(call.map(({ entry }) => entry));
  } catch (error) {
    const reason = describeError(error);
    return call.map(({ id }) => ({ id, reason }));
  }
  return call.flatMap(({ id }, index) => {
    const { EventId: eventId, ErrorCode: code, ErrorMessage: message } = results[index] ?? {};
    if (eventId !== undefined && code === undefined) return [];
    return [{ id, reason: `${code ?? 'NoAnswer'}: ${message ?? 'EventBridge says nothing of this event.'}` }];
  });
}
