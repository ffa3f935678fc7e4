import type { Units } from '../orchestrator/table/dynamodb/dynamoDBCalls.ts';

/** Adds up the capacity units that functions print (orchestrator/observability/report.ts, `consumedCapacity`). */
export class ConsumedCapacityCounter {
  #writeUnits = 0;
  #readUnits = 0;

  get total(): Units {
    return { writeUnits: this.#writeUnits, readUnits: this.#readUnits };
  }

  /** Whether the line was one of those; all others are the function's own. */
  take(line: string): boolean {
    if (!line.startsWith('{"millrace":"consumedCapacity"')) return false;
    const report: unknown = JSON.parse(line);
    if (typeof report !== 'object' || report === null) return false;
    if ('writeUnits' in report) this.#writeUnits += Number(report.writeUnits);
    if ('readUnits' in report) this.#readUnits += Number(report.readUnits);
    return true;
  }
}
