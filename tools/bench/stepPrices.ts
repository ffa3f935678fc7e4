import { listPrices } from './prices.ts';

/** The use of one step, by `npm run bench:cost -- --mode`, with results of about 100 bytes. */
interface StepUse {
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Invocations of the orchestrator where few executions run at a time: each batch of the stream then has one item. */
  readonly requests: number;
}

/** The ways that a step can take: docs/how-it-works.md. */
export const stepUses = {
  stream: { writeUnits: 2.02, readUnits: 0, requests: 1 },
  nudge: { writeUnits: 2.02, readUnits: 1, requests: 2 },
  inline: { writeUnits: 1.04, readUnits: 0, requests: 0 },
  checkpoint: { writeUnits: 0.02, readUnits: 0, requests: 0 },
} as const satisfies Record<string, StepUse>;

/** An execution of 20 steps of 100 ms on Step Functions Express: a request, and 2 seconds at 64 MB. */
const expressSteps = 20;
const expressSeconds = 2;
const expressGb = 64 / 1024;

/** USD for a million steps, at the list prices of us-east-1, without the time of functions. */
export function pricesPerMillionSteps() {
  const { dynamodb, lambda, stepFunctionsStandard, stepFunctionsExpress, lambdaDurableFunctions } =
    listPrices;
  const of = ({ writeUnits, readUnits, requests }: StepUse) =>
    1e6 * (writeUnits * dynamodb.writeUnit + readUnits * dynamodb.readUnit + requests * lambda.request);
  const express = stepFunctionsExpress.request + expressSeconds * expressGb * stepFunctionsExpress.gbSecond;
  return {
    stream: of(stepUses.stream),
    nudge: of(stepUses.nudge),
    inline: of(stepUses.inline),
    checkpoint: of(stepUses.checkpoint),
    standard: 1e6 * stepFunctionsStandard.stateTransition,
    express: (1e6 * express) / expressSteps,
    durable: 1e6 * lambdaDurableFunctions.operation,
  };
}
