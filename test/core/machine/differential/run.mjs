/**
 * `npm run differential -- --machines 20000 --seed 1`: generates that many machines, compares each with XState's own actor,
 * and prints how many machines and steps there were and what they met. A failure prints seed and path, to be run again.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    machines: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    /** Makes a failing machine small. Takes minutes. */
    shrink: { type: 'boolean', default: false },
  },
});
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    'test/core/machine/differential.test.ts',
    '--testNamePattern',
    'machines\\)',
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      MILLRACE_DIFFERENTIAL_RUNS: values.machines,
      MILLRACE_DIFFERENTIAL_SEED: values.seed,
      MILLRACE_DIFFERENTIAL_SHRINK: values.shrink ? '1' : '0',
    },
  },
);
process.exitCode = status ?? 1;
