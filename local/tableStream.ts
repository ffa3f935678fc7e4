import { DynamoDBStreamsClient, type DynamoDBStreamsClientConfig } from '@aws-sdk/client-dynamodb-streams';
import type { EventSourceDescription, FailuresDescription } from '../infra/description.ts';
import { quietly } from '../orchestrator/aws/client.ts';
import { fileCheckpoints } from './eventSource/checkpoints.ts';
import { discardedLine, type EventSource, startEventSource } from './eventSource/eventSource.ts';
import type { EventSourceFaultDraws } from './eventSource/faults.ts';
import { failureDestination } from './failureDestination.ts';
import type { LocalLambda } from './lambda/index.ts';

export interface TableStreamOptions {
  readonly streams: DynamoDBStreamsClientConfig;
  readonly streamArn: string;
  readonly eventSource: EventSourceDescription;
  readonly lambda: LocalLambda;
  /** Where batches go that the function did not take. @default they are dropped */
  readonly failures?: FailuresDescription | undefined;
  /** Where a restart goes on. @default each start begins with the oldest record */
  readonly checkpointFile?: string | undefined;
  readonly faults?: EventSourceFaultDraws | undefined;
  readonly log: (text: string) => void;
}

/** Invokes a function with what the table's stream brings. */
export function startTableStream(options: TableStreamOptions): EventSource {
  const { streamArn, eventSource, lambda, checkpointFile, faults, log } = options;
  const failures =
    options.failures &&
    failureDestination({
      functionName: eventSource.functionName,
      failures: options.failures,
      streamArn,
      lambda,
      log,
    });
  const streamsClient = quietly(() => new DynamoDBStreamsClient(options.streams));
  const source = startEventSource({
    streamsClient,
    streamArn,
    eventSource,
    invoke: (payload) => lambda.invoke(eventSource.functionName, payload),
    ...(checkpointFile !== undefined && { checkpoints: fileCheckpoints(checkpointFile) }),
    ...(faults && { faults }),
    ...(failures && {
      onDiscarded: (batch) => {
        log(discardedLine(batch));
        failures.take(batch);
      },
    }),
    log,
  });
  return {
    ...source,
    drained: async () => {
      await source.drained();
      await failures?.settled();
    },
    stop: async () => {
      await source.stop();
      await failures?.settled();
      streamsClient.destroy();
    },
  };
}
