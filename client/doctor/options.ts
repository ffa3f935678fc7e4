import type { MachineReference } from '../machineTypes.ts';

export interface DoctorOptions {
  /** Only executions of this machine, or of the machine with this id. The whole table is read all the same. @default every machine */
  readonly machine?: MachineReference;
  /** Only says what is wrong. @default false */
  readonly isDryRun?: boolean;
  /** Parts of the table that are read side by side, 1 to 1,000. @default 4, or those of `from` */
  readonly segments?: number;
  /** Goes on where another run was: the `cursor` of its progress. @default at the beginning */
  readonly from?: string;
  /** Executions a second that are caught up at most. @default as many as can be */
  readonly ratePerSecond?: number;
  /** Read units a second at most. @default as many as can be */
  readonly readUnitsPerSecond?: number;
  /** An item that has waited for less is under way, and not a finding. @default 60,000 */
  readonly graceMs?: number;
  /** Stops children whose parents have ended or are gone, as their parents would have. @default false: they are named */
  readonly stopsOrphans?: boolean;
  /** Items that are read at once. @default as many as the table gives */
  readonly pageSize?: number;
  readonly onProgress?: (progress: DoctorProgress) => void;
  readonly signal?: AbortSignal;
}

export interface DoctorProgress {
  /** Executions examined so far. */
  readonly executions: number;
  readonly findings: number;
  readonly readUnits: number;
  readonly segments: number;
  readonly segmentsDone: number;
  /** Everything before it is done with. */
  readonly cursor: string;
}

export const defaultGraceMs = 60_000;
