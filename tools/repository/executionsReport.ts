import { countBy, row } from '../../cli/rendering/figures.ts';
import type { ExecutionStatus } from '../../client/index.ts';
import { type MeasuredExecutions, type Product, pricePerMillionExecutions } from '../bench/prices.ts';
import { pricesPerMillionSteps, stepUses } from '../bench/stepPrices.ts';

/** What `npm start` and `npm run loans` print with `--json`. */
export interface ExecutionsReport {
  readonly machine: string;
  readonly executions: number;
  /** Executions by status. */
  readonly status: Readonly<Partial<Record<ExecutionStatus, number>>>;
  /** Attempts of tasks. */
  readonly steps: number;
  readonly seconds: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly usdPerMillionExecutions: Readonly<Record<Product, number>>;
}

export interface ExecutionsRun {
  readonly machine: string;
  /** Status of each execution. */
  readonly statuses: readonly ExecutionStatus[];
  /** From the first start until every execution had ended or waited for an event. */
  readonly seconds: number;
  readonly measured: MeasuredExecutions;
}

export function executionsReport({ machine, statuses, seconds, measured }: ExecutionsRun): ExecutionsReport {
  const usd = pricePerMillionExecutions(measured);
  return {
    machine,
    executions: measured.executions,
    status: Object.fromEntries(countBy(statuses)),
    steps: measured.taskSteps,
    seconds,
    writeUnits: measured.writeUnits,
    readUnits: measured.readUnits,
    usdPerMillionExecutions: {
      millrace: cents(usd.millrace),
      standard: cents(usd.standard),
      express: cents(usd.express),
      durable: cents(usd.durable),
    },
  };
}

/** The measured part of a table to read, and what it would cost. */
export function measuredRows(report: ExecutionsReport): readonly string[] {
  const { steps, seconds, writeUnits, readUnits, usdPerMillionExecutions: usd } = report;
  const prices = pricesPerMillionSteps();
  return [
    row('task steps', String(steps)),
    row('seconds', seconds.toFixed(1)),
    row('steps a second', (steps / seconds).toFixed(0)),
    row('write units a step', (writeUnits / steps).toFixed(2)),
    row('read units a step', (readUnits / steps).toFixed(2)),
    '',
    'A million such executions (docs/reference/cost.md)',
    row('Millrace', dollars(usd.millrace)),
    row('Step Functions Standard', dollars(usd.standard)),
    row('Step Functions Express', dollars(usd.express), 'at least once, 5 minutes at most'),
    row('Lambda durable functions', dollars(usd.durable)),
    '',
    'A million steps in each way that they can take',
    row('stream', dollars(prices.stream), requests(stepUses.stream)),
    row('nudge', dollars(prices.nudge), requests(stepUses.nudge)),
    row('inline', dollars(prices.inline), requests(stepUses.inline)),
    row('checkpoint', dollars(prices.checkpoint), requests(stepUses.checkpoint)),
    row('Step Functions Standard', dollars(prices.standard)),
    row('Step Functions Express', dollars(prices.express)),
    row('Lambda durable functions', dollars(prices.durable)),
  ];
}

function requests({ requests: each }: { readonly requests: number }): string {
  return each === 0 ? 'no Lambda request' : `${each} Lambda request${each === 1 ? '' : 's'} a step`;
}

function dollars(usd: number): string {
  return `$${usd.toFixed(2)}`;
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}
