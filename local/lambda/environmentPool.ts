import { randomUUID } from 'node:crypto';
import type { DeployedFunction } from './deployedFunction.ts';
import { Environment } from './environment.ts';
import type { EnvironmentEnd } from './environmentEnd.ts';
import { environmentVariables } from './environmentVariables.ts';
import { functionArn } from './functionReference.ts';
import type { LambdaLog } from './log.ts';
import type { MetricsRegister } from './metrics.ts';

export interface EnvironmentPoolOptions {
  readonly runtimeFile: string;
  readonly region: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly maximumConcurrency: number;
  readonly metrics: MetricsRegister;
  readonly log: LambdaLog;
}

export interface StartCallbacks {
  readonly onReady: (environment: Environment) => void;
  readonly onInitFailed: (end: EnvironmentEnd) => void;
}

/** The processes of all functions, of those that are no longer deployed too. */
export class EnvironmentPool {
  readonly #options: EnvironmentPoolOptions;
  readonly #environments = new Set<Environment>();

  constructor(options: EnvironmentPoolOptions) {
    this.#options = options;
  }

  get count(): number {
    let count = 0;
    for (const { state } of this.#environments) if (state !== 'ended') count += 1;
    return count;
  }

  /** @param functions those of which an unused environment may make room */
  start(
    deployed: DeployedFunction,
    functions: Iterable<DeployedFunction>,
    { onReady, onInitFailed }: StartCallbacks,
  ): void {
    this.#makeRoom(functions);
    const { region, environment, runtimeFile, log, metrics } = this.#options;
    const { description } = deployed;
    metrics.of(description.functionName).environmentsStarted += 1;
    const started = new Environment({
      runtimeFile,
      description,
      functionArn: functionArn(region, description.functionName),
      variables: environmentVariables(description, region, environment, randomUUID()),
      log,
      onReady: (ready) => {
        metrics.of(description.functionName).initDurationMs += ready.initDurationMs;
        onReady(ready);
      },
      onInitFailed: (failed, end) => {
        deployed.forget(failed);
        onInitFailed(end);
      },
      onIdleEnd: (ended) => deployed.forget(ended),
    });
    deployed.environments.add(started);
    this.#environments.add(started);
    void started.exited.then(() => this.#environments.delete(started));
  }

  /** Kills all processes. */
  end(): void {
    for (const environment of this.#environments) environment.end();
  }

  /** Resolves when all processes are gone. */
  async exited(): Promise<void> {
    await Promise.all([...this.#environments].map((environment) => environment.exited));
  }

  /** Twice as many processes as may run at once are kept; beyond that the one unused for longest makes room. */
  #makeRoom(functions: Iterable<DeployedFunction>): void {
    if (this.count < this.#options.maximumConcurrency * 2) return;
    let oldest: { deployed: DeployedFunction; environment: Environment } | undefined;
    for (const deployed of functions) {
      const environment = deployed.idle[0];
      if (environment === undefined) continue;
      if (oldest === undefined || environment.idleSinceMs < oldest.environment.idleSinceMs) {
        oldest = { deployed, environment };
      }
    }
    oldest?.deployed.end(oldest.environment);
  }
}
