import type { AslCase } from './aslCase.ts';
import type { CaseResult } from './runCase.ts';

interface Count {
  total: number;
  passed: number;
}

/** Counts of a set of cases. */
export class Summary {
  readonly #counts = { total: 0, passed: 0, taskInputsEqual: 0 };
  readonly #byKind: Record<string, Count> = {};
  readonly #byQueryLanguage: Record<string, Count> = {};
  readonly #failed: string[] = [];

  add({ id, kind, queryLanguage }: AslCase, { passed, taskInputsEqual }: CaseResult): void {
    this.#counts.total++;
    if (passed) this.#counts.passed++;
    else this.#failed.push(id);
    if (passed && taskInputsEqual) this.#counts.taskInputsEqual++;
    for (const [table, key] of [
      [this.#byKind, kind],
      [this.#byQueryLanguage, queryLanguage],
    ] as const) {
      table[key] ??= { total: 0, passed: 0 };
      table[key].total++;
      if (passed) table[key].passed++;
    }
  }

  /** As JSON. */
  line(): string {
    return JSON.stringify({
      ...this.#counts,
      byKind: this.#byKind,
      byQueryLanguage: this.#byQueryLanguage,
      failed: this.#failed,
    });
  }
}

/** A case that breaks the tool, or the core, is one that has failed. */
export async function attempted(run: () => Promise<CaseResult>): Promise<CaseResult> {
  try {
    return await run();
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { passed: false, taskInputsEqual: false, reasons: [text] };
  }
}

export function printReasons({ id }: AslCase, { passed, reasons }: CaseResult, inFull: boolean): void {
  if (reasons.length === 0) return;
  process.stdout.write(`${passed ? 'input' : 'FAILED'} ${id}\n`);
  for (const reason of reasons) process.stdout.write(`  ${reason.slice(0, inFull ? 10_000 : 600)}\n`);
}
