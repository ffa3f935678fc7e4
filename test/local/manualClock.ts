import type { Clock } from '../../local/clock.ts';

interface Appointment {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs = Date.parse('2026-01-01T00:00:00Z');
  readonly #appointments = new Set<Appointment>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const appointment = { dueMs: this.#nowMs + delayMs, callback };
    this.#appointments.add(appointment);
    return () => this.#appointments.delete(appointment);
  }

  /** Moves time on and calls what became due, in the order in which it was due. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#appointments.delete(next);
      this.#nowMs = next.dueMs;
      next.callback();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number): Appointment | undefined {
    let next: Appointment | undefined;
    for (const each of this.#appointments) {
      if (each.dueMs <= untilMs && (next === undefined || each.dueMs < next.dueMs)) next = each;
    }
    return next;
  }
}
