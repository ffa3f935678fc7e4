import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { Millrace } from '../../../infra/cdk/index.ts';
import { readDeployment } from '../../../infra/template/readDeployment.ts';
import { project } from '../bundleFixture.ts';
import { outDirectory, synthesized } from './synthesized.ts';

const machine = (id: string) =>
  `import { createMachine } from 'xstate';
   export const ${id} = createMachine({ id: '${id}', version: '1', initial: 'done', states: { done: { type: 'final' } } });`;
const worker =
  "import { defineWorker } from 'millrace/workers';\nexport const handler = defineWorker(() => 'done');";

describe('code', () => {
  it('is bundled while the app is synthesized: machines and workers of the folders, and those that are added', async () => {
    const { path } = await project({
      'machines/order.ts': machine('order'),
      'more/loan.ts': machine('loan'),
      'workers/charge.ts': worker,
      'more/ship.ts': worker,
    });
    const outdir = outDirectory();
    const app = new App({ outdir });
    const millrace = new Millrace(new Stack(app, 'Shop'), 'Orders', {
      machines: path('machines'),
      workers: path('workers'),
      minify: false,
    });
    millrace.addWorker('dispatch', { entry: path('more/ship.ts'), memorySize: 1024 });
    millrace.addMachine(path('more/loan.ts'));
    expect(Object.keys(millrace.workers)).toEqual(['charge', 'dispatch']);
    app.synth();

    const { functions } = await readDeployment(join(outdir, 'Shop.template.json'));
    const codeOf = async (role: string, name = '') => {
      const found = functions.find((each) => each.role === role && each.functionName.endsWith(name));
      return readFile(join(found?.codeDirectory ?? '', 'index.mjs'), 'utf8');
    };
    for (const role of ['orchestrator', 'workerHost']) {
      expect(await codeOf(role)).toMatch(/id: "order"/);
      expect(await codeOf(role)).toMatch(/id: "loan"/);
    }
    expect(await codeOf('worker', 'dispatch')).toMatch(/export \{\s*handler/);
    expect(functions.find(({ functionName }) => functionName.endsWith('dispatch'))).toMatchObject({
      memorySizeMb: 1024,
      eventInvokeConfig: { maximumRetryAttempts: 0 },
    });
  });

  it('that cannot be bundled stops the synthesis with all problems', async () => {
    const { path } = await project({ 'machines/order.ts': "import './missing.ts';" });
    const app = new App({ outdir: outDirectory() });
    new Millrace(new Stack(app, 'Shop'), 'Orders', { machines: path('machines') });
    expect(() => app.synth()).toThrow(/order\.ts:1:8: Could not resolve "\.\/missing\.ts"/);
  });

  it('of workers is bundled at once, because each is a function', async () => {
    const { path } = await project({ 'workers/charge.ts': "import './missing.ts';" });
    expect(
      () =>
        new Millrace(new Stack(new App({ outdir: outDirectory() }), 'Shop'), 'Orders', {
          machines: path('machines'),
          workers: path('workers'),
        }),
    ).toThrow(expect.objectContaining({ name: 'BundleError', code: 'CodeNotBundled' }));
  });
});

describe('a worker that is added', () => {
  it('may be code in another language, and is invoked as any other', async () => {
    const { path } = await project({ 'python/charge.py': 'def handler(payload, context): pass' });
    const { template, stack } = synthesized({}, (millrace) => {
      millrace.addWorker('bill', {
        codePath: path('python'),
        handler: 'charge.handler',
        runtime: Runtime.PYTHON_3_13,
        environment: { BANK: 'test' },
      });
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'python3.13',
      Handler: 'charge.handler',
      Environment: { Variables: { BANK: 'test', MILLRACE_RETENTION_DAYS: '90' } },
    });
    expect(stack.node.findChild('Orders').node.tryFindChild('Worker-bill')).toBeDefined();
  });

  it('needs a name that no other has', () => {
    expect(() =>
      synthesized({}, (millrace) =>
        millrace.addWorker('charge', { codePath: '.', handler: 'index.handler' }),
      ),
    ).toThrow(/There is a worker 'charge' already/);
  });

  it('cannot have the name of a function of Millrace', () => {
    expect(() =>
      synthesized({}, (millrace) => millrace.addWorker('host', { codePath: '.', handler: 'index.handler' })),
    ).toThrow(/Two functions would be named/);
  });

  it('has to export a handler', async () => {
    const { path } = await project({ 'idle.ts': 'export const name = 1;' });
    expect(() =>
      synthesized({}, (millrace) => millrace.addWorker('idle', { entry: path('idle.ts') })),
    ).toThrow(/exports no `handler`/);
  });
});

describe('a number that no deployment could have', () => {
  it.each([{ indexShards: -1 }, { indexShards: 1.5 }, { indexShards: 0 }, { orchestratorMemorySize: 64 }])(
    'is refused when the app is synthesized: %j',
    (props) => {
      expect(() => synthesized(props)).toThrow(/give a whole number from/);
    },
  );
});

describe('code that was bundled before', () => {
  it('takes no more machines', () => {
    expect(() => synthesized({}, (millrace) => millrace.addMachine('more/loan.ts'))).toThrow(/machineFiles/);
  });
});
