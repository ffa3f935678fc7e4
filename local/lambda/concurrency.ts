import type { FunctionDescription } from '../../infra/description.ts';
import type { ThrottleReason } from './errors.ts';

interface FunctionConcurrency {
  running: number;
  /** No more than these run at once. */
  limit: number;
  /** As many can always run, whatever else does. */
  guaranteed: number;
}

/**
 * How many invocations may run at once, per function and in all.
 *
 * A function's reserved concurrency is its limit, as on Lambda. The account's maximum keeps one execution free for each
 * function that everything else waits for (orchestrator, wake, clock) and for each with a reservation; all functions
 * share the rest. Workers can fill their part, but they cannot keep an execution from going on.
 */
export class ConcurrencyLimits {
  readonly #maximum: number;
  readonly #functions = new Map<string, FunctionConcurrency>();
  #shared = 0;
  #sharedMaximum = 1;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  configure(descriptions: readonly FunctionDescription[]): void {
    const deployed = new Set(descriptions.map((description) => description.functionName));
    for (const [name, { running }] of this.#functions) {
      if (deployed.has(name)) continue;
      // A function that was removed still finishes what it runs.
      if (running === 0) this.#functions.delete(name);
      else this.#functions.set(name, { running, limit: 0, guaranteed: 0 });
    }
    for (const description of descriptions) {
      const limit = description.reservedConcurrentExecutions ?? Number.POSITIVE_INFINITY;
      this.#functions.set(description.functionName, {
        running: this.running(description.functionName),
        limit,
        guaranteed: isWorker(description) && limit === Number.POSITIVE_INFINITY ? 0 : Math.min(1, limit),
      });
    }
    const all = [...this.#functions.values()];
    this.#shared = sum(all.map(({ running, guaranteed }) => Math.max(0, running - guaranteed)));
    this.#sharedMaximum = Math.max(1, this.#maximum - sum(all.map(({ guaranteed }) => guaranteed)));
  }

  running(functionName: string): number {
    return this.#functions.get(functionName)?.running ?? 0;
  }

  /** Why one more invocation cannot run now; undefined if it can. */
  refusal(functionName: string): ThrottleReason | undefined {
    const concurrency = this.#functions.get(functionName);
    if (concurrency === undefined || concurrency.running >= concurrency.limit) {
      return 'ReservedFunctionConcurrentInvocationLimitExceeded';
    }
    if (concurrency.running >= concurrency.guaranteed && this.#shared >= this.#sharedMaximum) {
      return 'ConcurrentInvocationLimitExceeded';
    }
    return undefined;
  }

  /** To be called only when there is no `refusal`, once for each `release`. */
  acquire(functionName: string): void {
    const concurrency = this.#functions.get(functionName);
    if (concurrency === undefined) return;
    if (concurrency.running >= concurrency.guaranteed) this.#shared += 1;
    concurrency.running += 1;
  }

  release(functionName: string): void {
    const concurrency = this.#functions.get(functionName);
    if (concurrency === undefined) return;
    concurrency.running -= 1;
    if (concurrency.running >= concurrency.guaranteed) this.#shared -= 1;
  }
}

function isWorker(description: FunctionDescription): boolean {
  return description.role === 'worker' || description.role === 'workerHost';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
