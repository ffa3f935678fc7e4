/** Redrives that are remembered, until a wait for their executions takes them. */
const maxRedrives = 1000;

/** Executions that a client has redriven since it waited for them. */
export class RememberedRedrives {
  /** Versions of the executions when they were redriven. */
  readonly #versions = new Map<string, number>();

  add(executionId: string, version: number): void {
    this.#versions.set(executionId, version);
    const [oldest] = this.#versions.keys();
    if (oldest !== undefined && this.#versions.size > maxRedrives) this.#versions.delete(oldest);
  }

  /** The version that it was redriven at, once. */
  take(executionId: string): number | undefined {
    const version = this.#versions.get(executionId);
    this.#versions.delete(executionId);
    return version;
  }
}
