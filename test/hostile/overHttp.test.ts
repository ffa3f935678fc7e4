import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../client/index.ts';
import { defaults } from '../../orchestrator/configuration/configuration.ts';
import { executionStatuses } from '../../orchestrator/core/execution/model/execution.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { parcel } from '../e2e/machines/parcel.ts';
import { tally } from '../e2e/machines/tally.ts';
import { hasStatus, startItem, startTestCloud, type TestCloud } from '../e2e/testCloud.ts';
import { hostileEvent, hostileInput, hostileItem } from './hostileItems.ts';
import { runs, sayFigures, Tally } from './runs.ts';

let cloud: TestCloud;
let endpoint: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  endpoint = cloud.cloud.environment.AWS_ENDPOINT_URL_DYNAMODB ?? '';
});
afterAll(() => cloud?.stop());

/** A request as no SDK would send it: the body is what it is. Answers the status. */
async function post(operation: string, body: string | Uint8Array<ArrayBuffer>): Promise<number> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      'x-amz-date': '20260101T000000Z',
    },
    body,
  });
  await response.arrayBuffer();
  return response.status;
}

function wire(value: AttributeValue): unknown {
  if (value.B !== undefined) return { B: Buffer.from(value.B).toString('base64') };
  if (value.BS !== undefined) return { BS: value.BS.map((each) => Buffer.from(each).toString('base64')) };
  if (value.L !== undefined) return { L: value.L.map(wire) };
  if (value.M !== undefined) return { M: wireMap(value.M) };
  return value;
}

function wireMap(map: Attributes): object {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, wire(value)]));
}

const put = (executionId: string, item: Attributes) =>
  post(
    'PutItem',
    JSON.stringify({
      TableName: cloud.cloud.tableName,
      Item: wireMap({ ...item, executionId: { S: executionId } }),
      ConditionExpression: 'attribute_not_exists(executionId)',
    }),
  );

const hostile = fc.tuple(
  fc.constantFrom('tally', 'parcel', 'none'),
  fc.oneof(
    { weight: 6, arbitrary: hostileItem('start', 'event', 'task', 'beat', 'claim', 'message') },
    { weight: 2, arbitrary: hostileItem('task') },
    hostileInput('tally'),
    hostileInput('parcel'),
    hostileEvent('APPROVE'),
  ),
);

const noUtf8: [string, (text: string) => Buffer][] = [
  ['a byte that no UTF-8 has', (text) => spliced(text, [0xff])],
  ['an overlong slash', (text) => spliced(text, [0xc0, 0xaf])],
  ['half of a surrogate pair', (text) => spliced(text, [0xed, 0xa0, 0x80])],
  ['a sequence that is cut off', (text) => spliced(text, [0xf0, 0x9f])],
];

function spliced(text: string, bytes: readonly number[]): Buffer {
  const [before = '', after = ''] = text.split('HERE');
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
}

/** The stream has been delivered, nothing was given up, and an execution that starts now ends as it must. */
async function expectWorking(id: string): Promise<void> {
  await cloud.put(startItem(id, 'tally', marshall({ input: { from: 10 } }).input));
  const { status, output } = await cloud.until(id, hasStatus('SUCCEEDED', 'FAILED'), 60_000);
  expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { sum: 13, applied: 3 } });
  expect(cloud.cloud.recordsGivenUp()).toBe(0);
}

/** Whatever is in the table, operators can look at it: errors of single executions are typed. */
async function expectReadable(prefix: string, figures: Tally): Promise<void> {
  const { dynamodb, tableName } = cloud.cloud;
  const client = createClient({ dynamodb, tableName, indexShards: defaults.indexShards });
  for (const machine of ['tally', 'parcel']) {
    for (const status of executionStatuses) {
      for await (const { executionId } of client.listAll({ machine, status }))
        expect(executionId).not.toBe('');
    }
  }
  for (const id of ['tally', 'parcel', 'none'].map((each) => `${prefix}-${each}`)) {
    for (const look of [
      () => client.describe(id),
      () => client.history(id),
      () => client.replay(id, [tally, parcel]),
    ]) {
      const problem = await look().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (problem !== undefined) expect(problem).toHaveProperty('code', expect.any(String));
      figures.add(problem === undefined ? 'reads' : 'reads refused with a typed error');
    }
  }
  for await (const finding of client.doctor({ isDryRun: true, graceMs: 1 })) expect(finding).toBeDefined();
}

describe('items that someone made up, in the table of a running cloud', () => {
  it(
    'kill nothing, block nothing, and the executions beside them end as they must',
    async () => {
      const figures = new Tally();
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(hostile, { minLength: 40, maxLength: 60, size: 'max' }), async (items) => {
          const prefix = `round-${round++}`;
          const id = (machine: string) => `${prefix}-${machine}`;
          for (const machine of ['tally', 'parcel']) {
            await cloud.put(startItem(id(machine), machine, marshall({ input: { from: 1 } }).input));
          }
          const answers = await Promise.all(items.map(([machine, item]) => put(id(machine), item)));
          for (const answer of answers)
            figures.add(answer === 200 ? 'items written' : 'items refused by the engine');
          await expectWorking(`${prefix}-neighbour`);
          await expectReadable(prefix, figures);
          figures.add('rounds');
        }),
        { numRuns: Math.ceil(runs(100) / 50), endOnFailure: true },
      );
      const crashes = cloud.output.filter((line) => /Runtime\.|given up|unhandled/i.test(line));
      expect(crashes).toEqual([]);
      sayFigures('over HTTP', figures.counts);
    },
    Number(process.env.HOSTILE_RUNS ?? 100) * 1000 + 60_000,
  );

  it.each(noUtf8)('bytes that are no UTF-8 in a start and in an event: %s', async (name, broken) => {
    const id = `utf8-${noUtf8.findIndex(([each]) => each === name)}`;
    const { tableName: TableName } = cloud.cloud;
    const start = { ...startItem(id, 'tally'), input: { M: { from: { N: '1' }, note: { S: 'HERE' } } } };
    await post('PutItem', new Uint8Array(broken(JSON.stringify({ TableName, Item: start }))));
    const event = { executionId: { S: id }, item: { S: 'event#1' }, type: { S: 'HERE' } };
    await post('PutItem', new Uint8Array(broken(JSON.stringify({ TableName, Item: event }))));
    await expectWorking(`${id}-neighbour`);
  });

  it('halves of surrogate pairs, as JSON writes them', async () => {
    const { tableName: TableName } = cloud.cloud;
    const item = (fields: object) =>
      JSON.stringify({ TableName, Item: fields }).replaceAll('HERE', '\\ud83e');
    await post(
      'PutItem',
      item({ ...startItem('half-HERE', 'tally'), input: { M: { HERE: { S: 'HERE' } } } }),
    );
    await post('PutItem', item({ ...startItem('half', 'HERE') }));
    await expectWorking('half-neighbour');
  });
});
