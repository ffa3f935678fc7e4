import { chmod, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const dist = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const bin = join(dist, 'bin');

/**
 * Parts that stay as they are: they look for files beside themselves, and commands that use them take seconds anyway. Classes that are
 * compared by identity across this border have to be among them.
 */
const unbundled = ['local', 'infra', 'console/chart'].map((folder) => join(dist, folder) + sep);

const leaveUnbundled: Plugin = {
  name: 'leave-unbundled',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const target = resolve(resolveDir, path);
      if (!unbundled.some((folder) => target.startsWith(folder))) return undefined;
      return { path: relative(bin, target).split(sep).join('/'), external: true };
    });
  },
};

/**
 * Makes `dist/bin/millrace.js` of the compiled command line: a file for what every command needs and a few for what some
 * need, in place of some hundred modules of Millrace and of the AWS SDK, which take longer to find than to run.
 */
await rm(bin, { recursive: true, force: true });
await build({
  entryPoints: { millrace: join(dist, 'cli/main.js') },
  outdir: bin,
  bundle: true,
  splitting: true,
  chunkNames: '[name]-[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  mainFields: ['module', 'main'],
  conditions: ['module'],
  // Loaded when something large is met: most commands never need it.
  external: ['@aws-sdk/client-s3'],
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
  plugins: [leaveUnbundled],
  logLevel: 'warning',
});
await chmod(join(bin, 'millrace.js'), 0o755);
