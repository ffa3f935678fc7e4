import { expect } from 'vitest';
import type { HistoryEvent } from '../../../asl/index.ts';
import type { JsonObject } from '../../../asl/json.ts';
import { compareRun } from '../../../cli/compare/compareRun.ts';
import { identityOf } from '../../../cli/compare/readRuns.ts';
import { differenceText } from '../../../cli/rendering/comparison.ts';
import { historyOf, named } from '../../asl/history/histories.ts';

export const task = (name: string, more: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
  ...more,
});

export const order: JsonObject = {
  StartAt: 'Charge',
  States: {
    Charge: task('charge', {
      TimeoutSeconds: 30,
      Parameters: { 'card.$': '$.card' },
      Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 2 }],
      ResultPath: '$.payment',
      Next: 'Each parcel',
    }),
    'Each parcel': {
      Type: 'Map',
      ItemsPath: '$.parcels',
      ItemProcessor: { StartAt: 'Ship', States: { Ship: task('ship', { End: true }) } },
      ResultPath: '$.tracking',
      Next: 'Both',
    },
    Both: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Bill',
          States: { Bill: { Type: 'Pass', Next: 'Thank' }, Thank: { Type: 'Pass', End: true } },
        },
        { StartAt: 'Report', States: { Report: task('report', { End: true }) } },
      ],
      ResultPath: '$.both',
      Next: 'Note',
    },
    Note: { Type: 'Pass', Assign: { seen: true }, Next: 'Done' },
    Done: { Type: 'Pass', End: true },
  },
};
export const input = { card: 'visa', parcels: ['a', 'b'] };

let charges = 0;
export const recorded = await historyOf(
  order,
  {
    Charge: () => {
      if (charges++ === 0) throw named('Busy', 'later');
      return { receipt: 'r-1' };
    },
    'Each parcel/Ship': (parcel) => `track-${parcel}`,
    'Both/1/Report': () => 'sent',
  },
  input,
);

export const failing: JsonObject = {
  StartAt: 'T',
  States: { T: task('t', { End: true }) },
};
export const failed = await historyOf(failing, {
  T: () => {
    throw named('Refused', 'no money');
  },
});

export function comparison(events: readonly HistoryEvent[], definition = order) {
  const first = events[0]?.details?.input;
  return compareRun({
    id: 'e',
    definition,
    type: 'STANDARD',
    input: JSON.parse(String(first)),
    events,
    wildcards: [],
    identity: identityOf('arn:aws:states:eu-west-1:123456789012:execution:m:e', events),
  });
}

export async function texts(events: readonly HistoryEvent[], definition = order): Promise<readonly string[]> {
  return (await comparison(events, definition)).differences.map(differenceText);
}

/** The events with another text in the details of some. */
export function changed(
  events: readonly HistoryEvent[],
  isIt: (event: HistoryEvent) => boolean,
  change: (details: JsonObject) => JsonObject,
): readonly HistoryEvent[] {
  expect(events.some(isIt)).toBe(true);
  return events.map((event) => (isIt(event) ? { ...event, details: change(event.details ?? {}) } : event));
}

/** The events without some, each linked to the one that is left before it. */
export function without(
  events: readonly HistoryEvent[],
  isIt: (event: HistoryEvent) => boolean,
): readonly HistoryEvent[] {
  const dropped = new Map(events.filter(isIt).map((event) => [event.id, event.previousEventId]));
  expect(dropped.size).toBeGreaterThan(0);
  const linkOf = (id: number): number => {
    const before = dropped.get(id);
    return before === undefined ? id : linkOf(before);
  };
  return events
    .filter((event) => !isIt(event))
    .map((event) => ({ ...event, previousEventId: linkOf(event.previousEventId) }));
}

export const of = (type: string, name?: string) => (event: HistoryEvent) =>
  event.type === type && (name === undefined || event.details?.name === name);
export const nth = (type: string, place: number) => {
  const id = recorded.filter((event) => event.type === type)[place]?.id;
  return (event: HistoryEvent) => event.id === id;
};
