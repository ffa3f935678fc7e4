import type { ExecutionRecording } from '../../client/index.ts';
import { storedLogBytes } from '../../client/storedLog.ts';

/** List prices of us-east-1 in USD: docs/reference/cost.md has their sources. */
const millionWriteUnitsUsd = 0.625;
const millionStateTransitionsUsd = 25;

export interface WriteUnits {
  readonly what: string;
  readonly writeUnits: number;
}

/**
 * The write units that an execution has used, by the sizes of its items: DynamoDB counts a unit for each KB begun. The table does
 * not record them; an item that has grown since was smaller when it was first written.
 */
export function writeUnitsOf({ execution, journal, log }: ExecutionRecording): readonly WriteUnits[] {
  const inputs = journal.reduce((sum, item) => sum + unitsOf(item), 0);
  const commits =
    execution.version * unitsOfBytes(bytesOf({ ...execution, log: '' }) + storedLogBytes(log.at(-1) ?? ''));
  const segments = log.slice(0, -1).reduce((sum, text) => sum + unitsOfBytes(storedLogBytes(text)), 0);
  // One entry of the index to enter it, two writes to move.
  const index = execution.status === 'RUNNING' ? 1 : 3;
  return [
    { what: 'Start, results, events and messages', writeUnits: inputs },
    { what: `${execution.version} commits of the execution`, writeUnits: commits },
    { what: 'Index', writeUnits: index },
    ...(segments > 0 ? [{ what: 'Older parts of the log', writeUnits: segments }] : []),
  ];
}

export function pricePerMillion(writeUnits: number, stateTransitions: number) {
  return {
    writeUnits,
    stateTransitions,
    millraceUsd: writeUnits * millionWriteUnitsUsd,
    stepFunctionsUsd: stateTransitions * millionStateTransitionsUsd,
  };
}

function unitsOf(item: unknown): number {
  return unitsOfBytes(bytesOf(item));
}

function bytesOf(item: unknown): number {
  return Buffer.byteLength(JSON.stringify(item) ?? '');
}

function unitsOfBytes(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}
