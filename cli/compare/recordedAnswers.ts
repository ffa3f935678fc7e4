import { placedScopes } from '../../asl/history/places.ts';
import type { ScopeTrace, TaskOutcome } from '../../asl/history/trace.ts';

/** The answer of a recorded attempt. */
export interface RecordedAnswer {
  /** Undefined where the history has none: nothing ever answers. */
  readonly outcome: TaskOutcome | undefined;
  /** Milliseconds from the attempt's begin to its end. */
  readonly afterMs: number;
}

/** The answers of tasks as a history has them, by place and state, in order. */
export class RecordedAnswers {
  readonly #left = new Map<string, RecordedAnswer[]>();

  constructor(root: ScopeTrace) {
    for (const { place, scope } of placedScopes(root)) {
      for (const { name, attempts } of scope.visits) {
        for (const { begunAt, outcome } of attempts) {
          const key = `${place}\n${name}`;
          const answers = this.#left.get(key) ?? [];
          answers.push({ outcome, afterMs: Math.max(0, (outcome?.endedAt ?? begunAt) - begunAt) });
          this.#left.set(key, answers);
        }
      }
    }
  }

  /** The next one of a state; undefined where the recorded execution did not call it again. */
  take(place: string, state: string): RecordedAnswer | undefined {
    return this.#left.get(`${place}\n${state}`)?.shift();
  }
}
