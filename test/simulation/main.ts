import { parseArgs } from 'node:util';
import { shrink } from './shrink.ts';
import { type SimulationResult, simulate } from './simulation.ts';
import { Tally } from './tally.ts';

const usage = `npm run simulate -- [options]

  --seeds N      how many seeds to run (1000)
  --from S       the first of them (1)
  --seed S       one seed, with the trace of what happened in it
  --without A,B  faults that do not strike in --seed: kinds, or single ones as 'lostInvoke:3'
  --skip 1,2     operations that are not done in --seed, by their place
  --keep-going   does not stop at the tenth seed that fails
  --json         the figures as JSON
  --first        the first seed that fails, as JSON, and no more
  --mutants      breaks the orchestrator in one place after the other, and looks for a seed that fails
  --only TEXT    mutants that have it in their description
`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    without: { type: 'string', default: '' },
    skip: { type: 'string', default: '' },
    'keep-going': { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const mostFailures = 10;
/** A seed that takes longer is reported. */
const slowMs = 5000;
/** Between two lines about how far it is. */
const progressEveryMs = 30_000;

// An error's stack costs more than many a call; those of a single seed are worth it.
if (values.seed === undefined) Error.stackTraceLimit = 0;
if (values.help) console.log(usage);
else if (values.seed !== undefined) await runOne(Number(values.seed));
else if (values.first)
  console.log(JSON.stringify(await firstFailure(Number(values.from), Number(values.seeds))));
else await runMany(Number(values.from), Number(values.seeds));

async function runOne(seed: number): Promise<void> {
  const withoutOperations = new Set(listOf(values.skip).map(Number));
  const options = { seed, without: new Set(listOf(values.without)), withoutOperations };
  const result = await simulate({ ...options, trace: (line) => console.log(line) });
  console.log(result.error ? `\n${result.error.stack}` : '\nEvery invariant holds.');
  if (result.error) process.exitCode = 1;
}

async function runMany(from: number, seeds: number): Promise<void> {
  const tally = new Tally();
  let toldAt = Date.now();
  for (let seed = from; seed < from + seeds; seed++) {
    const startedAt = performance.now();
    const result = await simulate({ seed });
    tally.add(result);
    const ms = performance.now() - startedAt;
    if (ms > slowMs) console.error(`seed ${seed} took ${Math.round(ms / 1000)} seconds`);
    if (result.error) {
      await tellFailure(result);
      if (tally.failures >= mostFailures && !values['keep-going']) break;
    }
    if (Date.now() - toldAt < progressEveryMs) continue;
    toldAt = Date.now();
    if (process.stderr.isTTY || !values.json) console.error(tally.line(seed));
  }
  console.log(values.json ? JSON.stringify(tally.figures()) : tally.text());
  if (tally.failures > 0) process.exitCode = 1;
}

async function firstFailure(from: number, seeds: number) {
  for (let seed = from; seed < from + seeds; seed++) {
    const { error } = await simulate({ seed });
    if (error) return { seed, message: error.message.split('\n')[0]?.slice(0, 120) };
  }
  return {};
}

async function tellFailure({ seed, error }: SimulationResult): Promise<void> {
  console.log(`Seed ${seed} fails. ${error?.message}`);
  const { without, withoutOperations, result, runs } = await shrink(seed);
  const parts = [`npm run simulate -- --seed ${seed}`];
  if (without.size > 0) parts.push(`--without ${[...without].join(',')}`);
  if (withoutOperations.size > 0) parts.push(`--skip ${[...withoutOperations].join(',')}`);
  console.log(`After ${runs} runs to shrink it, ${result.faults.length} faults are left:`);
  console.log(`  ${parts.join(' ')}`);
  await simulate({ seed, without, withoutOperations, trace: (line) => console.log(`  ${line}`) });
  console.log(`  ${result.error?.message}\n`);
}

function listOf(text: string): string[] {
  return text === '' ? [] : text.split(',');
}
