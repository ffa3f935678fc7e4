import type { NudgeEvent } from '../../orchestrator/contract/nudge.ts';
import type { RecoveryEvent } from '../../orchestrator/handlers/recover.ts';
import type { World } from './process.ts';

export interface NudgesOptions {
  /** Invokes the orchestrator beside the stream. */
  begin(event: NudgeEvent): Promise<unknown>;
  /** Calls the recovery function. */
  recover(event: RecoveryEvent): Promise<unknown>;
}

const longestLateMs = 90_000;

/** Lambda's asynchronous invocations of the orchestrator: no retries, and the recovery function on failure. */
export class Nudges {
  readonly #world: World;
  readonly #options: NudgesOptions;

  constructor(world: World, options: NudgesOptions) {
    this.#world = world;
    this.#options = options;
  }

  invoke(event: NudgeEvent): void {
    const { draws, schedule } = this.#world;
    const begin = () => schedule.begin(this.#begin(event));
    const lateMs = draws.strikes('slowInvoke') ? draws.below(longestLateMs, 'slow') : 0;
    if (!draws.strikes('lostInvoke')) schedule.later(5 + draws.below(40, 'nudge') + lateMs, begin);
    if (draws.strikes('duplicateInvoke')) schedule.later(draws.below(5000, 'late'), begin);
  }

  async #begin(event: NudgeEvent): Promise<void> {
    const { draws, schedule } = this.#world;
    try {
      await this.#options.begin(event);
    } catch {
      if (draws.strikes('lostFailure')) return;
      await schedule.wait(50 + draws.below(900, 'destination'));
      // Where the recovery function fails as well, the stream and the deadlines find it.
      await this.#options.recover({ requestPayload: event }).catch(() => undefined);
    }
  }
}
