import { eachLimited } from '../concurrency/eachLimited.ts';
import { describeError, type Reporter } from '../observability/report.ts';
import type { Orchestrator } from '../step/orchestrator.ts';

/** The event with which the clock calls the wake function. */
export interface WakeEvent {
  readonly wakes: readonly Wake[];
}

export interface Wake {
  readonly executionId: string;
  /** The due time that the clock saw, in milliseconds since the epoch: names this wake. */
  readonly wakeAt: number;
}

/** The wakes that are left: the clock finds them due again with its next look. */
export interface WakeResult {
  readonly failed: readonly string[];
}

const concurrency = 32;

export function wakeHandler(orchestrator: Orchestrator, report: Reporter, afterBatch: () => void) {
  return async (event: WakeEvent): Promise<WakeResult> => {
    const failed: string[] = [];
    await eachLimited(event.wakes, concurrency, async ({ executionId, wakeAt }) => {
      try {
        await orchestrator.wake(executionId, wakeIdOf(wakeAt));
      } catch (error) {
        report({ type: 'tableFailed', executionId, error: describeError(error) });
        failed.push(executionId);
      }
    });
    afterBatch();
    return { failed };
  };
}

function wakeIdOf(wakeAt: number): string {
  return `wake#${wakeAt.toString(36)}`;
}
