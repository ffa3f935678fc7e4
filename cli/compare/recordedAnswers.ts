import { placedScopes } from '../../asl/history/places.ts';
import type { ExecutionTrace, StateVisit, TaskOutcome } from '../../asl/history/trace.ts';

/** The answer of a recorded attempt. */
export interface RecordedAnswer {
  /** Undefined where the history has none: nothing ever answers. */
  readonly outcome: TaskOutcome | undefined;
  /** The recorded execution did not begin the attempt. */
  readonly isRefused: boolean;
  /** Milliseconds from the attempt's begin to its end. */
  readonly afterMs: number;
}

/** The answers of tasks as a history has them, by place and state, in order. */
export class RecordedAnswers {
  readonly #left = new Map<string, RecordedAnswer[]>();

  constructor(trace: ExecutionTrace) {
    for (const { place, scope } of placedScopes(trace.root)) {
      for (const visit of scope.visits) {
        const { name, enteredAt } = visit;
        const refused = refusalOf(visit, trace);
        const attempts = refused ? [{ begunAt: enteredAt, outcome: refused }] : visit.attempts;
        for (const { begunAt, outcome } of attempts) {
          const key = `${place}\n${name}`;
          const answers = this.#left.get(key) ?? [];
          answers.push({
            outcome,
            isRefused: refused !== undefined,
            afterMs: Math.max(0, (outcome?.endedAt ?? begunAt) - begunAt),
          });
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

/** Step Functions ended the execution before the task began: for an activity that is not there, say. */
export function refusalOf(visit: StateVisit, { end }: ExecutionTrace): TaskOutcome | undefined {
  const { type, attempts, hasExited, evaluations, enteredAt } = visit;
  const isRefused = type === 'Task' && attempts.length + evaluations.length === 0 && !hasExited;
  if (!isRefused || end?.error !== 'States.Runtime') return undefined;
  return { type: 'failed', endedAt: enteredAt, error: end.error, cause: end.cause };
}
