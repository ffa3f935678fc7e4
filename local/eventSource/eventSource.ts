import { setMaxListeners } from 'node:events';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { EventSourceDescription } from '../../infra/description.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { DiscardedBatch, InvokeFunction, RetryWait } from './delivery.ts';
import { eventFilter } from './eventFilter.ts';
import type { EventSourceFaultDraws } from './faults.ts';
import { type EventSourceMetrics, noMetrics } from './metrics.ts';
import type { PollInterval } from './shardReader.ts';
import { ShardTree } from './shardTree.ts';

/** A function fed from a table's stream, as Lambda's event source mapping feeds it. */
export interface EventSource {
  /** Ends after the invocations under way. Records that they did not take come again at the next start. */
  stop(): Promise<void>;
  metrics(): EventSourceMetrics;
  /**
   * Resolves when every record that is in the stream now was delivered or discarded.
   *
   * @throws EventSourceStoppedError if the event source is stopped before
   */
  drained(): Promise<void>;
}

export interface EventSourceOptions {
  readonly streamsClient: DynamoDBStreamsClient;
  readonly streamArn: string;
  readonly eventSource: EventSourceDescription;
  readonly invoke: InvokeFunction;
  /** Told of records that are given up. @default a line in the log */
  readonly onDiscarded?: (batch: DiscardedBatch) => void;
  /** Where a restart goes on. @default none: each start begins with the oldest record of the stream */
  readonly checkpoints?: Checkpoints;
  readonly faults?: EventSourceFaultDraws;
  /** @default 20 ms after a few records, 60 ms after many, growing to 250 ms while there are none */
  readonly poll?: PollInterval;
  /** Doubled with each retry of a batch. @default from 100 ms to 10 s */
  readonly retryWait?: RetryWait;
  readonly clock?: Clock;
  readonly log?: (line: string) => void;
}

const defaultPoll: PollInterval = { busyMs: 20, loadedMs: 60, idleMs: 250 };
const defaultRetryWait: RetryWait = { initialMs: 100, maximumMs: 10_000 };

/** Starts to read the stream from its beginning, or from the checkpoints, and to invoke the function. */
export function startEventSource(options: EventSourceOptions): EventSource {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // Each shard listens, and there may be many.
  const log = options.log ?? (() => {});
  const metrics = noMetrics();
  const shards = new ShardTree({
    ...options,
    client: options.streamsClient,
    passesFilter: eventFilter(options.eventSource.filters),
    onDiscarded: options.onDiscarded ?? ((batch) => log(discardedLine(batch))),
    checkpoints: options.checkpoints,
    faults: options.faults,
    poll: options.poll ?? defaultPoll,
    retryWait: options.retryWait ?? defaultRetryWait,
    clock: options.clock ?? systemClock,
    signal: controller.signal,
    metrics,
    log,
  });
  const running = shards.run();

  return {
    async stop() {
      controller.abort();
      await running;
      options.checkpoints?.flush();
    },
    metrics: () => ({ ...metrics, faults: options.faults?.counts() ?? metrics.faults }),
    drained: () => shards.drained(),
  };
}

/** For a log. */
export function discardedLine({
  shardId,
  records,
  invocations,
  functionError,
  responsePayload,
}: DiscardedBatch): string {
  const range = `${records[0]?.sequenceNumber} to ${records.at(-1)?.sequenceNumber}`;
  return (
    `Event source: gave up ${records.length} records (${range} of ${shardId}) after ${invocations} invocations, ` +
    `the last of which answered ${functionError ?? 'batch item failures'}: ${responsePayload}`
  );
}
