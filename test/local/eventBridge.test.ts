import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { afterEach, describe, expect, it } from 'vitest';
import type { RuleDescription } from '../../infra/description.ts';
import { type StartBusOptions, startBus } from '../../local/bus.ts';
import { targetInput } from '../../local/eventBridge/targetInput.ts';

let stopping: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stopping) await stop();
  stopping = [];
});

/** A local bus with rules, as the AWS SDK sees it. */
async function start(rules: readonly Partial<RuleDescription>[] = [], options: StartBusOptions = {}) {
  const invoked: { functionName: string; payload: unknown }[] = [];
  const log: string[] = [];
  const bus = await startBus({
    invoke: async (functionName, payload) => invoked.push({ functionName, payload: JSON.parse(payload) }),
    log: (text) => void log.push(text),
    ...options,
  });
  bus.eventBridge.deploy(
    ['shop'],
    rules.map((rule, index) => ({
      name: `rule-${index}`,
      eventBusName: 'shop',
      eventPattern: { source: ['till'] },
      targets: [{ functionName: 'book' }],
      ...rule,
    })),
  );
  const client = new EventBridgeClient({
    endpoint: bus.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  stopping.push(
    () => client.destroy(),
    () => bus.stop(),
  );
  const put = (...entries: PutEventsRequestEntry[]) =>
    client.send(new PutEventsCommand({ Entries: entries }));
  return { bus, put, invoked, log };
}

const sold: PutEventsRequestEntry = {
  EventBusName: 'shop',
  Source: 'till',
  DetailType: 'sold',
  Detail: '{"sku":"tea","count":2}',
};

describe('the local bus, as the AWS SDK sees it,', () => {
  it('invokes the targets of the rules that match, with the event as EventBridge has it', async () => {
    const { bus, put, invoked } = await start([
      { eventPattern: { source: ['till'], detail: { count: [{ numeric: ['>', 1] }] } } },
      { eventPattern: { source: ['warehouse'] } },
    ]);
    const { FailedEntryCount, Entries } = await put({
      ...sold,
      Time: new Date('2026-03-01T12:00:05.700Z'),
      Resources: ['arn:shop/1'],
    });
    expect(FailedEntryCount).toBe(0);
    await bus.eventBridge.idle();
    expect(invoked).toEqual([
      {
        functionName: 'book',
        payload: {
          version: '0',
          id: Entries?.[0]?.EventId,
          'detail-type': 'sold',
          source: 'till',
          account: '000000000000',
          time: '2026-03-01T12:00:05Z',
          region: 'us-east-1',
          resources: ['arn:shop/1'],
          detail: { sku: 'tea', count: 2 },
        },
      },
    ]);
  });

  it('has the buses that are deployed, by name or ARN, and the default one', async () => {
    const { bus, put, invoked } = await start([
      {},
      { eventBusName: 'default', targets: [{ functionName: 'audit' }] },
    ]);
    const { EventBusName: _, ...toDefault } = sold;
    const { Entries } = await put(
      { ...sold, EventBusName: 'arn:aws:events:us-east-1:000000000000:event-bus/shop' },
      toDefault,
      { ...sold, EventBusName: 'nowhere' },
    );
    await bus.eventBridge.idle();
    expect(invoked.map(({ functionName }) => functionName).sort()).toEqual(['audit', 'book']);
    expect(Entries?.[2]).toMatchObject({ ErrorCode: 'ResourceNotFoundException' });
  });

  it('gives a target the part of the event that its path says', async () => {
    const { bus, put, invoked } = await start([
      { targets: [{ functionName: 'book', inputPath: '$.detail.sku' }] },
    ]);
    await put(sold);
    await bus.eventBridge.idle();
    expect(invoked.map(({ payload }) => payload)).toEqual(['tea']);
  });

  it('hands an event on to another bus, and to none twice', async () => {
    const { bus, put, invoked } = await start([
      { targets: [{ eventBusName: 'default' }] },
      { eventBusName: 'default', targets: [{ eventBusName: 'shop' }, { functionName: 'book' }] },
    ]);
    const { Entries } = await put(sold);
    await bus.eventBridge.idle();
    expect(invoked).toEqual([
      { functionName: 'book', payload: expect.objectContaining({ id: Entries?.[0]?.EventId }) },
    ]);
  });

  it('invokes a target again that had no capacity', async () => {
    let calls = 0;
    const { bus, put } = await start([{}], {
      invoke: async () => {
        calls += 1;
        if (calls < 3) throw new Error('Rate Exceeded.');
      },
    });
    await put(sold);
    await bus.eventBridge.idle();
    expect(calls).toBe(3);
  });

  it('refuses entry by entry what EventBridge refuses', async () => {
    const { put } = await start();
    const { FailedEntryCount, Entries } = await put(
      sold,
      { ...sold, Detail: '{"sku":' },
      { ...sold, Detail: '[1]' },
      { ...sold, Source: 'aws.ec2' },
      { ...sold, DetailType: undefined },
    );
    expect(FailedEntryCount).toBe(4);
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'MalformedDetail',
      'NotAuthorizedForSourceException',
      'InvalidArgument',
    ]);
  });

  it('refuses a call with too many entries, or too much in them', async () => {
    const { put } = await start();
    await expect(put(...Array.from({ length: 11 }, () => sold))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(
      put({ ...sold, Detail: JSON.stringify({ text: 'é'.repeat(131_072) }) }),
    ).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

describe('a transformer', () => {
  const event = {
    version: '0',
    id: 'e-1',
    'detail-type': 'sold',
    source: 'till',
    account: '0',
    time: '2026-03-01T12:00:05Z',
    region: 'us-east-1',
    resources: [],
    detail: { sku: 'tea "green"', count: 2, tags: ['a'] },
  } as const;
  const context = { ruleName: 'r', ruleArn: 'arn:r', ingestionTime: '2026-03-01T12:00:06Z' };
  const transformed = (inputTemplate: string, inputPathsMap: Readonly<Record<string, string>> = {}) =>
    JSON.parse(targetInput({ inputTransformer: { inputPathsMap, inputTemplate } }, event, context));

  it('writes what is at a path as JSON, and in a text as text', () => {
    expect(
      transformed('{"sku":<sku>,"count":<count>,"tags":<tags>,"said":"<count> of <sku>","json":"<tags>"}', {
        sku: '$.detail.sku',
        count: '$.detail.count',
        tags: '$.detail.tags',
      }),
    ).toEqual({ sku: 'tea "green"', count: 2, tags: ['a'], said: '2 of tea "green"', json: '["a"]' });
  });

  it('knows the variables that EventBridge has for every rule', () => {
    const { detail: _, ...rest } = event;
    expect(
      transformed(
        '{"event":<aws.events.event.json>,"head":<aws.events.event>,"rule":"<aws.events.rule-name>","at":<aws.events.event.ingestion-time>}',
      ),
    ).toEqual({ event, head: rest, rule: 'r', at: '2026-03-01T12:00:06Z' });
  });

  it('that makes no JSON is an error that names the rule', () => {
    expect(() => transformed('{"x":<missing>}', { missing: '$.detail.missing' })).toThrow(
      /rule 'r' makes no JSON/,
    );
  });
});
