import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';

const checkout = process.env.XSTATE_CHECKOUT ?? '';
const core = join(checkout, 'packages/core');
const source = join(core, 'src/index.ts');
const durable = fileURLToPath(new URL('./durableXState.ts', import.meta.url));

/** Tests get the durable `createActor`; Millrace's core and the rest of XState's sources get XState itself. */
const durableXState: Plugin = {
  name: 'durable-xstate',
  enforce: 'pre',
  resolveId(id, importer = '') {
    const isOfTest = importer.startsWith(join(core, 'test'));
    if (isOfTest && /^\.\.\/(?:\.\.\/)?src(?:\/index)?(?:\.ts)?\/?$/.test(id)) return durable;
    if (id === 'xstate') return isOfTest ? durable : source;
    const subpath = /^xstate\/(\w+)$/.exec(id)?.[1];
    if (subpath === undefined) return undefined;
    const candidates = [`src/${subpath}.ts`, `src/${subpath}/index.ts`].map((path) => join(core, path));
    return candidates.find((path) => existsSync(path));
  },
};

export default defineConfig({
  root: core,
  plugins: [durableXState],
  test: {
    globals: true,
    setupFiles: [fileURLToPath(new URL('./setup.ts', import.meta.url))],
    include: ['test/*.test.ts'],
    exclude: ['test/*types.test.ts', 'test/typeHelpers.test.ts'],
    testTimeout: 2_000,
    dangerouslyIgnoreUnhandledErrors: true,
  },
});
