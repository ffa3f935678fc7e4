import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { createClient } from '../../client/index.ts';
import { bundleFunctions } from '../../infra/bundle.ts';
import { Millrace } from '../../infra/cdk/index.ts';
import { describeDeployment } from '../../infra/describe.ts';
import { startLocalCloud } from '../../local/index.ts';
import { createOrchestrator } from '../../orchestrator/index.ts';
import { millraceRequestHandler } from '../../stepfunctions/index.ts';
import { testCloud } from '../../testing/index.ts';
import { createWorkerHost } from '../../workers/host.ts';

/** As code in JavaScript, or behind a cast, gives it. */
const odd = (value: unknown) => value as never;
const machine = createMachine({ id: 'm', initial: 'a', states: { a: {} } });
const cloud = testCloud([machine]);
const { client } = cloud;

/** A generator does nothing before it is asked. */
async function taken(answers: () => AsyncIterable<unknown>): Promise<void> {
  for await (const _ of answers());
}

const calls: [string, () => unknown, string][] = [
  ['createClient', () => createClient(odd({ tabelName: 't' })), 'tableName'],
  ['start', () => client.start('m', odd({ executionID: 'o' })), 'executionId'],
  ['startMany', () => taken(() => client.startMany('m', [], odd({ concurency: 1 }))), 'concurrency'],
  ['send', () => client.send('o', { type: 'GO' }, odd({ eventID: 'o' })), 'eventId'],
  ['heartbeatTask', () => client.heartbeatTask('o#0#1', odd({ progres: 1 })), 'progress'],
  ['getActivityTask', () => client.getActivityTask('a', odd({ workername: 'w' })), 'workerName'],
  ['millraceRequestHandler', () => millraceRequestHandler(odd({ acountId: '1' })), 'accountId'],
  ['list', () => client.list(odd({ machien: 'm' })), 'machine'],
  ['list, a status', () => client.list({ machine: 'm', status: odd('RUNING') }), 'RUNNING'],
  ['listAll', () => taken(() => client.listAll(odd({ statsu: 'm' }))), 'status'],
  ['stop', () => client.stop('o', odd({ casue: 'why' })), 'cause'],
  ['redrive', () => client.redrive('o', odd({ verson: '1' })), 'version'],
  ['suspend', () => client.suspend('o', odd({ causes: '1' })), 'cause'],
  ['resume', () => client.resume('o', odd({ caus: '1' })), 'cause'],
  ['controlMany', () => taken(() => client.controlMany(odd({ isDryrun: 1, isDryRunn: 1 }))), 'isDryRun'],
  ['doctor', () => taken(() => client.doctor(odd({ segmnets: 1 }))), 'segments'],
  ['wait', () => client.wait('o', odd({ timeoutMS: 1, timeouts: 1 })), 'timeoutMs'],
  ['waitForAll', () => client.waitForAll('m', [], odd({ timeotMs: 1 })), 'timeoutMs'],
  ['history', () => client.history('o', odd({ limits: 1 })), 'limit'],
  ['historyAll', () => taken(() => client.historyAll('o', odd({ form: 1 }))), 'from'],
  ['checkMachines', () => taken(() => client.checkMachines(odd({ machins: [] }))), 'machines'],
  ['testCloud', () => testCloud([machine], {}, odd({ sead: 1 })), 'seed'],
  ['testCloud, deliveries', () => testCloud([machine], {}, { deliveries: odd('reorderd') }), 'reordered'],
  ['startLocalCloud', () => startLocalCloud(odd({ machinesDirctory: '' })), 'machinesDirectory'],
  ['startLocalCloud, faults', () => startLocalCloud(odd({ faults: { lamda: {} } })), 'lambda'],
  ['bundleFunctions', () => bundleFunctions(odd({ minfy: true })), 'minify'],
  [
    'describeDeployment',
    () => describeDeployment({ orchestrator: '', workerHost: '', workers: [] }, odd({ indexShard: 1 })),
    'indexShards',
  ],
  ['Millrace', () => new Millrace(new Stack(new App(), 'S'), 'M', odd({ machine: '' })), 'machines'],
  [
    'Millrace, bus',
    () => new Millrace(new Stack(new App(), 'S'), 'M', odd({ bus: { modul: '' } })),
    'module',
  ],
  ['Millrace, nudge', () => new Millrace(new Stack(new App(), 'S'), 'M', odd({ nudge: 'askd' })), 'asked'],
  [
    'describeDeployment, nudge',
    () => describeDeployment({ orchestrator: '', workerHost: '', workers: [] }, odd({ nudge: 'askd' })),
    'asked',
  ],
  ['createWorkerHost', () => createWorkerHost(odd({ machine: [] })), 'machines'],
  ['createOrchestrator', () => createOrchestrator(odd({ machine: [] })), 'machines'],
];

describe('an unknown option is refused by its call, which names the nearest one', () => {
  it.each(calls)('%s', async (_, call, nearest) => {
    const made = async () => await call();
    await expect(made()).rejects.toMatchObject({
      code: 'UnknownOption',
      message: expect.stringContaining(`did you mean '${nearest}'?`),
    });
  });
});

it.each<[object, string]>([
  [
    { maximumConcurrency: 0 },
    'startLocalCloud(): maximumConcurrency is 0: give a whole number of at least 1',
  ],
  [{ dynamodbPort: 70_000 }, 'startLocalCloud(): dynamodbPort is 70000: give a whole number from 0 to 65535'],
  [{ lambdaPort: '80' }, "startLocalCloud(): lambdaPort is '80'"],
  [{ stepFunctions: { port: -1 } }, 'startLocalCloud(), stepFunctions: port is -1'],
  [{ latency: { of: 'aws', seed: 'x' } }, "startLocalCloud(), latency: seed is 'x'"],
  [{ countsConsumedCapacity: 1 }, 'startLocalCloud(): countsConsumedCapacity is 1'],
])('the local cloud refuses a value that an option cannot have: %j', async (options, message) => {
  await expect(startLocalCloud(odd(options))).rejects.toThrow(message);
});
