import { hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import { controlContent, sendControl } from '../control.ts';
import { Pace } from '../pace.ts';
import type { ClientSurroundings } from '../surroundings.ts';
import { type AssessOptions, assess } from './assess.ts';
import { type Finding, isMendable } from './findings.ts';
import { partitionOf } from './partition.ts';
import { type CatchUp, RecoveryUnavailableError } from './recovery.ts';

export interface TreatedFinding extends Finding {
  /**
   * `fixed`: it is gone. `remains`: it is still there, or a catch-up cannot repair it. `found`: nothing was tried, as in a dry
   * run.
   */
  readonly outcome: 'fixed' | 'remains' | 'found';
  /** The error of the repair. */
  readonly error?: string;
}

export interface TreatmentOptions {
  readonly catchUp: CatchUp;
  /** Begins the names of its catch-ups. */
  readonly name: string;
  readonly isDryRun: boolean;
  readonly stopsOrphans: boolean;
  /** Executions a second at most. */
  readonly ratePerSecond: number;
  readonly assessOptions: () => AssessOptions;
  readonly signal?: AbortSignal | undefined;
}

/** Executions that one call of the recovery function catches up. */
const executionsPerCall = 25;

/** Repairs the findings, and checks that each is gone. */
export class Treatment {
  readonly #surroundings: ClientSurroundings;
  readonly #options: TreatmentOptions;
  readonly #pace: Pace;

  constructor(surroundings: ClientSurroundings, options: TreatmentOptions) {
    this.#surroundings = surroundings;
    this.#options = options;
    this.#pace = new Pace(surroundings, options.ratePerSecond);
  }

  /** @throws RecoveryUnavailableError */
  async treat(findings: readonly Finding[]): Promise<TreatedFinding[]> {
    const { isDryRun, stopsOrphans } = this.#options;
    if (isDryRun) return findings.map((finding) => ({ ...finding, outcome: 'found' }));
    const orphans = stopsOrphans ? findings.filter(({ kind }) => kind === 'orphaned') : [];
    for (const orphan of orphans) await this.#stop(orphan);
    const treated = findings.filter((finding) => isMendable(finding.kind) || orphans.includes(finding));
    const ids = [...new Set(treated.map(({ executionId }) => executionId))];
    const errors = new Map<string, string>();
    for (let i = 0; i < ids.length; i += executionsPerCall) {
      for (const [id, error] of await this.#catchUp(ids.slice(i, i + executionsPerCall)))
        errors.set(id, error);
    }
    return Promise.all(
      findings.map(async (finding) => {
        if (!treated.includes(finding)) return { ...finding, outcome: 'remains' } as const;
        if (await this.#isFixed(finding)) return { ...finding, outcome: 'fixed' } as const;
        const error = errors.get(finding.executionId);
        return { ...finding, outcome: 'remains', ...(error !== undefined && { error }) } as const;
      }),
    );
  }

  /** Answers what went wrong, by execution. */
  async #catchUp(executionIds: readonly string[]): Promise<readonly (readonly [string, string])[]> {
    const { catchUp, name, signal } = this.#options;
    await this.#pace.take(executionIds.length, signal);
    try {
      const { failed } = await catchUp({ executionIds, catchUpId: `${name} ${executionIds[0]}` });
      return failed.map(({ executionId, error }) => [executionId, error] as const);
    } catch (error) {
      // One call that fails leaves the others theirs.
      if (error instanceof RecoveryUnavailableError) throw error;
      return executionIds.map((executionId) => [executionId, String(error)] as const);
    }
  }

  async #stop({ executionId, detail }: Finding): Promise<void> {
    const current = await this.#surroundings.table.outlines.readStatus(executionId);
    if (!current || hasEnded(current.status)) return;
    const content = controlContent('stop', { cause: `doctor: ${detail}` });
    await sendControl(this.#surroundings, executionId, content, `stop-at-${current.version}`);
  }

  async #isFixed({ kind, executionId, references, since }: Finding): Promise<boolean> {
    const { outlines } = this.#surroundings.table;
    const partition = partitionOf(executionId, (await outlines.readOutline(executionId)).items);
    if (kind === 'orphaned') return !partition.execution || hasEnded(partition.execution.status);
    return !assess(partition, this.#options.assessOptions()).some(
      (each) =>
        each.kind === kind &&
        each.since === since &&
        (references === undefined || each.references?.some((reference) => references.includes(reference))),
    );
  }
}
