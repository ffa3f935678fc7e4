import { type ExecutionStatus, hasEnded } from '../orchestrator/core/execution/model/execution.ts';
import { describeExecution, waitsOnlyForEvents } from './describe.ts';
import { WaitTimeoutError } from './errors.ts';
import { checkExecutionId } from './identifiers.ts';
import { listAllExecutions } from './list.ts';
import type { MachineReference } from './machineTypes.ts';
import { mapConcurrently } from './mapConcurrently.ts';
import type { ClientSurroundings } from './surroundings.ts';

export interface WaitForAllOptions {
  /** @default for ever */
  readonly timeoutMs?: number;
  /** Ends the waiting, not the executions. */
  readonly signal?: AbortSignal;
  /** Told after each look. */
  readonly onProgress?: (progress: ExecutionsProgress) => void;
}

export interface ExecutionsProgress {
  /** Executions given so far. */
  readonly executions: number;
  /** Those that have not come to rest. */
  readonly open: number;
  /** Those that have, by status. RUNNING are those that only an event from outside brings forward. */
  readonly status: Readonly<Partial<Record<ExecutionStatus, number>>>;
}

export interface ExecutionsAtRest extends ExecutionsProgress {
  /** By execution id. */
  readonly statuses: ReadonlyMap<string, ExecutionStatus>;
}

/** Statuses that the index sorts by the time they were entered. */
const restingStatuses = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'] as const;

/** Looks become rarer as the waiting grows longer: a look is 5 percent late at most. */
const pauseMs = (elapsedMs: number) => Math.min(Math.max(elapsedMs / 20, 150), 1_000);

/** How far a look reaches back behind the latest end seen: commits of one moment reach the index in any order. */
const overlapMs = 2_000;
/** The orchestrator's clock may be behind this one by so much. */
const clockSkewMs = 60_000;

/** After so many looks that found nothing, the rest are read one by one: that is how those that only wait are found. */
const quietLooks = 2;
const longestReadPauseMs = 30_000;
/** Reads that show whether it is worth reading all. */
const fewReads = 64;
const readConcurrency = 16;

/**
 * Follows executions of one machine until each has ended, is PENDING_REDRIVE or waits only for events. Ended executions
 * are found with a few index queries a look, however many executions there are.
 */
export async function waitForAllExecutions(
  surroundings: ClientSurroundings,
  machine: MachineReference,
  executions: ExecutionIds,
  options: WaitForAllOptions,
): Promise<ExecutionsAtRest> {
  const followed = new FollowedExecutions(surroundings, machine);
  const feed = new Feed(executions, followed);
  try {
    return await follow(surroundings, followed, feed, options);
  } finally {
    feed.stop();
  }
}

export type ExecutionIds =
  | Iterable<string | { readonly executionId: string }>
  | AsyncIterable<string | { readonly executionId: string }>;

async function follow(
  { now, sleep, waitClock = now }: ClientSurroundings,
  followed: FollowedExecutions,
  feed: Feed,
  { timeoutMs = Number.POSITIVE_INFINITY, signal, onProgress }: WaitForAllOptions,
): Promise<ExecutionsAtRest> {
  const startedAt = waitClock();
  let quiet = 0;
  let readPauseMs = 1_000;
  let nextReadAt = startedAt;
  for (;;) {
    signal?.throwIfAborted();
    const found = await followed.lookAtIndex();
    const isFed = feed.isDone();
    quiet = found > 0 ? 0 : quiet + 1;
    if (isFed && followed.open > 0 && quiet >= quietLooks && waitClock() >= nextReadAt) {
      const foundByReading = await followed.readEach();
      readPauseMs = foundByReading > 0 ? 1_000 : Math.min(readPauseMs * 2, longestReadPauseMs);
      nextReadAt = waitClock() + readPauseMs;
    }
    onProgress?.(followed.progress());
    if (isFed && followed.open === 0) return followed.atRest();
    const elapsedMs = waitClock() - startedAt;
    if (elapsedMs >= timeoutMs) {
      const what = `${followed.open} of ${followed.progress().executions} executions are still running`;
      throw new WaitTimeoutError(what, timeoutMs);
    }
    await sleep(Math.min(pauseMs(elapsedMs), timeoutMs - elapsedMs), signal);
  }
}

