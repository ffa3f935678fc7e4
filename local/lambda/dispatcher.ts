import type { FunctionDescription } from '../../infra/description.ts';
import type { Clock } from '../clock.ts';
import type { LambdaFaultDraws } from '../faults.ts';
import { ConcurrencyLimits } from './concurrency.ts';
import { DeployedFunction, revisionOf } from './deployedFunction.ts';
import type { Environment, InvocationOutcome, InvocationRequest } from './environment.ts';
import { type EnvironmentEnd, failureOf } from './environmentEnd.ts';
import { EnvironmentPool, type EnvironmentPoolOptions } from './environmentPool.ts';
import type { ThrottleReason } from './errors.ts';

/** Where asynchronous events come from. */
export interface QueuedEvents {
  queuedFunctionNames(): Iterable<string>;
  take(functionName: string): InvocationRequest | undefined;
}

export interface DispatcherOptions extends EnvironmentPoolOptions {
  readonly environmentIdleMs: number;
  readonly clock: Clock;
  readonly faults: LambdaFaultDraws;
  readonly events: QueuedEvents;
}

/**
 * Decides which invocation runs when, and in which environment.
 *
 * Synchronous invocations run at once or are refused. Asynchronous events run when there is room: of the functions that
 * have some, the one that runs least is next, and among equals the one that waited longest for its turn.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #limits: ConcurrencyLimits;
  readonly #functions = new Map<string, DeployedFunction>();
  readonly #pool: EnvironmentPool;
  /** Each gives back the room of an invocation that runs. */
  readonly #releases = new WeakMap<InvocationRequest, () => void>();
  #turn = 0;
  #dispatching = false;
  #stopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#limits = new ConcurrencyLimits(options.maximumConcurrency);
    this.#pool = new EnvironmentPool(options);
  }

  /** Deploys these functions and no others. Running invocations finish on the code that they started with. */
  deploy(descriptions: readonly FunctionDescription[]): void {
    this.#limits.configure(descriptions);
    const names = new Set(descriptions.map((description) => description.functionName));
    for (const [name, deployed] of this.#functions) {
      if (names.has(name)) continue;
      this.#functions.delete(name);
      this.#retireEnvironments(deployed);
      this.#failWaiting(deployed, 'Function was deleted');
    }
    for (const description of descriptions) this.#deployFunction(description);
    this.dispatchQueued();
  }

  description(functionName: string): FunctionDescription | undefined {
    return this.#functions.get(functionName)?.description;
  }

  get functionNames(): Iterable<string> {
    return this.#functions.keys();
  }

  get concurrentExecutions(): number {
    let running = 0;
    for (const name of this.#functions.keys()) running += this.#limits.running(name);
    return running;
  }

  get environments(): number {
    return this.#pool.count;
  }

  /** Runs it now. The reason if it cannot run now. */
  invoke(functionName: string, request: InvocationRequest): ThrottleReason | undefined {
    const deployed = this.#functions.get(functionName);
    const refusal = this.#limits.refusal(functionName, 'call');
    if (deployed === undefined || refusal !== undefined) return refusal;
    this.#releases.set(request, this.#limits.acquire(functionName, 'call'));
    const environment = deployed.idle.pop();
    if (environment !== undefined) {
      this.#run(deployed, environment, request);
    } else {
      deployed.waiting.push(request);
      this.#startForWaiting(deployed);
    }
    return undefined;
  }

  /** Runs as many queued events as there is room for. */
  dispatchQueued(): void {
    // A dispatched invocation can settle at once and queue more: the loop below sees that, so one loop is enough.
    if (this.#dispatching || this.#stopped) return;
    this.#dispatching = true;
    try {
      for (let next = this.#nextFunction(); next !== undefined; next = this.#nextFunction()) {
        this.#turn += 1;
        next.lastTurn = this.#turn;
        const environment = next.idle.at(-1);
        if (environment === undefined) {
          this.#start(next);
          continue;
        }
        const { functionName } = next.description;
        const request = this.#takeEvent(functionName);
        if (request === undefined) continue;
        next.idle.pop();
        this.#run(next, environment, request);
      }
    } finally {
      this.#dispatching = false;
    }
  }

  /** Ends environments that were not used for long. */
  endIdle(): void {
    const { clock, environmentIdleMs } = this.#options;
    for (const deployed of this.#functions.values()) {
      for (const environment of [...deployed.idle]) {
        if (clock.now() - environment.idleSinceMs >= environmentIdleMs) deployed.end(environment);
      }
    }
  }

  /** Kills all environments; resolves when their processes are gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pool.end();
    for (const deployed of this.#functions.values()) this.#failWaiting(deployed, 'Lambda was stopped');
    await this.#pool.exited();
  }

  #takeEvent(functionName: string): InvocationRequest | undefined {
    const request = this.#options.events.take(functionName);
    if (request !== undefined) this.#releases.set(request, this.#limits.acquire(functionName, 'event'));
    return request;
  }

  #deployFunction(description: FunctionDescription): void {
    const deployed = this.#functions.get(description.functionName);
    if (deployed === undefined) {
      this.#functions.set(description.functionName, new DeployedFunction(description));
      return;
    }
    const revision = revisionOf(description);
    deployed.description = description;
    if (revision === deployed.revision) return;
    deployed.revision = revision;
    this.#retireEnvironments(deployed);
    this.#startForWaiting(deployed);
  }

  #retireEnvironments(deployed: DeployedFunction): void {
    for (const environment of [...deployed.environments]) {
      if (environment.state === 'busy') environment.retired = true;
      else deployed.end(environment);
    }
  }

  /** The function whose event is next, among those that can run one or can start an environment for one. */
  #nextFunction(): DeployedFunction | undefined {
    let next: DeployedFunction | undefined;
    let nextRunning = 0;
    for (const functionName of this.#options.events.queuedFunctionNames()) {
      const deployed = this.#functions.get(functionName);
      if (deployed === undefined || this.#limits.refusal(functionName, 'event') !== undefined) continue;
      // Environments for events are started one after the other: on few cores a burst is served sooner so.
      if (deployed.idle.length === 0 && deployed.starting > 0) continue;
      const running = this.#limits.running(functionName);
      if (
        next === undefined ||
        running < nextRunning ||
        (running === nextRunning && deployed.lastTurn < next.lastTurn)
      ) {
        next = deployed;
        nextRunning = running;
      }
    }
    return next;
  }

  #run(deployed: DeployedFunction, environment: Environment, request: InvocationRequest): void {
    const { functionName } = deployed.description;
    environment.invoke({
      requestId: request.requestId,
      payload: request.payload,
      wantsResult: request.wantsResult,
      crash: this.#options.faults.crash(functionName),
      settle: (outcome) => {
        if (environment.state === 'idle') this.#becameIdle(deployed, environment);
        else deployed.forget(environment);
        this.#settle(deployed, request, outcome);
      },
    });
  }

  #becameIdle(deployed: DeployedFunction, environment: Environment): void {
    if (environment.retired) {
      deployed.end(environment);
      return;
    }
    const waiting = deployed.waiting.shift();
    if (waiting !== undefined) {
      this.#run(deployed, environment, waiting);
      return;
    }
    environment.idleSinceMs = this.#options.clock.now();
    deployed.idle.push(environment);
  }

  #settle(deployed: DeployedFunction, request: InvocationRequest, outcome: InvocationOutcome): void {
    const { functionName } = deployed.description;
    this.#releases.get(request)?.();
    this.#releases.delete(request);
    const metrics = this.#options.metrics.of(functionName);
    metrics.invocations += 1;
    metrics.durationMs += outcome.durationMs;
    metrics.billedDurationMs += Math.ceil(outcome.durationMs);
    if (outcome.functionError) metrics.errors += 1;
    request.settle(outcome);
    if (this.#stopped) return;
    this.#startForWaiting(deployed);
    this.dispatchQueued();
  }

  #fail(deployed: DeployedFunction, request: InvocationRequest, end: EnvironmentEnd): void {
    const payload = JSON.stringify(failureOf(end, request.requestId));
    this.#settle(deployed, request, { payload, functionError: true, durationMs: 0 });
  }

  #failWaiting(deployed: DeployedFunction, errorMessage: string): void {
    const end: EnvironmentEnd = { by: 'platform', errorType: 'Runtime.ExitError', errorMessage };
    for (let request = deployed.waiting.shift(); request !== undefined; request = deployed.waiting.shift()) {
      this.#fail(deployed, request, end);
    }
  }

  #startForWaiting(deployed: DeployedFunction): void {
    while (deployed.starting < deployed.waiting.length) this.#start(deployed);
  }

  #start(deployed: DeployedFunction): void {
    this.#pool.start(deployed, this.#functions.values(), {
      onReady: (ready) => {
        this.#becameIdle(deployed, ready);
        this.dispatchQueued();
      },
      onInitFailed: (end) => this.#initFailed(deployed, end),
    });
  }

  /** An invocation pays for an environment that did not start, as on Lambda: the oldest one that is waiting. */
  #initFailed(deployed: DeployedFunction, end: EnvironmentEnd): void {
    const { functionName } = deployed.description;
    const waiting = deployed.waiting.shift();
    if (waiting !== undefined) {
      this.#fail(deployed, waiting, end);
      return;
    }
    if (this.#limits.refusal(functionName, 'event') !== undefined) return;
    const request = this.#takeEvent(functionName);
    if (request !== undefined) this.#fail(deployed, request, end);
  }
}
