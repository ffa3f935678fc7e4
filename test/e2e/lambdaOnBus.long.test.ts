import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { afterAll } from 'vitest';
import { Millrace } from '../../infra/cdk/index.ts';
import { lambdaFeatures, testFunctions } from './lambda.features.ts';
import { startTestCloud, testMachines, testWorkers } from './testCloud.ts';

const outdir = await mkdtemp(join(tmpdir(), 'millrace-synth-'));
afterAll(() => rm(outdir, { recursive: true, force: true }));

// A team's function, whose destinations are the bus, and a name that only the deployment knows.
lambdaFeatures(async () => {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Shop');
  const eventBus = new EventBus(stack, 'Events');
  const onBus = { bind: () => ({ destination: eventBus.eventBusArn }) };
  const invoice = new LambdaFunction(stack, 'Invoice', {
    runtime: Runtime.NODEJS_24_X,
    code: Code.fromAsset(testFunctions),
    handler: 'issue-invoice.handler',
    timeout: Duration.seconds(2),
    retryAttempts: 0,
    onSuccess: onBus,
    onFailure: onBus,
  });
  eventBus.grantPutEventsTo(invoice);
  new Millrace(stack, 'Orders', {
    machines: testMachines,
    workers: testWorkers,
    bus: { eventBus },
    functions: { 'issue-invoice': { function: invoice, results: 'BUS' } },
  });
  app.synth();
  return startTestCloud({ template: join(outdir, 'Shop.template.json') });
});
