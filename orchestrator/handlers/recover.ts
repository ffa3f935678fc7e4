import { createHash } from 'node:crypto';
import { eachLimited } from '../concurrency/eachLimited.ts';
import { environmentVariable, InvalidConfigurationError } from '../configuration/configuration.ts';
import { isNudge, type NudgeEvent, nudgeId } from '../contract/nudge.ts';
import type { CatchUpEvent, CatchUpResult, FailedChainEvent } from '../contract/recovery.ts';
import { MillraceError } from '../core/errors/millraceError.ts';
import { describeError, type Reporter } from '../observability/report.ts';
import type { Orchestrator } from '../step/orchestrator.ts';
import { ObjectNotFoundError, type ObjectStore } from '../store/objectStore.ts';
import { endFailedChain, type FailedChainOptions } from './failedChain.ts';
import { type GivenUpExecution, givenUpExecutions } from './givenUpBatch.ts';

/**
 * What EventBridge calls it with, for each batch that an event source gave up.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export interface ObjectCreatedEvent {
  readonly 'detail-type'?: 'Object Created';
  readonly detail: { readonly object: { readonly key: string } };
}

/** The event of its schedule. https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-eventbridge.html */
export interface SweepEvent {
  readonly 'detail-type': 'Scheduled Event';
}

/** Thrown when executions of a batch were not caught up: Lambda calls again, and the batch stays where it is. */
export class RecoveryFailedError extends MillraceError {
  override readonly code = 'RecoveryFailed';
  override readonly name = 'RecoveryFailedError';
  constructor(key: string, { failed }: CatchUpResult) {
    super(
      `${failed.length} executions of the batch '${key}' were not caught up, the first of them '${failed[0]?.executionId}': ` +
        `${failed[0]?.error}. It is tried again, later by the sweep of the bucket.`,
    );
  }
}

/** Lambda's record of a nudge that failed. */
export interface FailedNudgeRecord {
  readonly requestPayload: NudgeEvent;
}

export type RecoveryEvent =
  | CatchUpEvent
  | FailedChainEvent
  | FailedNudgeRecord
  | ObjectCreatedEvent
  | SweepEvent;

export interface RecoverOptions {
  readonly table: FailedChainOptions['table'];
  /** Where the event source puts the batches that it gave up. */
  readonly failures: ObjectStore | undefined;
  readonly report: Reporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly afterBatch: () => void;
}

/** Lambda names the objects of its failure destination so. */
const batchPrefix = 'aws/lambda/';
/** Until then, EventBridge's call for the batch and Lambda's two retries may be under way. */
const sweepAfterMs = 10 * 60_000;
/** A sweep begins no batch after that: one batch may take minutes, and the function has five. The next sweep goes on. */
const sweepForMs = 120_000;

/** Executions that are caught up at the same time: each reads its whole journal. */
const concurrency = 16;

/** The recovery function: brings forward, execution by execution, what the stream has not brought. */
export function recoverHandler(orchestrator: Pick<Orchestrator, 'catchUp'>, options: RecoverOptions) {
  const { table, report, now, failures, afterBatch } = options;
  const catchUpAll = async (
    name: string,
    executions: readonly GivenUpExecution[],
  ): Promise<CatchUpResult> => {
    const failed: { executionId: string; error: string }[] = [];
    await eachLimited(executions, concurrency, async ({ executionId, references }) => {
      try {
        await orchestrator.catchUp(executionId, catchUpIdOf(name), references);
      } catch (error) {
        report({ type: 'tableFailed', executionId, error: describeError(error) });
        failed.push({ executionId, error: describeError(error) });
      }
    });
    return { failed };
  };

  const recoverBatch = async (key: string): Promise<'recovered' | 'forTheBus'> => {
    if (!failures) {
      const variable = environmentVariable.failures;
      throw new InvalidConfigurationError(`${variable} is not set: give it the bucket of '${key}'.`);
    }
    const bytes = await failures.get(key).catch((error: unknown) => {
      // It was recovered already: EventBridge reports an object at least once.
      if (error instanceof ObjectNotFoundError) return undefined;
      throw error;
    });
    if (!bytes) return 'recovered';
    const executions = givenUpExecutions(key, Buffer.from(bytes).toString('utf8'));
    // Batches that the publisher did not take stay for the operator of the bus.
    if (executions.length === 0) return 'forTheBus';
    const result = await catchUpAll(key, executions);
    if (result.failed.length > 0) throw new RecoveryFailedError(key, result);
    await failures.delete(key);
    report({ type: 'recovered', batch: key, executions: executions.length });
    return 'recovered';
  };

  /** Batches for the bus, which stay in the bucket: an instance reads each of them once. */
  const forTheBus = new Set<string>();

  const sweep = async (): Promise<void> => {
    const began = now();
    if (!failures) return;
    for await (const { key, writtenAt } of failures.list(batchPrefix)) {
      if (now() - began > sweepForMs) return;
      if (writtenAt > began - sweepAfterMs || forTheBus.has(key)) continue;
      try {
        if ((await recoverBatch(key)) === 'forTheBus') forTheBus.add(key);
      } catch (error) {
        // It stays in the bucket until the next sweep, and keeps no other batch from being recovered.
        report({ type: 'batchLeft', batch: key, error: describeError(error) });
      }
    }
  };

  return async (event: RecoveryEvent): Promise<CatchUpResult> => {
    try {
      if ('requestPayload' in event) {
        const { nudge } = event.requestPayload;
        // The orchestrator has reported one that is not.
        if (isNudge(nudge)) await orchestrator.catchUp(nudge.executionId, nudgeId(nudge));
        return { failed: [] };
      }
      if ('failedChain' in event) {
        const { executionId, chainId } = event.failedChain;
        await endFailedChain(event.failedChain, catchUpIdOf(`${executionId} chain ${chainId}`), {
          table,
          orchestrator,
          now,
        });
        return { failed: [] };
      }
      if ('detail-type' in event && event['detail-type'] === 'Scheduled Event') {
        await sweep();
        return { failed: [] };
      }
      if ('executionIds' in event) {
        const executions = [...new Set(event.executionIds)].map((executionId) => ({
          executionId,
          references: [],
        }));
        return await catchUpAll(event.catchUpId ?? `${now()} ${event.executionIds.join()}`, executions);
      }
      await recoverBatch(event.detail.object.key);
      return { failed: [] };
    } finally {
      afterBatch();
    }
  };
}

/** It is in logs and in tasks, so it is short. */
function catchUpIdOf(name: string): string {
  return `wake#${createHash('sha256').update(name).digest('base64url').slice(0, 12)}`;
}
