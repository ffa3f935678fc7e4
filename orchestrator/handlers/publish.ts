import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { Bus, BusEvent } from '../bus/bus.ts';
import { busEvents } from '../bus/busEvents.ts';
import { describeError, type Reporter } from '../observability/report.ts';
import { decodeCommitRecord } from '../table/commitRecord.ts';
import { UnreadableExecutionError } from '../table/executionItem.ts';
import { attributesOf } from './streamImage.ts';

export interface PublisherOptions {
  readonly bus: Bus;
  readonly report: Reporter;
  /** Before each further try of what the bus refused, within one invocation. */
  readonly retryPausesMs: readonly number[];
  readonly sleep: (ms: number) => Promise<unknown>;
}

/**
 * The publisher: hands the emissions of commits to the bus. Events of one commit go together; those of the
 * execution's next commit go only once the bus has taken them. An event that it does not take after some tries is
 * answered as failed and delivered again.
 */
export function publishHandler(options: PublisherOptions) {
  const { report } = options;
  return async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const failed: string[] = [];
    let waiting = event.Records.flatMap((record) => commitOf(record, report) ?? []);
    while (waiting.length > 0) {
      const [round, later] = firstOfEachExecution(waiting);
      const refused = await publish(options, round);
      for (const { sequenceNumber } of refused) failed.push(sequenceNumber);
      const held = new Set(refused.map(({ executionId }) => executionId));
      waiting = [];
      for (const commit of later) {
        // The events after one that was refused must not overtake it.
        if (held.has(commit.executionId)) failed.push(commit.sequenceNumber);
        else waiting.push(commit);
      }
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

interface Commit {
  readonly executionId: string;
  readonly sequenceNumber: string;
  readonly events: readonly BusEvent[];
}

function commitOf({ dynamodb }: DynamoDBRecord, report: Reporter): Commit | undefined {
  if (!dynamodb?.NewImage) return undefined;
  const item = attributesOf(dynamodb.NewImage);
  const executionId = item.executionId?.S ?? '';
  try {
    const commit = decodeCommitRecord(item);
    if (!commit) return undefined;
    return { executionId, sequenceNumber: dynamodb.SequenceNumber ?? '', events: busEvents(commit) };
  } catch (error) {
    if (!(error instanceof UnreadableExecutionError)) throw error;
    // Another writer has written it, and a new delivery cannot fix it.
    report({ type: 'dropped', executionId, error: describeError(error) });
    return undefined;
  }
}

function firstOfEachExecution(commits: readonly Commit[]): [round: Commit[], later: Commit[]] {
  const seen = new Set<string>();
  const round: Commit[] = [];
  const later: Commit[] = [];
  for (const commit of commits) {
    (seen.has(commit.executionId) ? later : round).push(commit);
    seen.add(commit.executionId);
  }
  return [round, later];
}

/** Answers the commits of which the bus did not take every event. */
async function publish(options: PublisherOptions, commits: readonly Commit[]): Promise<readonly Commit[]> {
  const { bus, report, retryPausesMs, sleep } = options;
  let { refused, reasonOf } = await publishOnce(bus, commits);
  for (const pauseMs of retryPausesMs) {
    if (refused.length === 0) break;
    await sleep(pauseMs);
    ({ refused, reasonOf } = await publishOnce(bus, refused));
  }
  for (const commit of refused) {
    report({ type: 'busFailed', executionId: commit.executionId, error: reasonOf(commit) ?? '' });
  }
  return refused;
}

async function publishOnce(bus: Bus, commits: readonly Commit[]) {
  const reasonOfId = await publishAll(
    bus,
    commits.flatMap(({ events }) => events),
  );
  const reasonOf = ({ events }: Commit) =>
    events.map(({ detail }) => reasonOfId(detail.id)).find((reason) => reason !== undefined);
  return { refused: commits.filter((commit) => reasonOf(commit) !== undefined), reasonOf };
}

async function publishAll(
  bus: Bus,
  events: readonly BusEvent[],
): Promise<(id: string) => string | undefined> {
  try {
    const { failures } = await bus.publish(events);
    const reasons = new Map(failures.map(({ id, reason }) => [id, reason]));
    const published = new Set(events.map(({ detail }) => detail.id));
    const unknown = failures.find(({ id }) => !published.has(id));
    // Which event it means cannot be known: rather all of them once more than one of them never.
    if (unknown)
      return () => `The bus refused '${unknown.id}', which was not published to it: ${unknown.reason}`;
    return (id) => reasons.get(id);
  } catch (error) {
    const reason = describeError(error);
    return () => reason;
  }
}
