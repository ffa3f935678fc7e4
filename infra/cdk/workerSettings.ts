import { type Duration, Token } from 'aws-cdk-lib';
import { serviceWorkerName } from '../../asl/integrations/serviceCall.ts';
import { nearest } from '../../orchestrator/core/data/nearest.ts';
import { ownProperty } from '../../orchestrator/core/data/ownProperty.ts';
import type { NeededWorkers } from '../../orchestrator/dispatch/neededWorkers.ts';
import { longestFunctionSeconds, type WorkerCode } from '../describeFunctions.ts';
import type { WorkerOptions } from './deployedFunction.ts';
import { InvalidDeploymentError } from './errors.ts';

type WorkerSettings = Pick<WorkerCode, 'timeoutSeconds' | 'memorySizeMb' | 'reservedConcurrentExecutions'>;

/**
 * The part of a worker's options that the deployment description has.
 *
 * @throws InvalidDeploymentError
 */
export function workerSettings(name: string, options: WorkerOptions): WorkerSettings {
  const { timeout, memorySize, reservedConcurrentExecutions } = options;
  const whole = (option: string, value: number, from: number, to: number) => {
    if (Token.isUnresolved(value) || (Number.isInteger(value) && value >= from && value <= to)) return value;
    throw new InvalidDeploymentError(
      `Worker '${name}': ${option} is ${value}: give a whole number from ${from} to ${to}.`,
    );
  };
  return {
    ...(timeout && { timeoutSeconds: whole('timeout', secondsOf(timeout), 1, longestFunctionSeconds) }),
    ...(memorySize !== undefined && { memorySizeMb: whole('memorySize', memorySize, 128, 10_240) }),
    ...(reservedConcurrentExecutions !== undefined && { reservedConcurrentExecutions }),
  };
}

function secondsOf(timeout: Duration): number {
  return timeout.toSeconds({ integral: false });
}

/** @throws InvalidDeploymentError for options of a worker that is not there */
export function refuseOptionsOfNoWorker(
  options: Readonly<Record<string, WorkerOptions>>,
  workers: readonly WorkerCode[],
): void {
  const names = workers.map(({ name }) => name);
  const unknown = Object.keys(options).find((name) => ![...names, serviceWorkerName].includes(name));
  if (unknown === undefined) return;
  const close = nearest(unknown, names);
  const known =
    names.length === 0 ? 'There are no workers in the folder' : `The workers are ${names.join(', ')}`;
  throw new InvalidDeploymentError(
    `workerOptions has '${unknown}', but the folder has no such worker. ` +
      (close === undefined
        ? `${known}; the options of a worker that you add are options of addWorker().`
        : `Did you mean '${close}'?`),
  );
}

/**
 * A function that Lambda ends before the time that a machine gives it for a task could never use that time.
 *
 * @throws InvalidDeploymentError
 */
export function refuseShortTimeouts(workers: readonly WorkerCode[], needed: NeededWorkers | undefined): void {
  const problems = workers.flatMap(({ name, timeoutSeconds = longestFunctionSeconds }) => {
    const { taskSeconds = 0, machines = [] } = ownProperty(needed, name) ?? {};
    if (Token.isUnresolved(timeoutSeconds) || taskSeconds <= timeoutSeconds) return [];
    const who = machines.map((machine) => `'${machine}'`).join(', ');
    return [
      `Worker '${name}': Lambda ends its function after ${timeoutSeconds} s, and machine ${who} gives it up to ${taskSeconds} s for a ` +
        `task. Set the function's timeout to ${taskSeconds} s or more, or lower \`timeout\` in worker({ … }).`,
    ];
  });
  if (problems.length > 0) throw new InvalidDeploymentError(problems.join('\n'));
}
