import type { Observation, Observer } from '../compile/observer.ts';
import type { Json, JsonObject } from '../json.ts';

/** The part of an entry of an execution's history, replayed, that the recorder looks at. */
export interface ReplayedLogEntry {
  /** ISO 8601. Absent while it is pending. */
  readonly at?: string;
  readonly kind: string;
  readonly control?: string;
  /** Present for an update of a list's limits. */
  readonly update?: { readonly number: number; readonly note?: JsonObject };
  readonly cause?: string;
  /** For a stop: the name of the error that it gives. */
  readonly error?: Json;
  /** Another execution, whose message it is. */
  readonly sender?: string;
  readonly input?: Json;
  readonly verdict: { readonly type: string };
  readonly transition?: {
    readonly effects?: readonly { readonly type: string; readonly executionId?: string }[];
    readonly ended?: string;
    readonly error?: { readonly name: string; readonly message: string };
  };
}

/** Replays the history of an execution with a machine that has the observer. */
export type Replayed = (observe: Observer, executionId: string) => AsyncIterable<ReplayedLogEntry>;

/** An entry of an execution's history, with what its replay did to states. */
export interface ReplayedBatch {
  readonly executionId: string;
  readonly entry: ReplayedLogEntry;
  readonly observed: readonly Observation[];
}

/** The observations of the entry that is replayed now. */
export class ObservedEntry {
  #observed: Observation[] = [];

  add(observation: Observation): void {
    const [first] = this.#observed;
    // The replay takes an entry again once it has data that the entry needs.
    if (first && isSame(first, observation)) this.#observed = [];
    this.#observed.push(observation);
  }

  /** All of the entry, which has been replayed. */
  take(): readonly Observation[] {
    const observed = this.#observed;
    this.#observed = [];
    return observed;
  }
}

function isSame(one: Observation, other: Observation): boolean {
  return (
    one.step === other.step &&
    one.actor === other.actor &&
    one.scope === other.scope &&
    one.path === other.path &&
    one.happening.type === other.happening.type
  );
}

/**
 * The entries of an execution in order, and between them those of executions that work on its long lists: each as soon as its
 * time has come, and all of them before the entry that has their result.
 */
export async function* replayedEntries(executionId: string, replay: Replayed): AsyncGenerator<ReplayedBatch> {
  const children: PartOfList[] = [];
  const observations = new ObservedEntry();
  for await (const entry of replay((each) => observations.add(each), executionId)) {
    const at = Date.parse(entry.at ?? '');
    const observed = observations.take();
    for (const child of children) {
      const isItsResult = entry.sender === child.executionId;
      yield* child.until(isItsResult || Number.isNaN(at) ? Number.POSITIVE_INFINITY : at);
    }
    yield { executionId, entry, observed };
    for (const effect of entry.transition?.effects ?? []) {
      if (effect.type !== 'childStarted' || effect.executionId === undefined) continue;
      children.push(new PartOfList(effect.executionId, replayedEntries(effect.executionId, replay)));
    }
  }
  for (const child of children) yield* child.until(Number.POSITIVE_INFINITY);
}

class PartOfList {
  readonly executionId: string;
  readonly #entries: AsyncGenerator<ReplayedBatch>;
  #next: IteratorResult<ReplayedBatch> | undefined;

  constructor(executionId: string, entries: AsyncGenerator<ReplayedBatch>) {
    this.executionId = executionId;
    this.#entries = entries;
  }

  /** Its entries from before a time. */
  async *until(time: number): AsyncGenerator<ReplayedBatch> {
    for (;;) {
      this.#next ??= await this.#entries.next();
      if (this.#next.done) return;
      const { value } = this.#next;
      if (Date.parse(value.entry.at ?? '') >= time) return;
      this.#next = undefined;
      yield value;
    }
  }
}
