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
  // What has no machine runtime and no SDK in it would be small for the wrong reason.
  expect(orchestrator.bytes).toBeGreaterThan(200_000);
});
