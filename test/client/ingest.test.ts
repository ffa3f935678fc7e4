import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { eventPath } from '../../client/ingest/eventPath.ts';
import { ingestHandler } from '../../client/ingest/ingest.ts';
import type { IngestRequest } from '../../client/ingest/ingestTarget.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';

const now = Date.parse('2026-03-01T12:00:00.000Z');
const event = {
  id: 'e-1',
  source: 'shop',
  'detail-type': 'placed',
  detail: {
    orderId: 'o-17',
    number: 17,
    lines: [{ sku: 'tea' }],
    bad: 'a.b',
    type: 'SHIPPED',
    empty: '',
    'aws:tag*': 'tea',
  },
} as const;

function setUp() {
  const table = new MemoryTable();
  const reports: Report[] = [];
  const handle = ingestHandler(
    { table, now: () => now, newId: () => 'new' },
    (report) => void reports.push(report),
  );
  const ingest = (request: Partial<IngestRequest>) => handle({ rule: 'Placed', event, ...request });
  const items = () => [...table.items.values()].map((item) => unmarshall(item));
  const refusals = () => reports.map((report) => ('error' in report ? report.error : ''));
  return { table, ingest, items, refusals };
}

describe('a start', () => {
  it('takes id and input from where the rule says', async () => {
    const { ingest, items } = setUp();
    await ingest({
      start: { machine: 'order', version: '2', executionId: '$.detail.orderId', input: '$.detail.lines[0]' },
    });
    expect(items()).toEqual([
      { executionId: 'o-17', item: 'start', machine: 'order', version: '2', input: { sku: 'tea' } },
    ]);
  });

  it('is one however often the event comes', async () => {
    const { ingest, items, refusals } = setUp();
    await ingest({ start: { machine: 'order' } });
    await ingest({ start: { machine: 'order' } });
    expect(items()).toMatchObject([{ executionId: 'order-Placed-e-1', item: 'start', input: event.detail }]);
    expect(refusals()).toEqual([]);
  });

  it('of an id that another event has started with another input is reported, not made', async () => {
    const { ingest, items, refusals } = setUp();
    const start = { machine: 'order', executionId: '$.detail.orderId' } as const;
    await ingest({ start });
    await ingest({ start, event: { ...event, id: 'e-2', detail: { orderId: 'o-17' } } });
    expect(items()).toHaveLength(1);
    expect(refusals()).toEqual([
      expect.stringMatching(/^Rule 'Placed', event 'e-2': ExecutionAlreadyExists/),
    ]);
  });

  it('has a number for an id, and an id that a machine with dots in its own may have', async () => {
    const { ingest, items } = setUp();
    await ingest({ start: { machine: 'order', executionId: '$.detail.number' } });
    await ingest({ start: { machine: 'order.v2', input: '$.detail.nothing' } });
    expect(items()).toMatchObject([
      { executionId: '17' },
      { executionId: 'order-v2-Placed-e-1', machine: 'order.v2' },
    ]);
    expect(items()[1]).not.toHaveProperty('input');
  });
});

describe('an event', () => {
  it('takes execution, type and fields from where the rule says', async () => {
    const { ingest, items } = setUp();
    await ingest({ send: { executionId: '$.detail.orderId', type: 'LINE', event: '$.detail.lines[0]' } });
    await ingest({
      send: {
        executionId: '$.detail.orderId',
        type: '$.detail.type',
        eventId: '$.detail.number',
        event: '$.detail.none',
      },
    });
    expect(items()).toEqual([
      {
        executionId: 'o-17',
        item: 'event#Placed-e-1',
        at: '2026-03-01T12:00:00.000Z',
        type: 'LINE',
        event: { sku: 'tea' },
      },
      { executionId: 'o-17', item: 'event#17', at: '2026-03-01T12:00:00.000Z', type: 'SHIPPED' },
    ]);
  });

  it('of which two rules make different things for one execution is two', async () => {
    const { ingest, items } = setUp();
    for (const rule of ['Booked', 'Audited']) {
      await ingest({ rule, send: { executionId: '$.detail.orderId', type: rule.toUpperCase() } });
    }
    expect(items()).toMatchObject([{ type: 'BOOKED' }, { type: 'AUDITED' }]);
  });

  it('is one however often it comes', async () => {
    const { ingest, items } = setUp();
    for (let i = 0; i < 3; i++) await ingest({ send: { executionId: '$.detail.orderId', type: 'PLACED' } });
    expect(items()).toHaveLength(1);
  });
});

describe('what can never be taken is reported and left:', () => {
  it.each<[string, Partial<IngestRequest>, RegExp]>([
    [
      'no id where one should be',
      { start: { machine: 'm', executionId: '$.detail.none' } },
      /no text and no number at \$\.detail\.none/,
    ],
    [
      'an id that is a number too large to be exact',
      {
        event: JSON.parse('{"id":"e-1","n":12345678901234567890}'),
        start: { machine: 'm', executionId: '$.n' },
      },
      /number at \$\.n is not a whole number within/,
    ],
    [
      'an id of an event that is a fraction',
      {
        event: { id: 'e-1', n: 1.5, detail: {} },
        send: { executionId: '$.id', type: 'T', eventId: '$.n' },
      },
      /number at \$\.n is not a whole number within/,
    ],
    ['an empty id', { start: { machine: 'm', executionId: '$.detail.empty' } }, /no text and no number/],
    [
      'an id that no execution may have',
      { start: { machine: 'm', executionId: '$.detail.bad' } },
      /has '#' or '\.'/,
    ],
    [
      'an event whose fields are not an object',
      { send: { executionId: '$.detail.orderId', type: 'T', event: '$.source' } },
      /at \$\.source is not an object/,
    ],
    [
      'a reserved type',
      { send: { executionId: '$.detail.orderId', type: 'xstate.done' } },
      /ReservedEventType/,
    ],
    ['a path that is none', { start: { machine: 'm', executionId: '$detail' } }, /'\$detail' is not a path/],
    ['a rule without a target', {}, /neither starts/],
  ])('%s', async (_, request, problem) => {
    const { ingest, items, refusals } = setUp();
    await ingest(request);
    expect(items()).toEqual([]);
    expect(refusals()).toEqual([expect.stringMatching(problem)]);
  });
});

it('a table that takes no write is an error, so that Lambda calls again', async () => {
  const { ingest, table } = setUp();
  table.journal.insertStart = () => Promise.reject(new Error('throttled'));
  await expect(ingest({ start: { machine: 'm' } })).rejects.toThrow('throttled');
});

describe('a path in an event', () => {
  it.each<[string, unknown]>([
    ['$', event],
    ['$.detail-type', 'placed'],
    ["$['detail-type']", 'placed'],
    ["$.detail['aws:tag*']", 'tea'],
    ['$.detail.lines[0].sku', 'tea'],
    ['$.detail.lines[1]', undefined],
    ['$.detail.lines.length', undefined],
    ['$.detail.toString', undefined],
    ['$.source.length', undefined],
  ])('%s', (path, value) => {
    expect(eventPath(path)(event)).toEqual(value);
  });

  it.each([
    ...['', 'detail', '$.', '$..a', '$.a[x]', '$.a b', '$[', "$['a"],
    ...['$.detail.*', '$.a?', '$.@', '$.a.length()', '$.a:b', '$.a,b'],
  ])('is not %j', (path) => {
    expect(() => eventPath(path)).toThrow(expect.objectContaining({ code: 'InvalidEventPath' }));
  });
});
