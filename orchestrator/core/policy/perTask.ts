import type { Json } from '../data/json.ts';
import type { Duration } from './duration.ts';

/**
 * Marks actor logic whose tasks bring some of their policy with them: the actor's input is then a {@link PerTask}. A
 * registered symbol, because a machine and the orchestrator may each have been bundled with a copy of this module.
 */
export const perTaskKey: unique symbol = Symbol.for('millrace.perTask') as never;

/** The input of an actor whose logic has the mark {@link perTaskKey}. */
export interface PerTask {
  /** The worker's own input. */
  readonly input: Json;
  /** In place of the policy's. */
  readonly timeout?: Duration;
  /** In place of the policy's. */
  readonly heartbeat?: Duration;
  /** The execution that the task starts and whose end is its result. */
  readonly starts?: StartedExecution;
  /** The worker cancels the work where nothing waits for it any more. */
  readonly work?: OutsideWork;
}

/** The part that a task has in work outside of Millrace: it starts the work, or awaits the work that its input names. */
export type OutsideWork = 'starts' | 'awaits';

/** An execution that a task starts. It is stopped where nothing waits for the task any more. */
export interface StartedExecution {
  readonly name: string;
  /** No one has chosen the name: a later attempt starts an execution of its own. */
  readonly isGenerated?: true;
  /** It was stopped when the execution that waits for it ended: after a redrive, another attempt starts it again. */
  readonly isStopped?: true;
}

/** Id of the execution that an attempt starts. */
export function startedExecutionId({ name, isGenerated }: StartedExecution, attempt: number): string {
  return isGenerated && attempt > 1 ? `${name}-${attempt}` : name;
}

export function isPerTask(input: unknown): input is PerTask {
  return typeof input === 'object' && input !== null && 'input' in input;
}
