import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const project = fileURLToPath(new URL('../..', import.meta.url));
export const orchestrator = `${project}orchestrator/`;

/** The simulation as one file, which must be below the project's node_modules. */
export async function bundle(outfile, plugins = []) {
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
    plugins,
  });
  return outfile;
}
