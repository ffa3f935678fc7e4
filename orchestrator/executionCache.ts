import { type Execution, hasEnded } from './core/execution/execution.ts';

/**
 * The executions that this instance committed last, so that a warm step reads nothing. What is here may be old: a
 * commit on top of it is conditional, and a decision that writes nothing is never taken from it.
 */
export class ExecutionCache {
  readonly #maximumCharacters: number;
  readonly #executions = new Map<string, Execution>();
  #characters = 0;

  constructor(maximumCharacters: number) {
    this.#maximumCharacters = maximumCharacters;
  }

  get(executionId: string): Execution | undefined {
    return this.#executions.get(executionId);
  }

  set(execution: Execution): void {
    this.delete(execution.executionId);
    if (hasEnded(execution.status)) return;
    this.#executions.set(execution.executionId, execution);
    this.#characters += sizeOf(execution);
    for (const oldest of this.#executions.keys()) {
      if (this.#characters <= this.#maximumCharacters) break;
      this.delete(oldest);
    }
  }

  delete(executionId: string): void {
    const execution = this.#executions.get(executionId);
    if (!execution) return;
    this.#characters -= sizeOf(execution);
    this.#executions.delete(executionId);
  }
}

/** Roughly: what an execution takes beside its state and log. */
const overhead = 1000;

function sizeOf(execution: Execution): number {
  return overhead + execution.log.length + 2 * (execution.snapshot?.length ?? 0);
}
