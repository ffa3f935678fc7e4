import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll } from 'vitest';
import { Millrace } from '../../infra/cdk/index.ts';
import { heldStream, nudgedMachines, nudgeFeatures } from './nudges.features.ts';
import { startTestCloud, testWorkers } from './testCloud.ts';

const outdir = await mkdtemp(join(tmpdir(), 'millrace-synth-'));
afterAll(() => rm(outdir, { recursive: true, force: true }));

// The local cloud has nothing but the synthesized template and its assets here.
nudgeFeatures('nudged-', async () => {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Nudges');
  new Millrace(stack, 'Millrace', {
    machines: nudgedMachines,
    workers: testWorkers,
    functionPrefix: 'nudged-',
    nudge: true,
  });
  app.synth();
  return startTestCloud({
    template: join(outdir, 'Nudges.template.json'),
    faults: { eventSource: heldStream() },
  });
});
