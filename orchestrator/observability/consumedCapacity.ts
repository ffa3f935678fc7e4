import type { Units } from '../table/dynamodb/dynamoDBCalls.ts';
import type { Reporter } from './report.ts';

export interface ConsumedCapacityMeter {
  /** Absent when no one wants to know: DynamoDB is then not asked. */
  readonly count: ((units: Units) => void) | undefined;
  /** Reports what was consumed since the last report. */
  readonly report: () => void;
}

/** Adds up consumed capacity between two reports: a report per invocation, not per call. */
export function consumedCapacityMeter(isWanted: boolean, report: Reporter): ConsumedCapacityMeter {
  if (!isWanted) return { count: undefined, report: () => {} };
  let writeUnits = 0;
  let readUnits = 0;
  return {
    count: (units) => {
      writeUnits += units.writeUnits;
      readUnits += units.readUnits;
    },
    report: () => {
      if (writeUnits + readUnits > 0) report({ type: 'consumedCapacity', writeUnits, readUnits });
      writeUnits = 0;
      readUnits = 0;
    },
  };
}
