import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll } from 'vitest';
import { Millrace } from '../../infra/cdk/index.ts';
import { eventBridgeFeatures, shopRules } from './eventBridge.features.ts';
import { startTestCloud, testMachines, testWorkers } from './testCloud.ts';

const outdir = await mkdtemp(join(tmpdir(), 'millrace-synth-'));
afterAll(() => rm(outdir, { recursive: true, force: true }));

// The local cloud has nothing but the synthesized template and its assets here.
eventBridgeFeatures(async () => {
  const app = new App({ outdir });
  new Millrace(new Stack(app, 'Shop'), 'Orders', {
    machines: testMachines,
    workers: testWorkers,
    functionPrefix: 'shop-',
    bus: {},
    rules: shopRules,
  });
  app.synth();
  return startTestCloud({
    template: join(outdir, 'Shop.template.json'),
    faults: { lambda: { seed: 5, functionNames: ['shop-ingest'], duplicate: 1 } },
  });
});
