import { isBroken, type ReplayReport } from '../../client/index.ts';
import { compareVersions } from '../../orchestrator/core/execution/model/versions.ts';

/** The outcomes of the replays of a version's executions. */
export interface CheckedVersion {
  readonly machine: string;
  /** Absent for executions whose machine has not been found yet. */
  readonly version?: string;
  readonly equal: number;
  readonly diverging: number;
  readonly notDeployed: number;
  /** A part of the recording has expired, or nothing has been applied yet. */
  readonly unknown: number;
  /** Among all of these, the ones that have not ended and would not go on. */
  readonly broken: number;
}

/** Adds up the reports of a check, by machine and version. */
export class MachinesCheck {
  readonly broken: ReplayReport[] = [];
  checked = 0;
  readonly #versions = new Map<string, CheckedVersion>();

  add(report: ReplayReport): void {
    const { machine, machineVersion, outcome } = report;
    const key = JSON.stringify([machine, machineVersion]);
    const none = { equal: 0, diverging: 0, notDeployed: 0, unknown: 0, broken: 0 };
    const counts = this.#versions.get(key) ?? {
      machine,
      ...(machineVersion !== undefined && { version: machineVersion }),
      ...none,
    };
    const column = columns[outcome];
    const isBreak = isBroken(report);
    this.checked += 1;
    this.#versions.set(key, {
      ...counts,
      [column]: counts[column] + 1,
      broken: counts.broken + (isBreak ? 1 : 0),
    });
    if (isBreak) this.broken.push(report);
  }

  versions(): CheckedVersion[] {
    return [...this.#versions.values()].sort(
      (a, b) => a.machine.localeCompare(b.machine) || compareVersions(a.version ?? '', b.version ?? ''),
    );
  }
}

const columns = {
  equal: 'equal',
  diverges: 'diverging',
  notDeployed: 'notDeployed',
  incomplete: 'unknown',
  notStarted: 'unknown',
} as const;
