import type { MillraceClient } from '../client/millraceClient.ts';
import type { Table } from '../orchestrator/table/table.ts';
import type { Arns } from './arns.ts';

/** The surroundings of the operations. */
export interface ApiSurroundings {
  readonly client: MillraceClient;
  readonly table: Pick<Table, 'registry' | 'journal' | 'executions' | 'attempts'>;
  readonly arns: Arns;
  readonly deployed: () => Promise<readonly DeployedMachine[]>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Waits in the time of the callers. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** How long after its end an execution can be redriven. @default without end */
  readonly redrivableMs?: number;
}

export interface CallOptions {
  /** Aborts when the caller has gone: then nothing is taken for it any more. */
  readonly signal?: AbortSignal;
}

/** A machine of the deployment: it is listed, described and started, and cannot be changed here. */
export interface DeployedMachine {
  readonly id: string;
  readonly version: string;
  /** Its definition in Amazon States Language, with its substitutions. Absent for a machine of code. */
  readonly definition?: string;
}
