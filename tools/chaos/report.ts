import { row } from '../../cli/rendering/figures.ts';
import type { DynamoDBFaultCounts } from '../../local/dynamodb/faults.ts';
import type { EventSourceFaultCounts } from '../../local/eventSource/metrics.ts';
import type { LambdaFaultCounts } from '../../local/faults.ts';
import type { OutsideFault } from './faults.ts';
import type { ChaosResult } from './runChaos.ts';

export interface FaultFigures {
  readonly seed: number;
  readonly outside: Readonly<Record<OutsideFault, number>>;
  readonly dynamodb: DynamoDBFaultCounts;
  readonly eventSource: EventSourceFaultCounts;
  readonly lambda: Readonly<LambdaFaultCounts>;
  readonly recordsGivenUp: number;
}

/** What `npm run chaos -- --json` prints. */
export interface ChaosReport extends Omit<ChaosResult, 'differences'>, Pick<FaultFigures, 'seed'> {
  /** Faults by kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly recordsGivenUp: number;
  readonly differences: number;
}

export function chaosReport(result: ChaosResult, figures: FaultFigures): ChaosReport {
  const { dynamodb, eventSource, lambda, outside, seed, recordsGivenUp } = figures;
  return {
    seed,
    ...result,
    secondsOfFaults: Math.round(result.secondsOfFaults),
    secondsAfter: Math.round(result.secondsAfter),
    recordsGivenUp,
    faults: {
      ...outside,
      'request to the table throttled': dynamodb.throttle,
      'request to the table delayed': dynamodb.delay,
      'answer of the table lost, written': dynamodb.dropAfterWrite,
      'answer of the table lost, not written': dynamodb.dropBeforeWrite,
      'transaction conflict': dynamodb.transactionConflict,
      'record repeated': eventSource.duplicateRecord,
      'batch repeated': eventSource.duplicateBatch,
      'record delayed': eventSource.delay,
      'worker died before its work': lambda.crashBefore,
      'worker died after its work': lambda.crashAfter,
      'invocation throttled': lambda.throttle,
      'invocation repeated': lambda.duplicate,
      'invocation delayed': lambda.delay,
      'invocation lost': lambda.drop,
    },
    differences: result.differences.length,
  };
}

export function chaosTable(report: ChaosReport): readonly string[] {
  return [
    'Faults',
    ...Object.entries(report.faults).map(([kind, count]) => row(kind, String(count))),
    '',
    'Executions',
    ...Object.entries(report.byMachine).map(([machine, count]) => row(machine, String(count))),
    row('seconds under faults', String(report.secondsOfFaults)),
    row('seconds after, until all at rest', String(report.secondsAfter)),
    row('machine load', report.machineLoad.toFixed(1)),
    row('results applied', String(report.appliedResults)),
    row('of these in the log, by chains', String(report.inlinedResults)),
    row('results ignored: too late', String(report.ignoredResults)),
    row('worker runs', String(report.workerRuns)),
    row('of these repeated for an attempt', String(report.workerRunsRepeated)),
    row('starts made again', String(report.startsRepeated)),
    ...Object.entries(report.redriven).map(([name, count]) => row(`redriven after ${name}`, String(count))),
    row('records that the stream gave up', String(report.recordsGivenUp)),
    row('brought on by an event', String(report.nudged)),
    row('differences', String(report.differences)),
  ];
}
