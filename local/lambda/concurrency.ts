import type { FunctionDescription } from '../../infra/description.ts';
import type { ThrottleReason } from './errors.ts';

/** A call is waited for by its caller; an event is not. */
export type InvocationKind = 'call' | 'event';

interface FunctionConcurrency {
  running: number;
  /** Those of them that are calls from within invocations which are counted already. */
  within: number;
  /** No more than these run at once. */
  limit: number;
  /** As many can always run, whatever else does. */
  guaranteed: number;
  /** Whether only the worker host calls it. */
  isCalledWithin: boolean;
}

/**
 * How many invocations may run at once, per function and in all.
 *
 * A function's reserved concurrency is its limit, as on Lambda. The account's maximum keeps one execution free for each
 * function that everything else waits for (orchestrator, wake, clock) and for each with a reservation; all functions
 * share the rest. Workers can fill their part, but they cannot keep an execution from going on. A call of an unmodified
 * function takes none of it: the worker host makes the call and waits, and its own invocation is counted.
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
    for (const [name, concurrency] of this.#functions) {
      if (deployed.has(name)) continue;
      // A function that was removed still finishes what it runs.
      if (concurrency.running === 0) this.#functions.delete(name);
      else Object.assign(concurrency, { limit: 0, guaranteed: 0 });
    }
    for (const description of descriptions) {
      const limit = description.reservedConcurrentExecutions ?? Number.POSITIVE_INFINITY;
      const { running, within } = this.#functions.get(description.functionName) ?? { running: 0, within: 0 };
      this.#functions.set(description.functionName, {
        running,
        within,
        limit,
        guaranteed: isWorker(description) && limit === Number.POSITIVE_INFINITY ? 0 : Math.min(1, limit),
        isCalledWithin: description.role === 'unmodified',
      });
    }
    const all = [...this.#functions.values()];
    this.#shared = sum(all.map((each) => Math.max(0, counted(each) - each.guaranteed)));
    this.#sharedMaximum = Math.max(1, this.#maximum - sum(all.map(({ guaranteed }) => guaranteed)));
  }

  running(functionName: string): number {
    return this.#functions.get(functionName)?.running ?? 0;
  }

  /** Why one more invocation cannot run now; undefined if it can. */
  refusal(functionName: string, kind: InvocationKind): ThrottleReason | undefined {
    const concurrency = this.#functions.get(functionName);
    if (concurrency === undefined || concurrency.running >= concurrency.limit) {
      return 'ReservedFunctionConcurrentInvocationLimitExceeded';
    }
    if (kind === 'call' && concurrency.isCalledWithin) return undefined;
    if (counted(concurrency) >= concurrency.guaranteed && this.#shared >= this.#sharedMaximum) {
      return 'ConcurrentInvocationLimitExceeded';
    }
    return undefined;
  }

  /** To be called only when there is no `refusal`. The invocation runs until the function that is returned is called. */
  acquire(functionName: string, kind: InvocationKind): () => void {
    const isWithin = kind === 'call' && this.#functions.get(functionName)?.isCalledWithin === true;
    this.#change(functionName, 1, isWithin);
    return () => this.#change(functionName, -1, isWithin);
  }

  #change(functionName: string, by: 1 | -1, isWithin: boolean): void {
    const concurrency = this.#functions.get(functionName);
    if (concurrency === undefined) return;
    const before = Math.max(0, counted(concurrency) - concurrency.guaranteed);
    concurrency.running += by;
    if (isWithin) concurrency.within += by;
    this.#shared += Math.max(0, counted(concurrency) - concurrency.guaranteed) - before;
  }
}

function counted({ running, within }: FunctionConcurrency): number {
  return running - within;
}

function isWorker(description: FunctionDescription): boolean {
  return ['worker', 'workerHost', 'unmodified'].includes(description.role);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
