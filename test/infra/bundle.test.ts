import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BundleError } from '../../infra/bundle.ts';
import { project, run } from './bundleFixture.ts';

const machine = 'export const order = { id: "order" };';

async function bundleErrorOf(bundling: Promise<unknown>): Promise<BundleError> {
  const error: unknown = await bundling.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof BundleError) return error;
  throw new Error(`Expected a BundleError, got ${String(error)}`);
}

/** A class that extends another has the bundler read another text than the file's. */
test.each([
  ['', ''],
  ['with a class of its own', 'class Declined extends Error {}\nexport const declined = new Declined();\n'],
])('an import of what a module does not export is shown at its place in a module %s', async (_, classes) => {
  const { bundle, path } = await project({
    'machines/order.ts': `/*\n * What the order needs.\n */\n\nimport { task } from '../parts.ts';\n${classes}${machine}\nexport const also = task;`,
    'parts.ts': 'export const worker = 1;',
  });
  const { code, problems } = await bundleErrorOf(bundle());
  expect(code).toBe('CodeNotBundled');
  expect(problems).toMatchObject([{ file: path('machines/order.ts'), line: 5, column: 10 }]);
});

describe('the machines', () => {
  const files = {
    'machines/order.ts': `export const order: { id: string } = { id: 'order' }; export const other = 1;`,
    'machines/shop/cart.mjs': `export default { id: 'cart' };`,
    'machines/approval.json': '{ "id": "approval", "initial": "waiting" }',
  };

  test('are all given to the orchestrator and to the worker host, JSON as a default export', async () => {
    const { bundle, path } = await project(files);
    const bundled = await bundle();
    expect(bundled.machineFiles).toEqual([
      path('machines/approval.json'),
      path('machines/order.ts'),
      path('machines/shop/cart.mjs'),
    ]);
    const machines = [
      { default: { id: 'approval', initial: 'waiting' } },
      { order: { id: 'order' }, other: 1 },
      { default: { id: 'cart' } },
    ];
    for (const handler of ['stream', 'wake', 'clock', 'failed', 'recover']) {
      expect(await run(bundled.orchestrator.codeDirectory, handler)).toEqual(machines);
    }
    expect(await run(bundled.workerHost.codeDirectory, 'handler')).toEqual(machines);
  });

  test('do not include tests, declarations, dependencies and project files', async () => {
    const { bundle, path } = await project({
      'machines/order.ts': machine,
      'machines/order.test.ts': 'not even JavaScript',
      'machines/types.d.ts': 'export interface A {}',
      'machines/package.json': '{ "type": "module" }',
      'machines/tsconfig.json': '{}',
      'machines/notes.md': '# Notes',
      'machines/node_modules/dependency/index.js': 'not even JavaScript',
      'machines/.drafts/draft.ts': 'not even JavaScript',
    });
    expect((await bundle()).machineFiles).toEqual([path('machines/order.ts')]);
  });

  test('have to be there: the error says what to create', async () => {
    const missing = await bundleErrorOf((await project({})).bundle());
    expect(missing.code).toBe('MachinesNotFound');
    expect(missing.message).toMatch(/The folder .*machines does not exist: create .*machines\/order\.ts/);
    const empty = await bundleErrorOf((await project({ 'machines/readme.md': '' })).bundle());
    expect(empty.message).toMatch(/There are no machines in .*machines: create/);
  });

  test('find xstate and millrace though neither is installed beside them', async () => {
    const { bundle } = await project({
      'machines/order.ts': `import { createMachine } from 'xstate';
        import { worker } from 'millrace/workers';
        export const made = { config: createMachine({ id: 'order' }).config, worker: typeof worker };`,
    });
    const { orchestrator } = await bundle();
    expect(await run(orchestrator.codeDirectory, 'stream')).toEqual([
      { made: { config: { id: 'order' }, worker: 'function' } },
    ]);
  });

  test('use the xstate that is installed beside them', async () => {
    const { bundle } = await project({
      'machines/order.ts': `import { version } from 'xstate'; export const made = version;`,
      'node_modules/xstate/package.json': '{ "name": "xstate", "main": "index.js", "type": "module" }',
      'node_modules/xstate/index.js': `export const version = 'own';`,
    });
    const { orchestrator } = await bundle();
    expect(await run(orchestrator.codeDirectory, 'stream')).toEqual([{ made: 'own' }]);
  });
});

