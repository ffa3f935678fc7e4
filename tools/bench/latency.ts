/**
 * The time of a step in each of the ways that it can take: the whole system in virtual time, with the latency of each hop drawn
 * by seed from published distributions. docs/reference/benchmarks.md.
 */
import { hops, tableHop } from '../../local/latency.ts';
import { count, printResult, progress, round, runBench } from './commandLine.ts';
import { measureSteps } from './latency/virtualMillrace.ts';
import { type Way, ways } from './latency/ways.ts';
import { percentile } from './percentile.ts';

/** Per state, in milliseconds: the page of benchmarks has the source. */
const published = {
  stepFunctionsStandard: { p50: 99, p99: 250 },
  stepFunctionsExpress: { p50: 77, p99: 241 },
};

await runBench(async () => {
  const executions = count('executions', 200);
  const seed = count('seed', 1);
  const table = tableHop(count('table-ms', hops.table.p50));
  const modes: Partial<Record<Way, { readonly p50: number; readonly p99: number }>> = {};
  for (const way of ways) {
    const steps = await measureSteps(way, { executions, seed, table });
    modes[way] = { p50: round(percentile(steps, 50), 1), p99: round(percentile(steps, 99), 1) };
    progress(`${way}: ${steps.length} steps`);
  }
  const result = { modes, published, hops: { ...hops, table }, executions, seed };
  printResult(result, () => text(modes));
});

function text(modes: Partial<Record<Way, { readonly p50: number; readonly p99: number }>>): string {
  const rows = [...Object.entries(modes), ...Object.entries(published)];
  const lines = rows.map(
    ([name, { p50, p99 }]) => `  ${name.padEnd(24)} ${String(p50).padStart(7)} ${String(p99).padStart(7)}`,
  );
  return ['milliseconds a step           p50     p99', ...lines].join('\n');
}
