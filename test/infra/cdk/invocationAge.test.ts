import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { Millrace } from '../../../infra/cdk/index.ts';
import { describeDeployment } from '../../../infra/describe.ts';
import { readDeployment } from '../../../infra/template/readDeployment.ts';
import { prepareMachines } from '../../../orchestrator/core/machine/index.ts';
import { invocationAges } from '../../../orchestrator/dispatch/invocationAges.ts';
import { lambda } from '../../../workers/index.ts';
import { project } from '../bundleFixture.ts';
import { emptyCode, outDirectory, synthesized } from './synthesized.ts';

const machine = `import { fromPromise, setup } from 'xstate';
import { each, worker } from 'millrace/workers';
export const order = setup({
  actors: {
    charge: worker({ timeout: '5m' }),
    chargeQuickly: worker({ worker: 'charge', timeout: '30s' }),
    ping: worker({ timeout: '2s' }),
    ask: worker({ waitForResult: true, startTimeout: '3m' }),
    encode: worker({ timeout: '2h', heartbeat: '10m' }),
    report: worker({ timeout: '7d' }),
    resize: each(worker({ worker: 'image', timeout: '90s' })),
    label: fromPromise(async () => 'label'),
  },
}).createMachine({
  id: 'order',
  version: '1',
  initial: 'a',
  states: { a: { invoke: { src: 'byName', onDone: 'b' } }, b: { type: 'final' } },
});`;
const worker =
  "import { defineWorker } from 'millrace/workers';\nexport const handler = defineWorker(() => 'done');";
const workers = ['charge', 'ping', 'ask', 'encode', 'report', 'image', 'byName', 'idle'];

describe('Lambda drops an invocation when every attempt that it can be for has failed', () => {
  it('by the longest wait of any machine for the worker, within what Lambda takes', {
    timeout: 120_000,
  }, async () => {
    const { path } = await project({
      'machines/order.ts': machine,
      ...Object.fromEntries(workers.map((name) => [`workers/${name}.ts`, worker])),
    });
    const outdir = outDirectory();
    const app = new App({ outdir });
    new Millrace(new Stack(app, 'Shop'), 'Orders', { machines: path('machines'), workers: path('workers') });
    app.synth();
    const { functions } = await readDeployment(join(outdir, 'Shop.template.json'));
    const ages = Object.fromEntries(
      functions
        .filter(({ role }) => role === 'worker' || role === 'workerHost')
        .map((each) => [
          each.role === 'worker' ? each.functionName.replace(/^.*worker-/, '') : 'workerHost',
          each.eventInvokeConfig?.maximumEventAgeSeconds,
        ]),
    );
    expect(ages).toEqual({
      charge: 300,
      ping: 60,
      ask: 180,
      encode: 600,
      report: 21_600,
      image: 90,
      byName: 910,
      idle: undefined,
      workerHost: 910,
    });
  });

  it('also with code that was bundled before', () => {
    const invocationAges = { workerHost: 900, workers: { charge: 120 }, functions: {} };
    const { template } = synthesized({ code: { ...emptyCode, invocationAges } });
    for (const MaximumEventAgeInSeconds of [120, 900]) {
      template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumEventAgeInSeconds });
    }
  });

  it('also of functions that know nothing of Millrace, by the machines that call them', () => {
    const ages = { workerHost: 900, workers: {}, functions: { billing: 240 } };
    const { template } = synthesized((stack) => ({
      code: { ...emptyCode, invocationAges: ages },
      functions: {
        billing: {
          function: new LambdaFunction(stack, 'Billing', {
            runtime: Runtime.NODEJS_24_X,
            code: Code.fromInline('exports.handler = async () => {}'),
            handler: 'index.handler',
          }),
        },
      },
    }));
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^Billing') },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 240,
    });
  });

  it('as the machines say that call them', () => {
    const billing = setup({ actors: { bill: lambda('billing', { timeout: '4m' }) } }).createMachine({
      id: 'billing',
      initial: 'bills',
      states: { bills: { invoke: { src: 'bill', onDone: 'done' } }, done: { type: 'final' } },
    });
    expect(invocationAges(prepareMachines([billing])).functions).toEqual({ billing: 240 });
  });

  it('on the local cloud, which is described alike', () => {
    const { functions } = describeDeployment({
      orchestrator: '',
      workerHost: '',
      workers: [{ name: 'charge', codeDirectory: '', handler: 'index.handler' }],
      invocationAges: { workerHost: 900, workers: { charge: 120 }, functions: {} },
    });
    const ageOf = (role: string) =>
      functions.find((each) => each.role === role)?.eventInvokeConfig?.maximumEventAgeSeconds;
    expect([ageOf('worker'), ageOf('workerHost')]).toEqual([120, 900]);
  });
});
