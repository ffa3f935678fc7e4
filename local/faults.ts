import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
import { seededRandom } from '../testing/seededRandom.ts';

/**
 * Faults of the local Lambda, each as a probability from 0 to 1. All are drawn from one generator,
 * in the order in which invocations arrive, so that the same seed and the same order give the same faults.
 */
export interface LambdaFaults {
  readonly seed: number;
  /** Functions that are affected. @default all */
  readonly functionNames?: readonly string[];
  /** An asynchronous event is delivered twice. */
  readonly duplicate?: number;
  /** An asynchronous event is queued only after a part of `maximumDelayMs`. */
  readonly delay?: number;
  /** @default 2000 */
  readonly maximumDelayMs?: number;
  /** An asynchronous event is accepted and lost. */
  readonly drop?: number;
  /** The environment is killed during the invocation: half of the time before the handler ran, half of it after. */
  readonly crash?: number;
  /** `Invoke` answers 429. */
  readonly throttle?: number;
}

/** How often each fault has happened. */
export interface LambdaFaultCounts {
  duplicate: number;
  delay: number;
  drop: number;
  crashBefore: number;
  crashAfter: number;
  throttle: number;
}

export interface LambdaFaultDraws {
  throttles(functionName: string): boolean;
  /** One delay in milliseconds for each copy to deliver: none when the event is lost. */
  deliveries(functionName: string): readonly number[];
  crash(functionName: string): 'before' | 'after' | undefined;
  counts(): LambdaFaultCounts;
}

/** A fault is configured with a probability that is none. */
export class InvalidFaultError extends MillraceError {
  override readonly code = 'InvalidFault';
  override readonly name = 'InvalidFaultError';
}

const onceAtOnce: readonly number[] = [0];

/**
 * @throws InvalidFaultError for a probability outside 0 to 1
 */
export function drawLambdaFaults(faults: LambdaFaults | undefined): LambdaFaultDraws {
  const counts: LambdaFaultCounts = {
    duplicate: 0,
    delay: 0,
    drop: 0,
    crashBefore: 0,
    crashAfter: 0,
    throttle: 0,
  };
  if (faults === undefined) {
    return {
      throttles: () => false,
      deliveries: () => onceAtOnce,
      crash: () => undefined,
      counts: () => ({ ...counts }),
    };
  }
  for (const fault of ['duplicate', 'delay', 'drop', 'crash', 'throttle'] as const) {
    const probability = faults[fault] ?? 0;
    if (!(probability >= 0 && probability <= 1)) {
      throw new InvalidFaultError(`Fault "${fault}" is ${probability}: give a probability from 0 to 1.`);
    }
  }
  const random = seededRandom(faults.seed);
  const maximumDelayMs = faults.maximumDelayMs ?? 2000;
  const affected = faults.functionNames && new Set(faults.functionNames);
  const happens = (functionName: string, probability = 0): boolean =>
    probability > 0 && (affected?.has(functionName) ?? true) && random() < probability;
  const delayMs = (functionName: string): number => {
    if (!happens(functionName, faults.delay)) return 0;
    counts.delay += 1;
    return random() * maximumDelayMs;
  };

  return {
    throttles: (functionName) => {
      const throttled = happens(functionName, faults.throttle);
      if (throttled) counts.throttle += 1;
      return throttled;
    },
    deliveries: (functionName) => {
      if (happens(functionName, faults.drop)) {
        counts.drop += 1;
        return [];
      }
      if (happens(functionName, faults.duplicate)) {
        counts.duplicate += 1;
        return [delayMs(functionName), delayMs(functionName)];
      }
      return [delayMs(functionName)];
    },
    crash: (functionName) => {
      if (!happens(functionName, faults.crash)) return undefined;
      const when = random() < 0.5 ? 'before' : 'after';
      counts[when === 'before' ? 'crashBefore' : 'crashAfter'] += 1;
      return when;
    },
    counts: () => ({ ...counts }),
  };
}
