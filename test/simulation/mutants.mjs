/**
 * `npm run simulate -- --mutants`: breaks a mechanism of each invariant, and prints after how many seeds the simulation
 * finds it. Exit code 1 where it does not find one within the seeds.
 */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { normalize } from 'node:path';
import { bundle, orchestrator } from './bundle.mjs';

export async function findMutants(directory, { seeds = '10000', only }) {
  const mutants = JSON.parse(await readFile(new URL('./mutants.json', import.meta.url), 'utf8'));
  let survivors = 0;
  process.stdout.write('| invariant | mutation | found by seed | as |\n|---|---|---|---|\n');
  for (const [index, mutant] of mutants.entries()) {
    if (only !== undefined && !mutant.mutation.includes(only)) continue;
    const outfile = await bundle(`${directory}/mutant-${index}.mjs`, [mutation(mutant)]);
    const run = spawnSync(process.execPath, [...process.execArgv, outfile, '--first', '--seeds', seeds], {
      encoding: 'utf8',
    });
    const { seed, message } = JSON.parse(run.stdout.slice(run.stdout.indexOf('{')));
    if (seed === undefined) survivors++;
    const row = [mutant.invariant, `\`${mutant.file}\`: ${mutant.mutation}`, seed ?? 'none', message ?? ''];
    process.stdout.write(`| ${row.join(' | ')} |\n`);
  }
  return survivors;
}

function mutation({ file, find, replace }) {
  return {
    name: 'mutation',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path !== normalize(`${orchestrator}${file}`)) return undefined;
        const source = await readFile(path, 'utf8');
        if (source.split(find).length !== 2) throw new Error(`'${find}' is not once in ${file}.`);
        return { contents: source.replace(find, () => replace), loader: 'ts' };
      });
    },
  };
}
