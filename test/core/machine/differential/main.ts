import { parseArgs } from 'node:util';
import { compareMany } from './compareMany.ts';
import { engineWays } from './engineActor.ts';

const { values } = parseArgs({
  options: {
    machines: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    path: { type: 'string' },
    ways: { type: 'string' },
    children: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
  },
});

// XState warns of each event to a stopped actor, as generated machines send them.
console.warn = () => undefined;
const started = performance.now();
const tally = await compareMany({
  machines: Number(values.machines),
  seed: Number(values.seed),
  children: values.children,
  ...(values.path !== undefined && { path: values.path }),
  ...(values.ways !== undefined && {
    ways: engineWays.filter((way) => values.ways?.split(',').includes(way)),
  }),
  shrinks: values.shrink,
  after: ({ machines, steps }) => {
    if (machines % 1000 === 0) process.stderr.write(`${machines} machines, ${steps} steps\n`);
  },
});
const seconds = Math.round((performance.now() - started) / 1000);
process.stdout.write(`${JSON.stringify({ seed: values.seed, seconds, ...tally.summary }, null, 2)}\n`);
