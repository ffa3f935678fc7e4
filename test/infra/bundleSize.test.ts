import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { project } from './bundleFixture.ts';

const budgetBytes = 600 * 1000;

test('the orchestrator with a machine and all of its clients is at most 600 KB, minified', async () => {
  const { bundle } = await project({
    'machines/order.ts': `import { createMachine } from 'xstate';
      import { worker } from 'millrace/workers';
      export const order = createMachine({ id: 'order', version: '1', invoke: { src: worker({ worker: 'charge' }) } });`,
  });
  const { orchestrator } = await bundle({
    minify: true,
    entries: { orchestrator: 'millrace/orchestrator', workerHost: 'millrace/workers/host' },
  });
  expect(orchestrator.bytes).toBeLessThanOrEqual(budgetBytes);
  // A bundle without a machine runtime and an SDK would be small for the wrong reason.
  expect(orchestrator.bytes).toBeGreaterThan(200_000);
});

test('no function has the S3 client in its bundle: it is loaded where something large is met', async () => {
  const { bundle } = await project({
    'machines/order.ts': `import { createMachine } from 'xstate';
      export const order = createMachine({ id: 'order', version: '1' });`,
    'workers/charge.ts': `import { defineWorker } from 'millrace/workers';
      export const handler = defineWorker(() => 1);`,
  });
  const { orchestrator, workerHost, workers } = await bundle({
    entries: { orchestrator: 'millrace/orchestrator', workerHost: 'millrace/workers/host' },
  });
  const folders = [orchestrator, workerHost, ...workers].map(({ codeDirectory }) => codeDirectory);
  expect(folders).toHaveLength(3);
  for (const folder of folders) {
    const code = await readFile(join(folder, 'index.mjs'), 'utf8');
    expect(code).toContain('import("@aws-sdk/client-s3")');
    // A header that only the S3 client knows.
    expect(code).not.toContain('x-amz-server-side-encryption');
  }
});
