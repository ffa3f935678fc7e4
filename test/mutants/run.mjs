/**
 * `npm run mutants`: breaks the core or a chain in one place after the other, and prints after how many generated machines each is
 * caught; one that they do not catch is given to the fixed tests of the core. Exit code 1 where nothing catches one.
 * `--only TEXT` takes those that have it in their description.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    machines: { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const project = fileURLToPath(new URL('../..', import.meta.url));
const core = `${project}orchestrator/core/machine/`;
const mutants = JSON.parse(await readFile(new URL('./mutants.json', import.meta.url), 'utf8'));
const fixedTests = ['traps', 'children', 'childIds', 'timers', 'rehydration', 'inputs'].map(
  (name) => `test/core/machine/${name}.test.ts`,
);

const directory = await mkdtemp(`${project}node_modules/.mutants-`);
const survivors = [];
try {
  process.stdout.write('| mutation, by its path from `core/machine` | caught by | after |\n|---|---|---|\n');
  for (const [index, mutant] of mutants.entries()) {
    if (values.only !== undefined && !mutant.mutation.includes(values.only)) continue;
    const caught = (await caughtByMachines(mutant, index)) ?? caughtByFixedTests(mutant);
    if (caught === undefined) survivors.push(mutant.mutation);
    const [by, after] = caught ?? ['nothing', ''];
    process.stdout.write(`| \`${mutant.file}\`: ${mutant.mutation} | ${by} | ${after} |\n`);
  }
} finally {
  await rm(directory, { recursive: true });
}
if (survivors.length > 0) process.exitCode = 1;

async function caughtByMachines(mutant, index) {
  const outfile = `${directory}/${index}.mjs`;
  await build({
    entryPoints: [`${project}test/core/machine/differential/main.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    plugins: [mutation(mutant)],
  });
  for (const children of [[], ['--children']]) {
    const run = spawnSync(
      process.execPath,
      [outfile, '--machines', values.machines, '--seed', values.seed, ...children],
      { encoding: 'utf8', timeout: 600_000 },
    );
    if (run.status === 0) continue;
    const [, machines] = /Property failed after (\d+) tests/.exec(run.stderr) ?? [];
    if (machines === undefined) throw new Error(`'${mutant.mutation}': ${run.stderr.slice(0, 2000)}`);
    const kind = children.length > 0 ? 'machines with child machines' : 'generated machines';
    return [kind, machines === '1' ? '1 machine' : `${machines} machines`];
  }
  return undefined;
}

function mutation({ file, find, replace }) {
  return {
    name: 'mutation',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path !== join(core, file)) return undefined;
        return { contents: (await readFile(path, 'utf8')).replace(find, () => replace), loader: 'ts' };
      });
    },
  };
}

function caughtByFixedTests(mutant) {
  const run = spawnSync(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--config',
      'test/mutants/vitest.config.ts',
      '--reporter',
      'json',
      ...fixedTests,
    ],
    { cwd: project, encoding: 'utf8', env: { ...process.env, MILLRACE_MUTANT: JSON.stringify(mutant) } },
  );
  const { testResults } = JSON.parse(run.stdout.slice(run.stdout.indexOf('{"')));
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed');
  return (
    failed[0] && [
      'fixed tests',
      `"${failed[0].fullName}"${failed.length > 1 ? ` and ${failed.length - 1} more` : ''}`,
    ]
  );
}
