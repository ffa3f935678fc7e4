import type { Compared } from './compare.ts';

/** The totals of many comparisons. */
export class Tally {
  readonly #stepsOfAll: number[] = [];
  readonly #stepsToAnEnd: number[] = [];
  readonly #counts = new Map<string, number>();
  lines = 0;

  add(compared: Compared | undefined): void {
    if (compared === undefined) {
      this.#count('not accepted by XState');
      return;
    }
    this.#stepsOfAll.push(compared.steps);
    if (compared.status === 'done') this.#stepsToAnEnd.push(compared.steps);
    this.lines += compared.lines;
    this.#count(`status ${compared.status}`);
    if (compared.error) this.#count(`error: ${compared.error}`);
    if (compared.endedBy) this.#count(`compared no further: ${compared.endedBy}`);
    for (const [way, endedBy] of compared.ways) {
      this.#count(`by ${way}`);
      if (endedBy) this.#count(`by ${way} no further: ${endedBy}`);
    }
    for (const feature of compared.features) this.#count(feature);
  }

  get machines(): number {
    return this.#stepsOfAll.length;
  }

  get steps(): number {
    return this.#stepsOfAll.reduce((sum, steps) => sum + steps, 0);
  }

  /** Machines that came to their final state. */
  get ended(): number {
    return this.#stepsToAnEnd.length;
  }

  /** How many machines had or met something. */
  metBy(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  get summary(): object {
    return {
      machines: this.machines,
      steps: this.steps,
      effects: this.lines,
      stepsOfAMachine: distribution(this.#stepsOfAll),
      ended: this.ended,
      stepsToAnEnd: distribution(this.#stepsToAnEnd),
      met: Object.fromEntries([...this.#counts].sort(([, first], [, second]) => second - first)),
    };
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}

function distribution(values: readonly number[]): object {
  const sorted = [...values].sort((first, second) => first - second);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: at(0.5), p90: at(0.9), p99: at(0.99), most: at(1) };
}
