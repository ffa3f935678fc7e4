import { describeDeployment } from '../../infra/describe.ts';
import type { NudgeEvent } from '../../orchestrator/contract/nudge.ts';
import { nudgeId } from '../../orchestrator/contract/nudge.ts';
import { taskKey } from '../../orchestrator/core/execution/model/openTask.ts';
import type { RecoveryEvent } from '../../orchestrator/handlers/recover.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import type { World } from './process.ts';

export interface NudgesOptions {
  /** Invokes the orchestrator beside the stream. */
  begin(event: NudgeEvent): Promise<unknown>;
  /** Calls the recovery function. */
  recover(event: RecoveryEvent): Promise<unknown>;
  /** Whether Lambda has taken an invocation for the attempt. */
  wasInvoked(executionId: string, item: string): boolean;
  /** Whether the orchestrator has the machine: without it, no task of it can be handed over. */
  isDeployed(machine: string, version: string): boolean;
  /** Told of a task that no one has dispatched, though its nudge was run to its end. */
  onLeft(executionId: string, item: string): void;
}

const longestLateMs = 90_000;
/** Lambda waits so long before its first and its second retry. */
const retryAfterMs = [60_000, 120_000];

/** As the function is deployed. */
const { functions } = describeDeployment({ orchestrator: '', workerHost: '', workers: [] });
const invokeConfig = functions.find(({ role }) => role === 'orchestrator')?.eventInvokeConfig;

/** Lambda's asynchronous invocations of the orchestrator. */
export class Nudges {
  readonly #world: World;
  readonly #options: NudgesOptions;

  constructor(world: World, options: NudgesOptions) {
    this.#world = world;
    this.#options = options;
  }

  invoke(event: NudgeEvent): void {
    const { draws, schedule } = this.#world;
    const begin = () => schedule.begin(this.#begin(JSON.parse(JSON.stringify(event))));
    const lateMs = draws.strikes('slowInvoke') ? draws.below(longestLateMs, 'slow') : 0;
    if (!draws.strikes('lostInvoke')) schedule.later(5 + draws.below(40, 'nudge') + lateMs, begin);
    if (draws.strikes('duplicateInvoke')) schedule.later(draws.below(5000, 'late'), begin);
  }

  async #begin(event: NudgeEvent): Promise<void> {
    const { draws, schedule } = this.#world;
    const retries = retryAfterMs.slice(0, invokeConfig?.maximumRetryAttempts ?? 2);
    for (const waitMs of [...retries, undefined]) {
      try {
        await this.#options.begin(event);
        this.#check(event);
        return;
      } catch {
        if (waitMs !== undefined) await schedule.wait(waitMs);
      }
    }
    if (invokeConfig?.onFailure === undefined || draws.strikes('lostFailure')) return;
    await schedule.wait(50 + draws.below(900, 'destination'));
    try {
      await this.#options.recover({ requestPayload: event });
      this.#check(event);
    } catch {
      // The stream and the deadlines find what the recovery function fails at, too.
    }
  }

  /** Once a nudge, or its recovery, has run to its end, what it opened was handed over. */
  #check({ nudge }: NudgeEvent): void {
    const item = this.#world.database.get(nudge.executionId, 'execution');
    const execution = item && decodeExecution(item);
    if (execution?.status !== 'RUNNING' || execution.waiting) return;
    const { executionId, machine, machineVersion = '', tasks } = execution;
    if (!this.#options.isDeployed(machine, machineVersion)) return;
    const left = tasks.find(
      (task) =>
        task.cause === nudgeId(nudge) &&
        task.dispatchAt === undefined &&
        !this.#options.wasInvoked(executionId, taskKey(task)),
    );
    if (left) this.#options.onLeft(executionId, taskKey(left));
  }
}
