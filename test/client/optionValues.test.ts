import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { testCloud } from '../../testing/index.ts';

const machine = setup({}).createMachine({ id: 'idle', initial: 'idle', states: { idle: {} } });

type Call = (client: MillraceClient, given: never) => unknown;
const wait: Call = (client, given) => client.wait('e', given);
const list: Call = (client, given) => client.list(given);
const history: Call = (client, given) => client.history('e', given);
const stateAt: Call = (client, given) => client.stateAt('e', given, [machine]);
const controlMany: Call = (client, given) => client.controlMany(given).next();
const replay: Call = (client, given) => client.replay('e', given);
const browse: Call = (client, given) => client.browse(given);
const count: Call = (client, given) => client.count(given);
const waitForAll: Call = (client, given) => client.waitForAll('idle', given);
const made: Call = (_, given) => createClient(given);
const startMany: Call = async (client, given) => {
  for await (const _ of client.startMany('idle', given));
};
const many = { control: 'stop', machine: 'idle', status: 'RUNNING' };

const wrong: readonly [name: string, call: Call, given: unknown, message: string][] = [
  ['wait, which would never end', wait, { timeoutMs: Number.NaN }, 'timeoutMs is NaN'],
  ['wait, whose time is a text', wait, { timeoutMs: '1s' }, "timeoutMs is '1s'"],
  ['wait, whose time is negative', wait, { timeoutMs: -1 }, 'timeoutMs is -1'],
  ['wait, which would look all the time', wait, { pollMs: 0 }, 'pollMs is 0'],
  ['list of no executions', list, { limit: 0 }, 'limit is 0'],
  ['list of a part of an execution', list, { limit: 1.5 }, 'limit is 1.5'],
  ['list in an unknown status', list, { status: 'running' }, "did you mean 'RUNNING'?"],
  ['list since a text', list, { since: 'yesterday' }, "since is 'yesterday'"],
  ['history of no entries', history, { limit: 0 }, 'limit is 0'],
  ['history from no entry', history, { from: Number.NaN }, 'from is NaN'],
  ['state at no entry', stateAt, 0, 'number is 0'],
  ['state at half an entry', stateAt, 0.5, 'number is 0.5'],
  ['an unknown control', controlMany, { ...many, control: 'stpo' }, "did you mean 'stop'?"],
  ['a rate that is none', controlMany, { ...many, ratePerSecond: 0 }, 'ratePerSecond is 0'],
  ['history by definitions that are not a list', history, { machines: {} }, 'machines is an object'],
  ['history by ids', history, { machines: ['idle'] }, "machines[0] is 'idle'"],
  ['history by nothing', history, { machines: null }, 'machines is null'],
  ['replay by definitions that are not a list', replay, { machines: {} }, 'machines is an object'],
  ['replay by none', replay, {}, 'machines is missing'],
  ['replay by nothing', replay, null, 'the options are null'],
  ['replay by a machine, not in a list', replay, machine, 'there is no option'],
  ['browse of a text', browse, { machines: 'idle' }, "machines is 'idle'"],
  ['browse without options', browse, undefined, 'machines is missing'],
  ['browse of one status', browse, { machines: ['idle'], statuses: 'RUNNING' }, "statuses is 'RUNNING'"],
  ['count in no status', count, { machines: ['idle'] }, 'status is missing'],
  ['a control in no status', controlMany, { control: 'stop', machine: 'idle' }, 'status is missing'],
  ['wait with a signal that is none', wait, { signal: 'SIGINT' }, "signal is 'SIGINT'"],
  ['wait for a state that is a number', wait, { state: 1 }, 'state is 1'],
  ['wait for all letters of a text', waitForAll, 'e', "executions is 'e'"],
  [
    'a start with a mistyped option among many',
    startMany,
    [{}, { inptu: 1 }],
    'starts[1]: there is no option',
  ],
  ['a start among many that is a number', startMany, [5], 'starts[0]: the options are a number'],
  ['starts that are not a list', startMany, 5, 'starts is 5'],
  ['a table without a name', made, { tableName: '' }, "tableName is ''"],
  ['no shards', made, { indexShards: 0 }, 'indexShards is 0'],
  ['a retention that is no number', made, { retentionDays: Number.NaN }, 'retentionDays is NaN'],
  [
    'a wait for a state without a name',
    (client, given) => client.wait('e', given),
    { state: '' },
    "state is ''",
  ],
  ['a clock that is no function', made, { now: 5 }, 'now is 5'],
  ['a client that cannot send', made, { dynamodb: {} }, 'dynamodb is an object'],
  ['a dry run by a text', controlMany, { ...many, isDryRun: 'false' }, "isDryRun is 'false'"],
];

describe('the client refuses a value that an option cannot have:', () => {
  it.each(wrong)('%s', async (_, call, given, message) => {
    const cloud = testCloud([machine]);
    await cloud.start(machine, { executionId: 'e' });
    await cloud.settled();
    const called = async () => call(cloud.client, given as never);
    await expect(called()).rejects.toMatchObject({
      code: 'UnknownOption',
      message: expect.stringContaining(message),
    });
  });
});

it.each<[string, Call, unknown, string]>([
  ['a cursor that is not a text', list, { cursor: 5 }, 'InvalidCursor'],
  [
    'a place of a doctor that is not a text',
    (client, given) => client.doctor(given).next(),
    { from: 5 },
    'InvalidCursor',
  ],
  ['an execution among many without an id', waitForAll, [5], 'InvalidExecutionId'],
  [
    'a failure that is missing',
    (client, given) => client.failTask('e#0#1', given),
    undefined,
    'InvalidTaskError',
  ],
])('%s is refused by the error for it', async (_, call, given, code) => {
  const { client } = testCloud([machine]);
  await expect((async () => call(client, given as never))()).rejects.toMatchObject({ code });
});

it('a list without options is a list of all', async () => {
  const { client } = testCloud([machine]);
  expect(await client.list()).toEqual({ items: [] });
});
