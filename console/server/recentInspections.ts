import type { ExecutionInspection } from '../../client/index.ts';

const kept = 8;

/** The histories that were read last: a long one is sent in parts, and read once. */
export class RecentInspections {
  readonly #byId = new Map<string, ExecutionInspection>();

  find(executionId: string, version: number): ExecutionInspection | undefined {
    const found = this.#byId.get(executionId);
    return found?.description.version === version ? found : undefined;
  }

  keep(executionId: string, inspection: ExecutionInspection): void {
    this.#byId.delete(executionId);
    this.#byId.set(executionId, inspection);
    const [oldest] = this.#byId.keys();
    if (oldest !== undefined && this.#byId.size > kept) this.#byId.delete(oldest);
  }
}
