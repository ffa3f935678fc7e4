import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { codeBlocksOf } from './codeBlocks.ts';
import { ReaderDirectory } from './readerDirectory.ts';

const blocks = await codeBlocksOf('docs/eventbridge.md');
const textOf = (file: string) => blocks.find(({ marks }) => marks.get('file') === file)?.text ?? '';

let reader: ReaderDirectory;
let cloud: LocalCloud;
let client: MillraceClient;
let bus: EventBridgeClient;
beforeAll(async () => {
  reader = await ReaderDirectory.create();
  for (const { marks, text } of blocks) {
    const file = marks.get('file');
    if (file !== undefined) await reader.write(file, text);
  }
  cloud = await startLocalCloud({
    machinesDirectory: `${reader.path}/machines`,
    workersDirectory: `${reader.path}/workers`,
    rules: JSON.parse(textOf('rules.json')),
  });
  const { dynamodb, tableName } = cloud;
  client = createClient({ dynamodb, tableName });
  bus = new EventBridgeClient({
    endpoint: cloud.environment.AWS_ENDPOINT_URL_EVENTBRIDGE ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});
afterAll(async () => {
  bus?.destroy();
  await cloud?.stop();
  await reader.remove();
});

/** The entries of the page's command for the AWS CLI, as the shell hands them over. */
function entriesOfThePage() {
  const [, entries = ''] = blocks.flatMap(({ text }) => /--entries '([^']+)'/.exec(text) ?? []);
  return JSON.parse(entries);
}

describe('the rules of the page', () => {
  it('start an execution by the command of the page', async () => {
    const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries: entriesOfThePage() }));
    expect(FailedEntryCount).toBe(0);
    await cloud.settled();
    expect(await client.describe('o-1')).toMatchObject({ status: 'RUNNING', state: 'placed' });
  });

  it('send to it, and start nothing for what does not match', async () => {
    const put = (Source: string, DetailType: string, detail: object) =>
      bus.send(
        new PutEventsCommand({
          Entries: [{ EventBusName: 'millrace', Source, DetailType, Detail: JSON.stringify(detail) }],
        }),
      );
    await put('shop', 'order placed', { orderId: 'o-2', total: 0 });
    await put('till', 'paid', { order: 'o-1', payment: { method: 'card' } });
    expect(await client.wait('o-1', { timeoutMs: 20_000 })).toMatchObject({
      status: 'SUCCEEDED',
      output: { total: 20, method: 'card' },
    });
    await cloud.settled();
    await expect(client.describe('o-2')).rejects.toMatchObject({ code: 'ExecutionNotFound' });
  });
});
