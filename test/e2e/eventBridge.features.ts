import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IngestRule } from '../../infra/ingestRule.ts';
import { eventually } from '../support/eventually.ts';
import { hasStatus, startItem, type TestCloud } from './testCloud.ts';

/** Rules of a shop, as the construct and the local cloud take them. */
export const shopRules = {
  Opened: {
    eventPattern: { source: ['shop'], 'detail-type': ['opened'], detail: { sum: [{ numeric: ['>=', 0] }] } },
    start: { machine: 'ledger', executionId: '$.detail.ledger' },
  },
  Anonymous: {
    eventPattern: { source: ['shop'], 'detail-type': [{ prefix: 'anony' }] },
    start: { machine: 'ledger', version: '1', input: '$.detail.books[0]' },
  },
  Booked: {
    eventPattern: { source: ['shop'], 'detail-type': ['booked'] },
    send: { executionId: '$.detail.ledger', type: 'BOOK', event: '$.detail.booking', eventId: '$.detail.id' },
  },
  Told: {
    eventPattern: { source: ['shop'], 'detail-type': ['told'] },
    send: { executionId: '$.detail.ledger', type: '$.detail.what' },
  },
  Counted: {
    eventPattern: {
      source: ['millrace'],
      'detail-type': ['Millrace Execution Event'],
      detail: { machine: ['herald'], event: { type: ['counted'] } },
    },
    start: { machine: 'ledger', executionId: '$.detail.id', input: '$.detail.event' },
  },
} as const satisfies Readonly<Record<string, IngestRule>>;

/** Any user of EventBridge can do this, however the cloud was deployed. Each invocation of the rules' function comes twice. */
export function eventBridgeFeatures(start: () => Promise<TestCloud>): void {
  let cloud: TestCloud;
  let client: EventBridgeClient;
  beforeAll(async () => {
    cloud = await start();
    const { AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint = '' } = cloud.cloud.environment;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    client = new EventBridgeClient({ endpoint, region: 'us-east-1', credentials });
  });
  afterAll(async () => {
    client?.destroy();
    await cloud?.stop();
  });

  const put = async (detailType: string, ...details: readonly object[]): Promise<string[]> => {
    const { Entries = [] } = await client.send(
      new PutEventsCommand({
        Entries: details.map((detail) => ({
          EventBusName: cloud.cloud.environment.MILLRACE_EVENT_BUS,
          Source: 'shop',
          DetailType: detailType,
          Detail: JSON.stringify(detail),
        })),
      }),
    );
    return Entries.map(({ EventId = '' }) => EventId);
  };

  describe('a rule that starts', () => {
    it('starts one execution for an event that comes twice, with id and input of the event', async () => {
      await put('opened', { ledger: 'may', sum: 5 });
      await cloud.until('may', ({ state }) => state === 'open');
      await cloud.cloud.settled();
      const items = await cloud.partition('may');
      expect(items.find(({ item }) => item === 'start')).toMatchObject({
        machine: 'ledger',
        input: { ledger: 'may', sum: 5 },
      });
    });

    it('makes the id of the machine, the rule and the event where it has no path', async () => {
      const [eventId] = await put('anonymous', { books: [{ sum: 7 }] });
      const started = await cloud.until(`ledger-Anonymous-${eventId}`, hasStatus('RUNNING'));
      expect(started).toMatchObject({ machine: 'ledger', machineVersion: '1' });
    });

    it('starts nothing for an event that does not match, or has no id where one should be', async () => {
      await put('opened', { ledger: 'june', sum: -1 }, { sum: 3 });
      await cloud.cloud.settled();
      expect(await cloud.partition('june')).toEqual([]);
      expect(
        cloud.output.filter((line) => line.includes('It has no text and no number at $.detail.ledger')),
      ).not.toEqual([]);
    });
  });

  describe('a rule that sends', () => {
    it('sends one event for each id, and ends what it should', async () => {
      await put('opened', { ledger: 'july', sum: 1 });
      await put('booked', { ledger: 'july', id: 'b-1', booking: { amount: 10 } });
      await put('booked', { ledger: 'july', id: 'b-1', booking: { amount: 10 } });
      await put('booked', { ledger: 'july', id: 'b-2', booking: { amount: 100 } });
      await cloud.cloud.settled();
      await put('told', { ledger: 'july', what: 'CLOSE', by: 'Ada' });
      const ended = await cloud.until('july', hasStatus('SUCCEEDED', 'FAILED'));
      expect(ended.output).toEqual({ sum: 111, bookings: 2, closedBy: 'Ada' });
    });

    it('may send before the execution is started', async () => {
      await put('told', { ledger: 'august', what: 'CLOSE', by: 'Bo' });
      await cloud.cloud.settled();
      await put('opened', { ledger: 'august', sum: 2 });
      const ended = await cloud.until('august', hasStatus('SUCCEEDED', 'FAILED'));
      expect(ended.output).toMatchObject({ sum: 2, closedBy: 'Bo' });
    });
  });

  describe('what Millrace itself puts on the bus', () => {
    it('comes to rules as any event does: one execution leads to another', async () => {
      await cloud.put(startItem('h-1', 'herald', { M: { from: { N: '41' } } }));
      const events = await eventually(
        async () => cloud.cloud.bus?.events() ?? [],
        (all) => all.some(({ detail }) => 'event' in detail && detail.executionId === 'h-1'),
        { what: 'the bus' },
      );
      expect(events.length).toBeGreaterThan(0);
      await cloud.cloud.settled();
      const counted = (cloud.cloud.bus?.events() ?? []).find(
        ({ detail }) => 'event' in detail && JSON.stringify(detail.event) === '{"type":"counted","sum":42}',
      );
      const ledger = await cloud.until(String(counted?.detail.id), ({ state }) => state === 'open');
      expect(ledger).toMatchObject({ machine: 'ledger', status: 'RUNNING' });
    });
  });
}
