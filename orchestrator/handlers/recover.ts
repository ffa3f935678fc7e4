import { createHash } from 'node:crypto';
import { eachLimited } from '../concurrency/eachLimited.ts';
import { environmentVariable, InvalidConfigurationError } from '../configuration/configuration.ts';
import type { NudgeEvent } from '../contract/nudge.ts';
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
  readonly detail: { readonly object: { readonly key: string } };
}

/** Thrown when executions of a batch were not caught up: Lambda calls again, and the batch stays where it is. */
export class RecoveryFailedError extends MillraceError {
  override readonly code = 'RecoveryFailed';
  override readonly name = 'RecoveryFailedError';
  constructor(key: string, { failed }: CatchUpResult) {
    super(
      `${failed.length} executions of the batch '${key}' were not caught up, the first of them '${failed[0]?.executionId}': ` +
        `${failed[0]?.error}. It is tried again; later, run \`millrace doctor\`.`,
    );
  }
}

/** Lambda's record of a nudge that failed. */
export interface FailedNudgeRecord {
  readonly requestPayload: NudgeEvent;
}

export type RecoveryEvent = CatchUpEvent | FailedChainEvent | FailedNudgeRecord | ObjectCreatedEvent;

export interface RecoverOptions {
  readonly table: FailedChainOptions['table'];
  /** Where the event source puts the batches that it gave up. */
  readonly failures: ObjectStore | undefined;
  readonly report: Reporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly afterBatch: () => void;
}

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

  const recoverBatch = async (key: string): Promise<void> => {
    if (!failures) {
      const variable = environmentVariable.failures;
      throw new InvalidConfigurationError(`${variable} is not set: give it the bucket of '${key}'.`);
    }
    const bytes = await failures.get(key).catch((error: unknown) => {
      // It was recovered already: EventBridge reports an object at least once.
      if (error instanceof ObjectNotFoundError) return undefined;
      throw error;
    });
    if (!bytes) return;
    const executions = givenUpExecutions(key, Buffer.from(bytes).toString('utf8'));
    // Batches that the publisher did not take stay for the operator of the bus.
    if (executions.length === 0) return;
    const result = await catchUpAll(key, executions);
    if (result.failed.length > 0) throw new RecoveryFailedError(key, result);
    await failures.delete(key);
    report({ type: 'recovered', batch: key, executions: executions.length });
  };

  return async (event: RecoveryEvent): Promise<CatchUpResult> => {
    try {
      if ('requestPayload' in event) {
        const { executionId, id } = event.requestPayload.nudge;
        await orchestrator.catchUp(executionId, id);
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
