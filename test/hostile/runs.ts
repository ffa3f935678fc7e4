/** How often a property is tried: `HOSTILE_RUNS=20000 npx vitest run test/hostile` tries more, and says what it did. */
export function runs(usual: number): number {
  return Number(process.env.HOSTILE_RUNS ?? usual);
}

export function sayFigures(what: string, figures: Readonly<Record<string, number>>): void {
  if (process.env.HOSTILE_RUNS !== undefined) console.log(what, figures);
}

/** Counts by name. */
export class Tally {
  readonly counts: Record<string, number> = {};

  add(name: string, more = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + more;
  }
}
