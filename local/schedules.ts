import { randomUUID } from 'node:crypto';
import type { ScheduleDescription } from '../infra/description.ts';
import { type Clock, systemClock } from './clock.ts';
import type { LocalLambda } from './lambda/index.ts';

export interface StartSchedulesOptions {
  /** @default the machine's clock */
  readonly clock?: Clock;
  /**
   * Told when a scheduled invocation was refused; it is not tried again before the next one is due.
   * @default a process warning
   */
  readonly onError?: (functionName: string, error: unknown) => void;
}

export interface LocalSchedules {
  stop(): void;
}

/** Schedules of a minute run at once: a new cloud would do nothing for a minute. The others begin after a period, as on AWS. */
const promptRateMinutes = 1;

/** Invokes each function at its rate, as an EventBridge rule does. */
export function startSchedules(
  schedules: readonly ScheduleDescription[],
  lambda: Pick<LocalLambda, 'invoke'>,
  options: StartSchedulesOptions = {},
): LocalSchedules {
  const clock = options.clock ?? systemClock;
  const onError = options.onError ?? warn;
  const cancels = schedules.map(({ functionName, rateMinutes }) => {
    const periodMs = rateMinutes * 60_000;
    let dueMs = clock.now();
    let cancel = () => {};
    const run = () => {
      lambda
        .invoke(functionName, scheduledEvent(functionName, dueMs), { type: 'Event' })
        .catch((error: unknown) => onError(functionName, error));
      // From when it was due, not from now: late timers must not add up. After a sleep of the machine, missed runs stay missed.
      dueMs += periodMs * Math.max(1, Math.ceil((clock.now() - dueMs) / periodMs));
      cancel = clock.after(Math.max(0, dueMs - clock.now()), run);
    };
    if (rateMinutes <= promptRateMinutes) run();
    else {
      dueMs += periodMs;
      cancel = clock.after(periodMs, run);
    }
    return () => cancel();
  });
  return {
    stop: () => {
      for (const cancel of cancels) cancel();
    },
  };
}

function warn(functionName: string, error: unknown): void {
  process.emitWarning(`The schedule of ${functionName} could not invoke it: ${String(error)}`);
}

/** https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-eventbridge.html */
function scheduledEvent(functionName: string, dueMs: number): string {
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: `${new Date(dueMs).toISOString().slice(0, 19)}Z`,
    region: 'us-east-1',
    resources: [`arn:aws:events:us-east-1:000000000000:rule/${functionName}`],
    detail: {},
  });
}
