import { checkDefinition } from '../check/check.ts';
import {
  expressPrice,
  listPrices,
  type PathCounts,
  type Price,
  type PriceOptions,
  priceOfPath,
  priceOptionKeys,
  type StepWay,
} from '../check/price.ts';
import { checkCallOptions } from '../checkCallOptions.ts';
import type { Format } from '../document/readDocument.ts';

export type WorkflowType = 'STANDARD' | 'EXPRESS';

/** A state machine of Step Functions that may move here. */
export interface MachineInUse {
  readonly name: string;
  readonly type: WorkflowType;
  /** Its definition in JSON or YAML. */
  readonly text: string;
  readonly format: Format;
  /** Absent where its use is not known. */
  readonly use?: MonthlyUse;
}

/** The use of a state machine in a month. */
export interface MonthlyUse {
  readonly executions: number;
  /** State transitions, as Step Functions Standard counts them. @default estimated: the longest path for each execution */
  readonly transitions?: number;
  /** Executions whose histories the number of transitions was taken from; absent where it was counted. */
  readonly sampled?: number;
  /** Billed milliseconds of an Express workflow. @default the tasks of the longest path, one after the other */
  readonly billedMs?: number;
}

/** Whether a state machine can move here, and what that saves. */
export interface Assessment {
  readonly name: string;
  readonly type: WorkflowType;
  /** Whether its definition runs here as it is. */
  readonly runs: boolean;
  /** Reasons why it does not run: problems of the definition, and services that Millrace does not call. */
  readonly missing: readonly string[];
  /** Present where its use is known and the definition is valid. */
  readonly month?: MonthlyCost;
}

/** A month's cost in USD, by the list prices of us-east-1. */
export interface MonthlyCost {
  readonly executions: number;
  readonly transitions: number;
  /** Whether `transitions` are those of the longest path. */
  readonly isEstimated: boolean;
  readonly today: number;
  /** With steps by the stream, which is the default. */
  readonly here: number;
  /** By the way in which steps are taken. */
  readonly ways: Readonly<Record<StepWay, number>>;
  /** With steps by the stream. */
  readonly saves: number;
  /** Executions whose histories `transitions` was taken from. */
  readonly sampled?: number;
}

/** Assesses state machines; those that save most come first, and those of unknown use last. */
export function assess(machines: readonly MachineInUse[], options: PriceOptions = {}): readonly Assessment[] {
  checkCallOptions('assess', options, priceOptionKeys);
  const savings = ({ month }: Assessment) => month?.saves ?? Number.NEGATIVE_INFINITY;
  return machines
    .map((machine) => assessOne(machine, options))
    .toSorted((a, b) => (savings(a) === savings(b) ? a.name.localeCompare(b.name) : savings(b) - savings(a)));
}

function assessOne({ name, type, text, format, use }: MachineInUse, options: PriceOptions): Assessment {
  const { runs, problems, resources, price } = checkDefinition(text, format, { ...options, type });
  const faults = problems
    .filter(({ severity }) => severity === 'error')
    .map(({ pointer, message }) => `${pointer}: ${message}`);
  const services = resources
    .filter(({ isSupported }) => !isSupported)
    .map(({ feature, path }) => `${feature} (${path})`);
  return {
    name,
    type,
    runs,
    missing: [...faults, ...services],
    ...(use && price && { month: monthOf(type, use, price, options) }),
  };
}

function monthOf(
  type: WorkflowType,
  { executions, transitions: counted, sampled, billedMs }: MonthlyUse,
  longest: Price,
  options: PriceOptions,
): MonthlyCost {
  // The end of an execution is a transition, too.
  const estimated = executions * (longest.counts.transitions + 1);
  const transitions = counted ?? estimated;
  const price = priceOfPath(scaled(longest.counts, transitions / Math.max(estimated, 1)), options);
  const millions = executions / 1e6;
  const express =
    billedMs === undefined ? millions * price.express : expressPrice(executions, billedMs / 1000);
  const today = type === 'EXPRESS' ? express : transitions * listPrices.transition;
  const here = millions * price.millrace;
  const way = (each: StepWay) => cents(millions * price.ways[each]);
  return {
    executions,
    transitions,
    isEstimated: counted === undefined,
    ...(sampled !== undefined && { sampled }),
    today: cents(today),
    here: cents(here),
    ways: { stream: way('stream'), nudge: way('nudge'), chain: way('chain') },
    saves: cents(today - here),
  };
}

/** Executions that take half of the longest path's transitions are taken to have half of its tasks. */
function scaled(counts: PathCounts, part: number): PathCounts {
  return {
    transitions: counts.transitions * part,
    tasks: counts.tasks * part,
    activities: counts.activities * part,
    waits: counts.waits * part,
    items: counts.items * part,
  };
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}
