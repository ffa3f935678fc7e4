/**
 * `npm run differential -- --machines 20000 --seed 1`: generates that many machines, compares each with XState's own actor,
 * and prints how many machines and steps there were and what they met. A machine that differs ends it with a seed and path:
 * `--seed`, `--path` and `--children` run it again, and `--shrink` makes it small.
 *
 * Each machine also runs as an execution whose steps are taken by chains, in one of their ways;
 * `--ways stream,chain,inline,checkpoint` says in which, and `--ways ''` in none.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
const project = fileURLToPath(new URL('../../../..', import.meta.url));
// Within the project, so that the bundle finds its packages.
const directory = await mkdtemp(`${project}node_modules/.differential-`);
try {
  const outfile = `${directory}/main.mjs`;
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'error',
  });
  await import(pathToFileURL(outfile).href);
} finally {
  await rm(directory, { recursive: true });
}
