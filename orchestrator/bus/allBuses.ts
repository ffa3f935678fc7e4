import { describeError } from '../observability/report.ts';
import type { Bus, BusEvent, PublishFailure } from './bus.ts';

/** Publishes to each of several buses. An event that one of them did not take is published to all of them again. */
export function allBuses(buses: readonly Bus[]): Bus {
  return {
    publish: async (events) => {
      const failures = await Promise.all(buses.map((bus) => failuresOf(bus, events)));
      return { failures: failures.flat() };
    },
  };
}

async function failuresOf(bus: Bus, events: readonly BusEvent[]): Promise<readonly PublishFailure[]> {
  try {
    return (await bus.publish(events)).failures;
  } catch (error) {
    const reason = describeError(error);
    return events.map(({ detail }) => ({ id: detail.id, reason }));
  }
}
