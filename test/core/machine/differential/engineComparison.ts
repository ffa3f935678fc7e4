import type { DurableActor } from './durableActor.ts';
import { EngineActor, type EngineOperation, type EngineWay } from './engineActor.ts';
import { engineDifference, replayDifference, statesDifference } from './engineDifference.ts';
import type { GeneratorOptions } from './generateMachine.ts';

/** Why an execution is not compared to the end. */
export type EngineEnd = 'route' | 'part of a millisecond' | 'order of children';

/**
 * An execution whose steps are taken in one of the engine's ways, beside the durable machine, which is compared with XState's
 * actor: what is stored and done has to be the same.
 */
export class EngineComparison {
  readonly way: EngineWay;
  readonly #numbers: readonly number[];
  readonly #options: GeneratorOptions;
  readonly #durable: DurableActor;
  readonly #engine: EngineActor;
  #before: string | undefined;
  endedBy: EngineEnd | undefined;

  constructor(numbers: readonly number[], options: GeneratorOptions, way: EngineWay, durable: DurableActor) {
    this.way = way;
    this.#numbers = numbers;
    this.#options = options;
    this.#durable = durable;
    this.#engine = new EngineActor(numbers, options, way);
  }

  /** Does to the execution what was done to the durable machine. Gives what differs then. */
  async do(operation: EngineOperation): Promise<string | undefined> {
    if (this.endedBy) return undefined;
    const before = this.#before;
    const { stored, acted, emitted } = this.#durable;
    this.#before = JSON.stringify([stored, acted.length, emitted.length]);
    if (operation.type === 'event' && operation.event.type.startsWith('xstate.')) {
      // An execution takes no such event from outside.
      if (before !== this.#before) this.endedBy = 'route';
      return undefined;
    }
    // An execution has whole milliseconds; the timers of child machines have not.
    if (operation.type === 'advance' && !Number.isInteger(operation.ms)) {
      this.endedBy = 'part of a millisecond';
      return undefined;
    }
    await this.#engine.do(operation);
    return this.#engine.isBehind ? undefined : this.#difference();
  }

  /** Gives what differs when everything is committed, and whether journal and log replay to it. */
  async end(): Promise<string | undefined> {
    if (this.endedBy) return undefined;
    await this.#engine.catchUp();
    return (await this.#difference()) ?? replayDifference(this.#engine);
  }

  async #difference(): Promise<string | undefined> {
    const difference = await engineDifference(this.#engine, this.#durable);
    if (difference === undefined || !this.#options.children) return difference;
    // One item of the journal has all that a commit says to a child: answers may come in another order than XState's.
    const byStream = new EngineActor(this.#numbers, this.#options, 'stream');
    for (const operation of this.#engine.operations) {
      if (operation.type === 'settle' && !byStream.runs(operation.task)) return difference;
      await byStream.do(operation);
    }
    if (statesDifference(this.#engine, byStream) !== undefined) return difference;
    this.endedBy = 'order of children';
    return undefined;
  }
}
