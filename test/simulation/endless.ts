import type { Attributes } from '../../orchestrator/table/attributes.ts';
import type { SimulatedDatabase } from './database.ts';
import { exampleOf } from './deployment.ts';

/** Begins the ids of the events that stop what would go on for ever. */
export const endlessStop = 'endless-';

/** For an execution before it is stopped; it is stopped once more where it was redriven. */
const mostCommits = 12;
/** For one that ends by itself after more. */
const mostCommitsOf: Readonly<Record<string, number>> = { relay: 60 };
/** For one that has ever more timers, tasks or children. */
const mostHeavyCommits = 3;
/** For one that a user started, with its children: generated machines can start ever more. */
const mostChildren = 8;

/** Stops what would go on for ever: machines that no one wrote can. */
export class EndlessStops {
  readonly #database: SimulatedDatabase;
  readonly #stop: (executionId: string, eventId: string) => void;
  readonly #stopped = new Set<string>();

  constructor(database: SimulatedDatabase, stop: (executionId: string, eventId: string) => void) {
    this.#database = database;
    this.#stop = stop;
  }

  /** @param isBusy whether it has more to do than a run should take */
  onCommit({ executionId: id, version, waiting, machine }: Attributes, isBusy: boolean): void {
    const [executionId = ''] = (id?.S ?? '').split('.');
    const isHeavy = isBusy || this.#hasTooManyChildren(executionId);
    // Each time that it looks for its machine is a commit, and there is an end to those.
    const isLong =
      !waiting &&
      Number(version?.N) % (isHeavy ? mostHeavyCommits : (mostCommitsOf[machine?.S ?? ''] ?? mostCommits)) ===
        0;
    if (!isLong && (!isHeavy || this.#stopped.has(executionId))) return;
    this.#stopped.add(executionId);
    this.#stop(executionId, `${endlessStop}${id?.S}-${version?.N}`);
  }

  /** For one whose id is used again. */
  forget(executionId: string): void {
    this.#stopped.delete(executionId);
  }

  #hasTooManyChildren(executionId: string): boolean {
    const machine = this.#database.get(executionId, 'start')?.machine?.S ?? '';
    if (exampleOf(machine)) return false;
    const prefix = `${executionId}.`;
    return this.#database.executionIds().filter((id) => id.startsWith(prefix)).length > mostChildren;
  }
}
