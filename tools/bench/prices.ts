/**
 * The price of executions on AWS, here and on AWS's own products. Figures, sources and assumptions are in
 * docs/reference/cost.md; nothing of a free tier is deducted.
 */

/** List prices of us-east-1 in USD. */
export const listPrices = {
  dynamodb: { writeUnit: 0.625e-6, readUnit: 0.125e-6, storageGbMonth: 0.25 },
  /** Requests and, for a month, a GB in S3 Standard. */
  s3: { put: 5e-6, get: 0.4e-6, list: 5e-6, storageGbMonth: 0.023 },
  lambda: { request: 0.2e-6, arm64GbSecond: 0.0000133334 },
  stepFunctionsStandard: { stateTransition: 25e-6 },
  stepFunctionsExpress: { request: 1e-6, gbSecond: 0.00001667 },
  lambdaDurableFunctions: { operation: 8e-6, writtenGb: 0.25, retainedGbMonth: 0.15 },
} as const;

/** How long each product keeps an execution unless told otherwise. Standard's 90 days and Express's none cost nothing. */
const retentionDays = { millrace: 90, durable: 14 } as const;

const daysAMonth = 30;
const gb = 1e9;

/** Resources that some executions have used. */
export interface MeasuredExecutions {
  readonly executions: number;
  /** Attempts of tasks: what Step Functions counts too, and what a durable function checkpoints. */
  readonly taskSteps: number;
  /** DynamoDB's units, those of the starts included. */
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Millrace's own functions; workers run in the same way everywhere. */
  readonly orchestrator: {
    readonly invocations: number;
    readonly billedDurationMs: number;
    readonly memorySizeMb: number;
  };
  /** Time that workers took, in all: an Express execution lasts, and is billed, as long. */
  readonly workerDurationMs: number;
  readonly stored: StoredBytes;
}

export interface StoredBytes {
  /** All that the table and its index hold, as DynamoDB bills it. */
  readonly total: number;
  /** Inputs and results among it: what a durable function would have written. */
  readonly journal: number;
}

export const products = ['millrace', 'standard', 'express', 'durable'] as const;
export type Product = (typeof products)[number];

/** A line of a bill: USD for a million executions. */
export interface PriceLine {
  readonly what: string;
  readonly usd: number;
}

/** USD for a million executions like the measured ones, by product. */
export function pricePerMillionExecutions(measured: MeasuredExecutions): Record<Product, number> {
  const lines = priceLines(measured);
  const total = (product: Product) => lines[product].reduce((sum, { usd }) => sum + usd, 0);
  return {
    millrace: total('millrace'),
    standard: total('standard'),
    express: total('express'),
    durable: total('durable'),
  };
}

/** The same, line by line. */
export function priceLines(measured: MeasuredExecutions): Record<Product, readonly PriceLine[]> {
  const million = 1e6 / measured.executions;
  const line = (what: string, usd: number): PriceLine => ({ what, usd: usd * million });
  return {
    millrace: millraceLines(measured, line),
    standard: [
      line(
        'state transitions: one for each task step, one for the final state',
        (measured.taskSteps + measured.executions) * listPrices.stepFunctionsStandard.stateTransition,
      ),
    ],
    express: expressLines(measured, line),
    durable: durableLines(measured, line),
  };
}

/** The price of 30 days in which nothing is due, however many executions wait: the clock and the sweeps of the failure bucket, line by line. */
export function idleMonthLines(clock: {
  readonly runSeconds: number;
  readonly memorySizeMb: number;
  readonly indexShards: number;
}): readonly PriceLine[] {
  const { lambda, dynamodb, s3 } = listPrices;
  const sweeps = daysAMonth * 24 * 4;
  const runs = daysAMonth * 24 * 60;
  const looks = runs * clock.runSeconds * clock.indexShards;
  return [
    { what: 'clock: requests', usd: runs * lambda.request },
    {
      what: 'clock: duration',
      usd: runs * clock.runSeconds * (clock.memorySizeMb / 1024) * lambda.arm64GbSecond,
    },
    // An eventually consistent query that finds nothing.
    { what: 'table: looks at the index', usd: looks * 0.5 * dynamodb.readUnit },
    // A list that finds nothing, by a function that has to load for it.
    { what: 'recovery: sweeps', usd: sweeps * (s3.list + lambda.request + 0.5 * lambda.arm64GbSecond) },
  ];
}

type Line = (what: string, usd: number) => PriceLine;

function millraceLines(measured: MeasuredExecutions, line: Line): PriceLine[] {
  const { dynamodb, lambda } = listPrices;
  const { invocations, billedDurationMs, memorySizeMb } = measured.orchestrator;
  const months = retentionDays.millrace / daysAMonth;
  return [
    line('table: write units', measured.writeUnits * dynamodb.writeUnit),
    line('table: read units', measured.readUnits * dynamodb.readUnit),
    line(
      `table: storage for ${retentionDays.millrace} days`,
      (measured.stored.total / gb) * months * dynamodb.storageGbMonth,
    ),
    line('orchestrator: requests', invocations * lambda.request),
    line('orchestrator: duration', (memorySizeMb / 1024) * (billedDurationMs / 1000) * lambda.arm64GbSecond),
  ];
}

/** https://aws.amazon.com/step-functions/pricing/: 64 MB for a small workflow, duration rounded up to 100 ms. */
const expressMemoryGb = 64 / 1024;
const expressDurationStepMs = 100;

function expressLines(measured: MeasuredExecutions, line: Line): PriceLine[] {
  const { request, gbSecond } = listPrices.stepFunctionsExpress;
  const durationMs = measured.workerDurationMs / measured.executions;
  const billedSeconds =
    (Math.max(1, Math.ceil(durationMs / expressDurationStepMs)) * expressDurationStepMs) / 1000;
  return [
    line('requests', measured.executions * request),
    line('duration', measured.executions * billedSeconds * expressMemoryGb * gbSecond),
  ];
}

function durableLines(measured: MeasuredExecutions, line: Line): PriceLine[] {
  const { operation, writtenGb, retainedGbMonth } = listPrices.lambdaDurableFunctions;
  const writtenGbs = measured.stored.journal / gb;
  const months = retentionDays.durable / daysAMonth;
  return [
    line(
      'operations: one for the start, one for each task step',
      (measured.executions + measured.taskSteps) * operation,
    ),
    line('data written', writtenGbs * writtenGb),
    line(`data retained for ${retentionDays.durable} days`, writtenGbs * months * retainedGbMonth),
    line('requests: one for each execution', measured.executions * listPrices.lambda.request),
  ];
}
