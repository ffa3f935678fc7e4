import { mkdtemp, rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle, project } from './bundle.mjs';
import { findMutants } from './mutants.mjs';

const { values } = parseArgs({
  strict: false,
  options: { mutants: { type: 'boolean' }, only: { type: 'string' }, seeds: { type: 'string' } },
});
const directory = await mkdtemp(`${project}node_modules/.simulation-`);
try {
  if (values.mutants) {
    if ((await findMutants(directory, values)) > 0) process.exitCode = 1;
  } else {
    await import(pathToFileURL(await bundle(`${directory}/main.mjs`)).href);
  }
} finally {
  await rm(directory, { recursive: true });
}