describe('the workers', () => {
  test('are the modules that export a handler, each bundled by itself under its file name', async () => {
    const { bundle, path } = await project({
      'machines/order.ts': machine,
      'workers/charge.ts': `import { currency } from './money.ts';
        export const handler = async (): Promise<string> => 'charged in ' + currency;`,
      'workers/money.ts': `export const currency = 'EUR';`,
      'workers/shop/ship.mjs': `const send = async () => 'shipped'; export { send as handler };`,
      'workers/label/index.ts': `export { handler } from './print.ts';`,
      'workers/label/print.ts': `export const handler = async () => 'printed';`,
      'workers/charge.test.ts': 'export const handler = 1;',
      'workers/legacy.json': '{}',
    });
    const bundled = await bundle();
    expect(bundled.workers).toEqual(
      ['charge', 'label', 'print', 'ship'].map((name) => ({
        name,
        codeDirectory: path('out/workers', name),
        handler: 'index.handler',
      })),
    );
    for (const [name, result] of Object.entries({
      charge: 'charged in EUR',
      label: 'printed',
      ship: 'shipped',
    })) {
      expect(await run(path('out/workers', name), 'handler')).toBe(result);
    }
  });

  test('are not what exports no handler: it is named, where it has code that no worker imports', async () => {
    const { bundle } = await project({
      'machines/order.ts': machine,
      'workers/charge.ts': `import { currency } from './money.ts';
        import type { Card } from './card.ts';
        export const handler = async (card: Card): Promise<string> => currency;`,
      'workers/money.ts': `export const currency = 'EUR';`,
      'workers/card.ts': 'export interface Card { readonly number: string }',
      'workers/ship.ts': 'export default async () => 1;',
      'workers/refund.ts': 'const handler = async () => 1; console.log(handler);',
    });
    const { workers, warnings } = await bundle();
    expect(workers.map(({ name }) => name)).toEqual(['charge']);
    expect(warnings).toEqual(
      ['refund', 'ship'].map((name) => ({
        file: expect.stringMatching(`workers/${name}.ts$`),
        message: expect.stringContaining("exports no 'handler'"),
      })),
    );
  });

  test('need not be there', async () => {
    const { bundle } = await project({ 'machines/order.ts': machine });
    expect((await bundle()).workers).toEqual([]);
  });

  test('of one name are refused, with both files', async () => {
    const { bundle } = await project({
      'machines/order.ts': machine,
      'workers/charge.ts': 'export const handler = async () => 1;',
      'workers/card/charge.ts': 'export const handler = async () => 2;',
    });
    const error = await bundleErrorOf(bundle());
    expect(error.code).toBe('DuplicateWorker');
    expect(error.message).toContain('workers/charge.ts');
    expect(error.message).toContain('workers/card/charge.ts');
  });

  test('of one name are not a problem when only one of them is a worker', async () => {
    const { bundle, path } = await project({
      'machines/order.ts': machine,
      'workers/charge.ts': `export { result as handler } from './card/charge.ts';`,
      'workers/card/charge.ts': 'export const result = async () => 2;',
    });
    await bundle();
    expect(await run(path('out/workers/charge'), 'handler')).toBe(2);
  });

  test.each([
    'charge card',
    // As the worker host's function would be named.
    'host',
  ])('have names that Lambda takes, and that are free: not %j', async (name) => {
    const { bundle } = await project({
      'machines/order.ts': machine,
      [`workers/${name}.ts`]: 'export const handler = async () => 1;',
    });
    expect(await bundleErrorOf(bundle())).toMatchObject({
      code: 'InvalidWorkerName',
      message: expect.stringContaining('rename the file'),
    });
  });

  test('may use CommonJS packages that require modules of Node.js', async () => {
    const { bundle, path } = await project({
      'machines/order.ts': machine,
      'workers/charge.ts': `import { join } from 'old'; export const handler = async () => join('a', 'b');`,
      'node_modules/old/package.json': '{ "name": "old", "main": "index.js" }',
      'node_modules/old/index.js': `exports.join = require('node:path').posix.join;`,
    });
    await bundle();
    expect(await run(path('out/workers/charge'), 'handler')).toBe('a/b');
  });

  test('have source maps that lead to the source', async () => {
    const { bundle, path } = await project({
      'machines/order.ts': machine,
      'workers/charge.ts': `type A = 1;\n\nexport const handler = async () => new Error().stack;`,
    });
    await bundle({ minify: true });
    const stack = await run(path('out/workers/charge'), 'handler', ['--enable-source-maps']);
    expect(stack).toContain(`${path('workers/charge.ts')}:3:`);
  });
});

