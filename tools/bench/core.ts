/**
 * The CPU of a core step against that of bare XState doing the same, in the same run: docs/reference/benchmarks.md.
 */
import { transition } from 'xstate';
import { order } from '../../machines/order.ts';
import { advance } from '../../orchestrator/core/execution/step/advance.ts';
import { stepMachine } from '../../orchestrator/core/machine/index.ts';
import { encodeExecution } from '../../orchestrator/table/executionItem.ts';
import { count, printResult, progress, round, runBench } from './commandLine.ts';
import { handover } from './handover.ts';
import { sequential20 } from './machines/sequential.ts';
import { median } from './median.ts';
import { limits, next, persist, record, restore, type Script, startOfTape } from './tape.ts';

const scripts: readonly Script[] = [
  {
    name: 'order',
    machine: order,
    input: {
      orderId: 'order-0001',
      sku: 'tea-kettle',
      quantity: 1,
      amount: 3950,
      card: 'card-403d-8945',
      email: 'yara.jansen@example.com',
      country: 'NL',
    },
    answers: {
      reserveStock: { orderId: 'order-0001', warehouse: 'rotterdam' },
      label: { trackingId: 'NL-0001-4711' },
      charge: { receiptId: 'r-1' },
      confirm: null,
    },
  },
  { name: 'sequential-20', machine: sequential20, input: { from: 0 }, answers: { add: 1 } },
  {
    name: 'handover',
    machine: handover,
    input: { customer: 'c-17' },
    answers: { draw: 'contract-17.pdf', price: 'invoice-17.pdf', deliver: { delivered: true } },
    events: [{ type: 'APPROVE', by: 'Ada' }],
  },
];

interface Figures {
  readonly machine: string;
  readonly steps: number;
  /** Microseconds a step, medians. */
  readonly xstate: number;
  readonly core: number;
  readonly advanceAndEncode: number;
  readonly ratio: number;
}

await runBench(async () => {
  const rounds = count('rounds', 40);
  const figures = scripts.map((script) => measure(script, rounds));
  const result = {
    // The least favourable of the machines.
    ratioToXState: Math.max(...figures.map(({ ratio }) => ratio)),
    rounds,
    machines: figures,
  };
  printResult(result, () => text(result.ratioToXState, figures));
});

function measure(script: Script, rounds: number): Figures {
  const { prepared, lookup, steps } = record(script);
  const { machine } = script;
  const at = { now: startOfTape, actor: { id: script.name } };
  const layout = { indexShards: 4, retentionDays: 90 };
  const sides = {
    xstate: () => {
      for (const { xstate } of steps) {
        persist(machine, transition(machine, restore(machine, xstate.stored), xstate.event)[0]);
      }
    },
    core: () => {
      for (const { core } of steps) stepMachine(prepared, core.stored, core.input, at);
    },
    advanceAndEncode: () => {
      for (const { execution } of steps) {
        const step = advance(lookup, limits, next(execution.before, execution.entry));
        if (step.type === 'commit') encodeExecution(step.execution, layout);
      }
    },
  };
  // As many runs a round as take a few milliseconds, so that the clock's grain does not count.
  const runs = Math.ceil(200 / steps.length);
  const times = { xstate: [] as number[], core: [] as number[], advanceAndEncode: [] as number[] };
  const names = ['xstate', 'core', 'advanceAndEncode'] as const;
  for (let round = -Math.ceil(rounds / 3); round < rounds; round++) {
    for (const name of names) {
      const microseconds = (time(sides[name], runs) * 1000) / (runs * steps.length);
      // The first rounds are for the compiler.
      if (round >= 0) times[name].push(microseconds);
    }
  }
  progress(`${script.name}: done`);
  const [xstate, core, advanced] = names.map((name) => round(median(times[name]), 1));
  const ratios = times.core.map((each, i) => each / (times.xstate[i] ?? Number.NaN));
  return {
    machine: script.name,
    steps: steps.length,
    xstate: xstate ?? 0,
    core: core ?? 0,
    advanceAndEncode: advanced ?? 0,
    ratio: round(median(ratios)),
  };
}

function time(run: () => void, times: number): number {
  const start = performance.now();
  for (let i = 0; i < times; i++) run();
  return performance.now() - start;
}

function text(ratioToXState: number, figures: readonly Figures[]): string {
  const number = (value: number, width: number) => value.toFixed(1).padStart(width);
  return [
    'Microseconds a step, medians',
    '',
    'machine        steps  bare XState  core step  ratio  core step, log and item',
    ...figures.map(
      ({ machine, steps, xstate, core, ratio, advanceAndEncode }) =>
        `${machine.padEnd(13)}  ${String(steps).padStart(5)}  ${number(xstate, 11)}  ${number(core, 9)}  ` +
        `${ratio.toFixed(2).padStart(5)}  ${number(advanceAndEncode, 23)}`,
    ),
    '',
    `A core step takes at most ${ratioToXState} times what bare XState takes (budget: 2)`,
  ].join('\n');
}
