import { mkdtemp, rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { build } from 'esbuild';

// Most of what a run makes is garbage by its end.
setFlagsFromString('--max-semi-space-size=64');

const project = fileURLToPath(new URL('../..', import.meta.url));
const directory = await mkdtemp(`${project}node_modules/.simulation-`);
try {
  const outfile = `${directory}/main.mjs`;
  await build({
    entryPoints: [fileURLToPath(new URL('./main.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['millrace-source'],
    external: ['@aws-sdk/*', 'xstate', 'fast-check'],
    sourcemap: 'inline',
    logLevel: 'error',
  });
  await import(pathToFileURL(outfile).href);
} finally {
  await rm(directory, { recursive: true });
}
