import { describe, expect, it } from 'vitest';
import { eventFilter } from '../../../local/eventSource/eventFilter.ts';
import { insertion } from './scriptedStream.ts';

describe('The filter of an event source', () => {
  it('lets every record pass when there is no pattern', () => {
    expect(eventFilter([])(insertion(1))).toBe(true);
  });

  it('matches a field that equals any of the alternatives', () => {
    const passes = eventFilter([{ eventName: ['INSERT', 'REMOVE'] }]);
    expect(passes(insertion(1))).toBe(true);
    expect(passes({ ...insertion(1), eventName: 'REMOVE' })).toBe(true);
    expect(passes({ ...insertion(1), eventName: 'MODIFY' })).toBe(false);
  });

  it('matches keys by their beginning', () => {
    const passes = eventFilter([
      { dynamodb: { Keys: { item: { S: ['start', { prefix: 'task#' }, { prefix: 'event#' }] } } } },
    ]);
    const passing = (item: string): boolean => passes(insertion(1, 'order-1', item));
    expect(['start', 'task#1#1', 'event#a'].map(passing)).toEqual([true, true, true]);
    expect(['started', 'execution', 'beat#1#1', 'log#0', 'a task#1'].map(passing)).not.toContain(true);
  });

  it('needs all fields of one pattern to match', () => {
    const passes = eventFilter([
      {
        eventName: ['INSERT'],
        dynamodb: { Keys: { executionId: { S: ['order-1'] }, item: { S: ['start'] } } },
      },
    ]);
    expect(passes(insertion(1, 'order-1', 'start'))).toBe(true);
    expect(passes(insertion(1, 'order-2', 'start'))).toBe(false);
    expect(passes({ ...insertion(1, 'order-1', 'start'), eventName: 'MODIFY' })).toBe(false);
  });

  it('lets a record pass that any of several patterns matches', () => {
    const passes = eventFilter([
      { eventName: ['REMOVE'] },
      { dynamodb: { Keys: { item: { S: ['start'] } } } },
    ]);
    expect(passes(insertion(1, 'order-1', 'start'))).toBe(true);
    expect(passes(insertion(1))).toBe(false);
  });

  it('sees that an attribute exists, as Lambda does only of what is neither a list nor a map', () => {
    const image = { note: { S: '' }, list: { L: [{ S: 'a' }] } };
    const record = insertion(1);
    const withImage = { ...record, dynamodb: { ...record.dynamodb, NewImage: image } };
    const passes = (path: object) => eventFilter([{ dynamodb: { NewImage: { ...path } } }])(withImage);
    expect(passes({ note: { S: [{ exists: true }] } })).toBe(true);
    expect(passes({ note: { B: [{ exists: true }] } })).toBe(false);
    expect(passes({ other: { S: [{ exists: true }] } })).toBe(false);
    expect(passes({ note: [{ exists: true }] })).toBe(false);
    expect(passes({ list: { L: [{ exists: true }] } })).toBe(false);
    expect(eventFilter([{ dynamodb: { NewImage: { note: { S: [{ exists: true }] } } } }])(record)).toBe(
      false,
    );
  });

  it('does not match a field that the record does not have, or that is not a string', () => {
    expect(eventFilter([{ dynamodb: { Keys: { other: { S: ['x'] } } } }])(insertion(1))).toBe(false);
    expect(eventFilter([{ dynamodb: { SizeBytes: [{ prefix: '1' }] } }])(insertion(1))).toBe(false);
  });
});
