import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { describeDeployment } from '../../infra/describe.ts';
import { defaults } from '../../orchestrator/configuration/configuration.ts';
import { runSeconds } from '../../orchestrator/handlers/clock.ts';
import {
  idleMonthLines,
  type MeasuredExecutions,
  priceLines,
  pricePerMillionExecutions,
  products,
} from '../../tools/bench/prices.ts';
import { pricesPerMillionSteps } from '../../tools/bench/stepPrices.ts';

/** A thousand executions of four tasks each. */
const measured: MeasuredExecutions = {
  executions: 1000,
  taskSteps: 4000,
  writeUnits: 13_000,
  readUnits: 1000,
  orchestrator: { invocations: 1000, billedDurationMs: 20_000, memorySizeMb: 512 },
  workerDurationMs: 120_000,
  stored: { total: 3_000_000, journal: 1_000_000 },
};

describe('the price of a million executions', () => {
  it('on Millrace is table writes, reads and storage, and requests and duration of the orchestrator', () => {
    // 13 × 0.625 + 1 × 0.125 + 3 GB × 3 months × 0.25 + 1 × 0.2 + 0.5 GB × 0.02 s × 13.3334
    expect(pricePerMillionExecutions(measured).millrace).toBeCloseTo(
      8.125 + 0.125 + 2.25 + 0.2 + 0.133334,
      6,
    );
  });

  it('on Step Functions Standard is a state transition for each task step and for the final state', () => {
    expect(pricePerMillionExecutions(measured).standard).toBeCloseTo(5 * 25, 6);
  });

  it('on Step Functions Express is a request, and a duration rounded up to 100 ms at 64 MB', () => {
    // 120 ms are billed as 200.
    expect(pricePerMillionExecutions(measured).express).toBeCloseTo(1 + 0.2 * (1 / 16) * 16.67, 6);
    const short = { ...measured, workerDurationMs: 0 };
    expect(pricePerMillionExecutions(short).express).toBeCloseTo(1 + 0.1 * (1 / 16) * 16.67, 6);
  });

  it('on Lambda durable functions is operations, data written and retained, and a request', () => {
    // 5 operations × 8 + 1 GB × 0.25 + 1 GB × 14/30 months × 0.15 + 0.2
    expect(pricePerMillionExecutions(measured).durable).toBeCloseTo(40 + 0.25 + 0.07 + 0.2, 6);
  });

  it('gives what AWS gives in its own example of a durable function', () => {
    // https://aws.amazon.com/lambda/pricing/: 1M × (1 start + 2 steps + 1 wait) = 32.00; 104 GB written = 26.00;
    // 104 GB for 14 days after the end = 7.28 of the 10.92 that include a wait of 7 days.
    const claims = {
      ...measured,
      executions: 1,
      taskSteps: 3,
      stored: { total: 0, journal: 104_000 },
    };
    const lines = priceLines(claims).durable.map(({ usd }) => Number(usd.toFixed(2)));
    expect(lines).toEqual([32, 26, 7.28, 0.2]);
  });

  it('is the same whether measured on one execution or on many alike', () => {
    const one = {
      executions: 1,
      taskSteps: 4,
      writeUnits: 13,
      readUnits: 1,
      orchestrator: { invocations: 1, billedDurationMs: 20, memorySizeMb: 512 },
      workerDurationMs: 120,
      stored: { total: 3000, journal: 1000 },
    };
    const many = pricePerMillionExecutions(measured);
    const single = pricePerMillionExecutions(one);
    for (const product of products) expect(single[product]).toBeCloseTo(many[product], 9);
  });

  it('is the sum of its lines', () => {
    const lines = priceLines(measured);
    const totals = pricePerMillionExecutions(measured);
    for (const product of products) {
      expect(lines[product].reduce((sum, { usd }) => sum + usd, 0)).toBe(totals[product]);
    }
  });
});

describe('a month in which nothing is due', () => {
  it('costs what the clock and the sweeps cost, as docs/reference/cost.md says', () => {
    const { functions } = describeDeployment({ orchestrator: '', workerHost: '', workers: [] });
    const memorySizeMb = functions.find(({ role }) => role === 'clock')?.memorySizeMb ?? Number.NaN;
    const lines = idleMonthLines({ runSeconds, memorySizeMb, indexShards: defaults.indexShards });
    expect(lines.map(({ usd }) => Number(usd.toFixed(2)))).toEqual([0.01, 4.68, 0.7, 0.03]);
  });
});

it('a million steps in each way cost what the page of costs says', async () => {
  const page = await readFile(new URL('../../docs/reference/cost.md', import.meta.url), 'utf8');
  const section = page.slice(
    page.indexOf('## Ways of a step'),
    page.indexOf('## What the figures do not say'),
  );
  const shown = [...section.matchAll(/\| ([0-9.]+) \|$/gm)].map(([, usd]) => Number(usd));
  const prices = Object.values(pricesPerMillionSteps()).map((usd) => Number(usd.toFixed(2)));
  expect(shown).toEqual(prices);
});
