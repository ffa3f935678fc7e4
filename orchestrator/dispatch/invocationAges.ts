import type { PreparedMachine } from '../core/machine/index.ts';
import type { TaskSource } from '../core/machine/sources.ts';
import { type ResolvedTaskPolicy, resolveTaskPolicy } from '../core/policy/taskPolicy.ts';

/** Seconds after which Lambda need not deliver an invocation any more: every attempt that it can be for has failed by then. */
export interface InvocationAges {
  readonly workerHost: number;
  /** By the name of the worker. */
  readonly workers: Readonly<Record<string, number>>;
  /** Functions that machines call by `lambda(name)`, by that name. */
  readonly functions: Readonly<Record<string, number>>;
}

/** Lambda's bounds of `MaximumEventAgeInSeconds`. https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
const shortestSeconds = 60;
const longestSeconds = 21_600;

/**
 * The longest that machines wait. Two machines, or two actors of one, may wait differently long for the same worker.
 */
export function invocationAges(machines: readonly PreparedMachine[]): InvocationAges {
  // The host's work for lists does not appear in a machine.
  let workerHost = ageOf(resolveTaskPolicy());
  const workers = new Map<string, number>();
  const functions = new Map<string, number>();
  for (const source of machines.flatMap(taskSources)) {
    const age = ageOf(source.policy);
    switch (source.kind) {
      case 'promise':
      case 'host':
        workerHost = Math.max(workerHost, age);
        break;
      case 'worker':
        workers.set(source.worker, Math.max(workers.get(source.worker) ?? 0, age));
        break;
      case 'lambda':
        functions.set(source.functionName, Math.max(functions.get(source.functionName) ?? 0, age));
        break;
      case 'activity':
        break;
      default:
        source satisfies never;
    }
  }
  return { workerHost, workers: Object.fromEntries(workers), functions: Object.fromEntries(functions) };
}

function taskSources({ sources }: PreparedMachine): TaskSource[] {
  return [...sources.values()].flatMap((source) => {
    if (source.kind === 'machine' || source.kind === 'eachMachine') return [];
    return source.kind === 'each' ? [source.item] : [source];
  });
}

function ageOf({ timeoutMs, startTimeoutMs, heartbeatMs }: ResolvedTaskPolicy): number {
  const times = [timeoutMs, startTimeoutMs, heartbeatMs].filter((time) => time !== undefined);
  const seconds = Math.ceil(Math.min(...times) / 1000);
  return Math.min(Math.max(seconds, shortestSeconds), longestSeconds);
}
