import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { simulate } from './simulation.ts';

// Most of what a run makes is garbage by its end.
setFlagsFromString('--max-semi-space-size=64');
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const from = Number(values.seed ?? values.from);
const seeds = values.seed === undefined ? Number(values.seeds) : 1;
const startedAt = Date.now();
let failures = 0;
const totals = { executions: 0, commits: 0, happened: 0, compared: 0 };
const faults: Record<string, number> = {};
for (let seed = from; seed < from + seeds; seed++) {
  const result = await simulate({
    seed,
    ...(values.trace && { trace: (line: string) => console.log(line) }),
  });
  totals.executions += result.executions;
  totals.commits += result.commits;
  totals.happened += result.happened;
  totals.compared += result.compared;
  for (const fault of result.faults) {
    const [kind = ''] = fault.split(':');
    faults[kind] = (faults[kind] ?? 0) + 1;
  }
  if (!result.error) continue;
  console.log(seed, result.error.name === 'InvariantError' ? result.error.message : result.error.stack);
  if (++failures > 20 && !values.keep) break;
}
const seconds = (Date.now() - startedAt) / 1000;
console.log(
  JSON.stringify({ seeds, failures, seconds, perSecond: seeds / seconds, ...totals, faults }, null, 1),
);