/** Takes ids in as fast as they come, beside the looks. */
class Feed {
  #state: { done: boolean; stopped: boolean; error?: { readonly thrown: unknown } } = {
    done: false,
    stopped: false,
  };

  constructor(executions: ExecutionIds, followed: FollowedExecutions) {
    this.#take(executions, followed).then(
      () => {
        this.#state.done = true;
      },
      (thrown: unknown) => {
        this.#state.error = { thrown };
      },
    );
  }

  /** @throws what the source threw */
  isDone(): boolean {
    if (this.#state.error) throw this.#state.error.thrown;
    return this.#state.done;
  }

  stop(): void {
    this.#state.stopped = true;
  }

  async #take(executions: ExecutionIds, followed: FollowedExecutions): Promise<void> {
    for await (const execution of executions) {
      if (this.#state.stopped) return;
      const executionId = typeof execution === 'string' ? execution : execution?.executionId;
      checkExecutionId(executionId);
      followed.add(executionId);
    }
  }
}

class FollowedExecutions {
  readonly #surroundings: ClientSurroundings;
  readonly #machine: MachineReference;
  readonly #statuses = new Map<string, ExecutionStatus>();
  readonly #open = new Set<string>();
  readonly #since = new Map<ExecutionStatus, number>();
  readonly #firstSince: number;

  constructor(surroundings: ClientSurroundings, machine: MachineReference) {
    this.#surroundings = surroundings;
    this.#machine = machine;
    this.#firstSince = surroundings.now() - clockSkewMs;
  }

  get open(): number {
    return this.#open.size;
  }

  add(executionId: string): void {
    if (!this.#statuses.has(executionId)) this.#open.add(executionId);
  }

  /** Answers how many of the followed ones were found. */
  async lookAtIndex(): Promise<number> {
    const found = await Promise.all(restingStatuses.map((status) => this.#lookFor(status)));
    return found.reduce((sum, count) => sum + count, 0);
  }

  async #lookFor(status: ExecutionStatus): Promise<number> {
    const since = this.#since.get(status) ?? this.#firstSince;
    let latest = since + overlapMs;
    let found = 0;
    for await (const listed of listAllExecutions(this.#surroundings, {
      machine: this.#machine,
      status,
      since,
    })) {
      latest = Math.max(latest, Date.parse(listed.endedAt ?? ''));
      if (this.#rest(listed.executionId, status)) found += 1;
    }
    this.#since.set(status, latest - overlapMs);
    return found;
  }

  /**
   * Reads the open ones, unless none of the first few is at rest: then the others are most likely on their way too.
   * Answers how many have come to rest.
   */
  async readEach(): Promise<number> {
    let found = 0;
    let reads = 0;
    const read = (executionId: string) => describeExecution(this.#surroundings, executionId, this.#machine);
    for await (const execution of mapConcurrently([...this.#open], readConcurrency, read)) {
      const { status } = execution;
      const isAtRest = hasEnded(status) || status === 'PENDING_REDRIVE' || status === 'SUSPENDED';
      if ((isAtRest || waitsOnlyForEvents(execution)) && this.#rest(execution.executionId, status))
        found += 1;
      reads += 1;
      if (found === 0 && reads >= fewReads) break;
    }
    return found;
  }

  /** One that waits for an event may get it and end after all. */
  #rest(executionId: string, status: ExecutionStatus): boolean {
    const wasWaiting = this.#statuses.get(executionId) === 'RUNNING' && status !== 'RUNNING';
    if (!this.#open.delete(executionId) && !wasWaiting) return false;
    this.#statuses.set(executionId, status);
    return true;
  }

  progress(): ExecutionsProgress {
    const status: Partial<Record<ExecutionStatus, number>> = {};
    for (const value of this.#statuses.values()) status[value] = (status[value] ?? 0) + 1;
    return { executions: this.#statuses.size + this.#open.size, open: this.#open.size, status };
  }

  atRest(): ExecutionsAtRest {
    return { ...this.progress(), statuses: this.#statuses };
  }
}
