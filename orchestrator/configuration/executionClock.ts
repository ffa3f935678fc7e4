import { InvalidConfigurationError } from './configuration.ts';

/** Names of the environment variables that let time pass faster in a local cloud. A deployment sets neither. */
export const clockVariable = {
  scale: 'MILLRACE_TIME_SCALE',
  /** Milliseconds since the epoch: when the faster time began, the same in every process. */
  since: 'MILLRACE_TIME_SCALE_SINCE',
} as const;

/** The clock that executions live by: the system's, or one that runs a number of times faster. */
export interface ExecutionClock {
  /** 1: the system's clock. */
  readonly scale: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** The time that it shows when the system's clock shows `systemMs`. */
  at(systemMs: number): number;
  /** The delay that the system's timers take for so much of its time. */
  systemDelayMs(ms: number): number;
}

const fastest = 100_000;

/** @throws InvalidConfigurationError */
export function readExecutionClock(
  environment: Readonly<Record<string, string | undefined>>,
  systemNow: () => number = () => Date.now(),
): ExecutionClock {
  const text = environment[clockVariable.scale];
  if (text === undefined || text === '') return executionClock(1, 0, systemNow);
  const scale = Number(text);
  const since = Number(environment[clockVariable.since] ?? Number.NaN);
  if (!isTimeScale(scale) || !Number.isFinite(since)) {
    throw new InvalidConfigurationError(
      `${clockVariable.scale} is '${text}', ${clockVariable.since} '${environment[clockVariable.since] ?? ''}': ` +
        'take both from the local cloud, which sets them, or remove both.',
    );
  }
  return executionClock(scale, since, systemNow);
}

/** Whether time may pass so many times faster. */
export function isTimeScale(scale: number): boolean {
  return scale >= 1 && scale <= fastest;
}

/** The variables that every process of a cloud, and its clients, need to have the same time. */
export function clockEnvironment(scale: number, since: number): Record<string, string> {
  return scale === 1
    ? {}
    : { [clockVariable.scale]: String(scale), [clockVariable.since]: String(Math.round(since)) };
}

/** A clock that showed the system's time at `since`, and has run `scale` times faster from then on. */
export function executionClock(scale: number, since: number, systemNow: () => number): ExecutionClock {
  const at = (systemMs: number) => (scale === 1 ? systemMs : Math.round(since + (systemMs - since) * scale));
  return { scale, at, now: () => at(systemNow()), systemDelayMs: (ms) => ms / scale };
}
