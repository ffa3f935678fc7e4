import { type Execution, hasEnded } from '../core/execution/model/execution.ts';

/**
 * The executions that this instance committed last, so that a warm step reads nothing. A cached execution may be
 * old: a commit on top of it is conditional, and a decision that writes nothing is never taken from it.
 */
export class ExecutionCache {
  readonly #maximumCharacters: number;
  readonly #entries = new Map<string, { readonly execution: Execution; readonly characters: number }>();
  #characters = 0;

  constructor(maximumCharacters: number) {
    this.#maximumCharacters = maximumCharacters;
  }

  get(executionId: string): Execution | undefined {
    return this.#entries.get(executionId)?.execution;
  }

  set(execution: Execution): void {
    this.delete(execution.executionId);
    if (hasEnded(execution.status)) return;
    const characters = sizeOf(execution);
    this.#entries.set(execution.executionId, { execution, characters });
    this.#characters += characters;
    for (const oldest of this.#entries.keys()) {
      if (this.#characters <= this.#maximumCharacters) break;
      this.delete(oldest);
    }
  }

  delete(executionId: string): void {
    this.#characters -= this.#entries.get(executionId)?.characters ?? 0;
    this.#entries.delete(executionId);
  }
}

/** Roughly: what an execution takes beside its state, log and tasks' inputs. */
const overhead = 1000;

function sizeOf({ log, snapshot, tasks }: Execution): number {
  const inputs = tasks.map(({ input }) => (input === undefined ? 0 : JSON.stringify(input).length));
  return (
    overhead + log.length + 2 * (snapshot?.length ?? 0) + 2 * inputs.reduce((sum, length) => sum + length, 0)
  );
}
