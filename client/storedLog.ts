import { deflatedLogBytes } from '../orchestrator/table/logText.ts';

/** The bytes that a part of a recording's log takes in the table, which deflates a log with results of chains. */
export function storedLogBytes(log: string): number {
  return deflatedLogBytes(log);
}
