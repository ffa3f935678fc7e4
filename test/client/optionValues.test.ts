import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import type { MillraceClient } from '../../client/index.ts';
import { testCloud } from '../../testing/index.ts';

const machine = setup({}).createMachine({ id: 'idle', initial: 'idle', states: { idle: {} } });

type Call = (client: MillraceClient, given: never) => unknown;
const wait: Call = (client, given) => client.wait('e', given);
const list: Call = (client, given) => client.list(given);
const history: Call = (client, given) => client.history('e', given);
const stateAt: Call = (client, given) => client.stateAt('e', given, [machine]);
const controlMany: Call = (client, given) => client.controlMany(given).next();
const many = { control: 'stop', machine: 'idle', status: 'RUNNING' };

const wrong: readonly [name: string, call: Call, given: unknown, message: string][] = [
  ['wait, which would never end', wait, { timeoutMs: Number.NaN }, 'timeoutMs is NaN'],
  ['wait, whose time is a text', wait, { timeoutMs: '1s' }, "timeoutMs is '1s'"],
  ['wait, whose time is negative', wait, { timeoutMs: -1 }, 'timeoutMs is -1'],
  ['wait, which would look all the time', wait, { pollMs: 0 }, 'pollMs is 0'],
  ['list of no executions', list, { limit: 0 }, 'limit is 0'],
  ['list of a part of an execution', list, { limit: 1.5 }, 'limit is 1.5'],
  ['list in a status that there is not', list, { status: 'running' }, "did you mean 'RUNNING'?"],
  ['list since a text', list, { since: 'yesterday' }, "since is 'yesterday'"],
  ['history of no entries', history, { limit: 0 }, 'limit is 0'],
  ['history from no entry', history, { from: Number.NaN }, 'from is NaN'],
  ['state at no entry', stateAt, 0, 'number is 0'],
  ['state at half an entry', stateAt, 0.5, 'number is 0.5'],
  ['an unknown control', controlMany, { ...many, control: 'stpo' }, "did you mean 'stop'?"],
  ['a rate that is none', controlMany, { ...many, ratePerSecond: 0 }, 'ratePerSecond is 0'],
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
