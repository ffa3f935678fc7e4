import type { DoctorProgress, FindingKind, TreatedFinding } from '../../client/index.ts';
import { row } from '../rendering/figures.ts';

type Outcome = TreatedFinding['outcome'];

/** Findings that a report of one document has: of more it has the numbers. */
const mostFindings = 1000;

/** The findings of one run, and their outcomes. */
export class DoctorReport {
  progress: DoctorProgress | undefined;
  readonly #kinds = new Map<FindingKind, Record<Outcome, number>>();
  readonly #findings: TreatedFinding[] = [];

  add(finding: TreatedFinding): void {
    const counts = this.#kinds.get(finding.kind) ?? { fixed: 0, remains: 0, found: 0 };
    counts[finding.outcome]++;
    this.#kinds.set(finding.kind, counts);
    if (this.#findings.length < mostFindings) this.#findings.push(finding);
  }

  count(outcome: Outcome): number {
    return [...this.#kinds.values()].reduce((sum, counts) => sum + counts[outcome], 0);
  }

  /** What `--json` prints. */
  document() {
    return {
      executions: this.progress?.executions ?? 0,
      readUnits: Math.round(this.progress?.readUnits ?? 0),
      found: this.count('found'),
      fixed: this.count('fixed'),
      remains: this.count('remains'),
      kinds: Object.fromEntries(this.#kinds),
      findings: this.#findings,
    };
  }

  lines(): string[] {
    const { executions, readUnits, found, fixed, remains } = this.document();
    const summary = `${executions} executions looked at, ${readUnits} read units: `;
    if (found + fixed + remains === 0) return [`${summary}nothing is wrong.`];
    const rows = [...this.#kinds].map(([kind, counts]) =>
      row(
        kind,
        ...(['found', 'fixed', 'remains'] as const).flatMap((outcome) =>
          counts[outcome] > 0 ? [`${counts[outcome]} ${outcome}`] : [],
        ),
      ),
    );
    const total = [
      ...(found > 0 ? [`${found} found, nothing was done`] : []),
      ...(fixed > 0 ? [`${fixed} fixed`] : []),
      ...(remains > 0 ? [`${remains} remain`] : []),
    ];
    return [...rows, `${summary}${total.join(', ')}.`];
  }
}
