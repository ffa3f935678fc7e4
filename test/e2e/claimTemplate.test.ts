import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { afterAll } from 'vitest';
import { Millrace } from '../../infra/cdk/index.ts';
import { drawEventSourceFaults } from '../../local/eventSource/faults.ts';
import { claimFeatures, claimFunctions, functionsOfClaim } from './claim.features.ts';
import { startTestCloud, testWorkers } from './testCloud.ts';

const outdir = await mkdtemp(join(tmpdir(), 'millrace-synth-'));
afterAll(() => rm(outdir, { recursive: true, force: true }));

// The local cloud has nothing but the synthesized template and its assets here.
claimFeatures(async (machines) => {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Claims');
  const substitutions = Object.entries(functionsOfClaim).map(([substitution, name]) => {
    const claimFunction = new LambdaFunction(stack, name, {
      runtime: Runtime.NODEJS_24_X,
      code: Code.fromAsset(claimFunctions),
      handler: `${name}.handler`,
    });
    return [substitution, claimFunction.functionArn];
  });
  new Millrace(stack, 'Millrace', {
    machines,
    workers: testWorkers,
    functionPrefix: 'claims-',
    substitutions: Object.fromEntries(substitutions),
  });
  app.synth();
  return startTestCloud({
    template: join(outdir, 'Claims.template.json'),
    faults: {
      lambda: { seed: 7, functionNames: ['claims-worker-host'], duplicate: 1 },
      eventSource: drawEventSourceFaults({ seed: 7, duplicateRecord: 0.5 }),
    },
  });
});