describe('code that cannot be bundled', () => {
  const broken = {
    'machines/order.ts': `import { b } from './absent.ts';\nexport const order = b;`,
    'workers/charge.ts': `\nexport const handler = async () => {`,
  };

  test('is refused with file, line and message of each problem, of machines and workers at once', async () => {
    const { bundle, path } = await project(broken);
    const error = await bundleErrorOf(bundle());
    expect(error.code).toBe('CodeNotBundled');
    expect(error.problems).toEqual([
      {
        file: path('machines/order.ts'),
        line: 1,
        column: 19,
        message: expect.stringContaining('Could not resolve "./absent.ts"'),
      },
      {
        file: path('workers/charge.ts'),
        line: 2,
        column: 37,
        message: expect.stringContaining('Unexpected end of file'),
      },
    ]);
    expect(error.message).toMatch(/machines\/order\.ts:1:19: Could not resolve/);
  });

  test('leaves the bundles of before as they were', async () => {
    const { bundle, path, write } = await project({
      'machines/order.ts': machine,
      'workers/charge.ts': `export const handler = async () => 'before';`,
    });
    await bundle();
    await write(broken);
    await bundleErrorOf(bundle());
    expect(await run(path('out/workers/charge'), 'handler')).toBe('before');
    expect(await run(path('out/orchestrator'), 'stream')).toEqual([{ order: { id: 'order' } }]);
  });

  test('does not show a package that was not found as an internal error', async () => {
    const { bundle } = await project({ 'machines/order.ts': `import 'millrace/absent'; import 'nowhere';` });
    const { problems } = await bundleErrorOf(bundle());
    expect(problems.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('millrace/absent'),
        expect.stringContaining('Could not resolve "nowhere"'),
      ]),
    );
  });
});

describe('bundling again', () => {
  test('removes the code of workers that are gone, and writes the same for the same', async () => {
    const { bundle, path } = await project({
      'machines/order.ts': machine,
      'workers/charge.ts': 'export const handler = async () => 1;',
    });
    const first = await bundle();
    const codeOf = (folder: string) => readFile(join(folder, 'index.mjs'), 'utf8');
    const code = await codeOf(first.orchestrator.codeDirectory);
    expect(first.orchestrator.bytes).toBe(Buffer.byteLength(code));
    await bundle({ workersDirectory: path('nowhere') });
    await expect(access(path('out/workers'))).rejects.toThrow('ENOENT');
    expect(await codeOf(first.orchestrator.codeDirectory)).toBe(code);
    expect((await readdir(path('out'))).sort()).toEqual(['orchestrator', 'workerHost']);
  });
});
