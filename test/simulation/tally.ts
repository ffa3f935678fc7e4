import { faultKinds } from './faults.ts';
import type { SimulationResult } from './simulation.ts';

/** The totals of many runs. */
export class Tally {
  readonly #startedAt = Date.now();
  readonly #processor = process.cpuUsage();
  readonly #faults = new Map<string, number>();
  readonly #operations = new Map<string, number>();
  readonly #counts = { seeds: 0, failures: 0, executions: 0, commits: 0, happened: 0, compared: 0 };

  get failures(): number {
    return this.#counts.failures;
  }

  add(result: SimulationResult): void {
    this.#counts.seeds++;
    if (result.error) this.#counts.failures++;
    this.#counts.executions += result.executions;
    this.#counts.commits += result.commits;
    this.#counts.happened += result.happened;
    this.#counts.compared += result.compared;
    for (const fault of result.faults) {
      const [kind = fault] = fault.split(':');
      countIn(this.#faults, kind);
    }
    for (const operation of result.operations) {
      if (operation.type === 'deploy') countIn(this.#operations, `deploy ${operation.change}`);
      else if (operation.type === 'control') countIn(this.#operations, operation.control);
      else countIn(this.#operations, operation.type);
    }
    if (result.hasExpired) countIn(this.#operations, 'expiry');
  }

  figures() {
    const seconds = (Date.now() - this.#startedAt) / 1000;
    const { user, system } = process.cpuUsage(this.#processor);
    const processorSeconds = (user + system) / 1e6;
    const operations = Object.fromEntries(this.#operations);
    return {
      ...this.#counts,
      seconds,
      processorSeconds,
      operations,
      faults: Object.fromEntries(this.#faults),
    };
  }

  /** How far it is. */
  line(seed: number): string {
    const { seeds, failures, seconds } = this.figures();
    return `seed ${seed}: ${seeds} schedules, ${failures} failed, ${(seeds / seconds).toFixed(1)} a second`;
  }

  text(): string {
    const { seeds, failures, executions, commits, happened, compared, seconds, processorSeconds } =
      this.figures();
    const struck = [...this.#faults.values()].reduce((sum, count) => sum + count, 0);
    const lines = [
      `schedules                  ${seeds} (${(seeds / seconds).toFixed(1)} a second), ${failures} failed`,
      `processor                  ${processorSeconds.toFixed(0)} s, ${(seeds / processorSeconds).toFixed(1)} schedules for each`,
      `executions                 ${executions}, ${compared} of them compared with XState's own actor`,
      `commits                    ${commits}`,
      `happenings                 ${happened}`,
      'operations',
      ...[...this.#operations].sort().map(([kind, count]) => `  ${kind.padEnd(24)} ${count}`),
      `faults                     ${struck}`,
      ...faultKinds.map((kind) => `  ${kind.padEnd(24)} ${this.#faults.get(kind) ?? 0}`),
    ];
    return lines.join('\n');
  }
}

function countIn(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}
