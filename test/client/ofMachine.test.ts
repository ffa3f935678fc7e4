import { beforeEach, describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import type { MillraceClient } from '../../client/index.ts';
import { type TestCloud, testCloud } from '../../testing/index.ts';
import { worker } from '../../workers/index.ts';

const approval = setup({ actors: { ask: worker<unknown, string>({ waitForResult: true }) } }).createMachine({
  id: 'approval',
  initial: 'asking',
  states: { asking: { invoke: { src: 'ask', onDone: 'done' } }, done: { type: 'final' } },
});

let cloud: TestCloud<typeof approval>;
let token: string;

beforeEach(async () => {
  cloud = testCloud([approval], { ask: () => 'unused' });
  await cloud.start(approval, { executionId: 'a' });
  await cloud.settled();
  token = (await cloud.describe('a')).tasks[0]?.token ?? '';
});

type Machine = { readonly machine: string | typeof approval };

/** Every call about one execution that reads it. */
const calls: [string, (client: MillraceClient, options: Machine) => Promise<unknown>][] = [
  ['describe', (client, options) => client.describe('a', options)],
  ['wait', (client, options) => client.wait('a', { ...options, state: 'asking' })],
  ['history', (client, options) => client.history('a', options)],
  ['historyAll', (client, options) => client.historyAll('a', options).next()],
  ['stateAt', (client, options) => client.stateAt('a', 1, { ...options, machines: [approval] })],
  ['replay', (client, options) => client.replay('a', { ...options, machines: [approval] })],
  ['record', (client, options) => client.record('a', options)],
  ['suspend', (client, options) => client.suspend('a', options)],
  ['resume', (client, options) => client.resume('a', options)],
  ['heartbeatTask', (client, options) => client.heartbeatTask(token, options)],
  ['failTask', (client, options) => client.failTask(token, { name: 'Refused' }, options)],
  ['completeTask', (client, options) => client.completeTask(token, 'yes', options)],
  ['stop', (client, options) => client.stop('a', options)],
];

describe('a call that is given the machine of its execution', () => {
  it.each(calls)('%s: refuses an execution of another machine', async (_, call) => {
    await expect(call(cloud.client, { machine: 'order' })).rejects.toMatchObject({
      code: 'DifferentMachine',
      message: expect.stringMatching(/'a'.*'approval'.*'order'|'a'.*'order'.*'approval'/),
    });
    expect((await cloud.history('a')).map(({ kind }) => kind)).toEqual(['start']);
  });

  it.each(['failTask', 'completeTask'])('%s takes it as the machine or its id', async (name) => {
    const call = calls.find(([each]) => each === name)?.[1];
    await call?.(cloud.client, { machine: 'approval' });
    await call?.(cloud.client, { machine: approval });
    expect((await cloud.history('a')).map(({ kind }) => kind)).toEqual(['start', 'result']);
  });

  it('redrive: refuses an execution of another machine', async () => {
    await cloud.stop('a', { machine: approval });
    await cloud.settled();
    await expect(cloud.client.redrive('a', { machine: 'order' })).rejects.toMatchObject({
      code: 'DifferentMachine',
    });
    await cloud.client.redrive('a', { machine: approval });
  });

  it('describe, runToEnd, stateAt and replay take the machine itself in place of options, too', async () => {
    expect(await cloud.describe('a', approval)).toMatchObject({ machine: 'approval' });
    expect(await cloud.client.describe('a', 'approval')).toMatchObject({ machine: 'approval' });
    expect(await cloud.client.stateAt('a', 1, [approval])).toMatchObject({ state: 'asking' });
    expect(await cloud.client.replay('a', [approval])).toMatchObject({ outcome: 'equal' });
    await cloud.client.completeTask(token, 'yes');
    expect(await cloud.runToEnd('a', approval)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('send does not read the execution, and checks the id alone', async () => {
    await expect(cloud.client.send('a', { type: 'GO' }, { machine: 'a#b' })).rejects.toMatchObject({
      code: 'InvalidMachineId',
    });
    await expect(cloud.client.send('b', { type: 'GO' }, { machine: 'order' })).resolves.toMatchObject({
      isNew: true,
    });
  });
});
