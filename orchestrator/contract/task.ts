import type { Json } from '../core/data/json.ts';

/**
 * The payload of a worker function (Lambda `Invoke`, type `Event`). The answer is one item in the table; see
 * docs/reference/worker-contract.md. Every field but `input` shows the worker where that item goes.
 */
export interface TaskPayload<Input = Json> {
  /** Name of the table. */
  readonly table: string;
  /** Partition key of the result item. */
  readonly executionId: string;
  /** Sort key of the result item: `task#<task>#<attempt>`, for an item of a list `task#<task>.<index>#<attempt>`. */
  readonly item: string;
  /** Number of the task within the execution. */
  readonly task: number;
  /** Where the task is an item of a list that `each` works on: its place in the list, from 0. */
  readonly index?: number;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly worker: string;
  readonly machine: string;
  readonly machineVersion: string;
  /** ISO 8601. A result written after it is ignored. Absent where the result may come at any time. */
  readonly deadline?: string;
  /**
   * ISO 8601. Without a sign of life by then, the attempt has failed. Absent where none is expected. From `deadline` or
   * `startBy` on, a worker does nothing: another attempt may have begun.
   */
  readonly startBy?: string;
  /** The same for every attempt of one task: `<executionId>#<task>`, for an item of a list `<executionId>#<task>.<index>`. */
  readonly idempotencyKey: string;
  /**
   * Present where the worker's return value is not the result: the person or system that has the result gives it by
   * this token, `<executionId>#<task>#<attempt>`. The worker first writes the `beat#` item, to say that it has
   * begun.
   */
  readonly token?: string;
  /** The worker must claim the attempt (the `claim#` item) before it begins, and do nothing where it is claimed. */
  readonly once?: true;
  /**
   * Nothing waits for the task any more: the worker is to cancel the work outside that it has started, or was asked about, and to do
   * nothing else. Present only for workers of Millrace's own.
   */
  readonly cancelled?: true;
  /** With `cancelled`: how the execution ended, in a few words. Absent where it goes on, and only the state was left. */
  readonly cancelCause?: string;
  /**
   * For the worker host alone, which may take the execution's next steps itself: the other tasks that it runs in the same
   * invocation. A host that does not know of it would leave them undone.
   */
  readonly chain?: Chain;
  /**
   * Present where the writer of the result is to invoke the orchestrator with it: the name of the function. A worker that
   * does not loses time and nothing else.
   */
  readonly nudge?: string;
  /** Seconds since the epoch, to be copied to the result item's `expiresAt`; absent where items are kept for ever. */
  readonly expiresAt?: number;
  /** The trace that the task belongs to, where its execution has one: W3C Trace Context. */
  readonly traceparent?: string;
  readonly input: Input;
  /** Key of the object that holds the input, which is then `null`: under `MILLRACE_STORE`, JSON, gzip-compressed. */
  readonly inputAt?: string;
}

/** The permission to chain: see docs/how-it-works.md. */
export interface Chain {
  /** Payloads of the tasks that the same commit has opened, without this one. */
  readonly others: readonly TaskPayload[];
  /** Small results may be kept in the execution's log, without an item of their own: every reader of the deployment knows of it. */
  readonly inlines?: true;
}

/** The item a worker writes, once, with `attribute_not_exists(executionId)`. */
export type TaskResultItem = {
  readonly executionId: string;
  readonly item: string;
  /** Optional: the payload's `worker`, for the history to show. */
  readonly worker?: string;
  /** The payload's `nudge` was there, and the worker is about to do so. */
  readonly nudged?: true;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly expiresAt?: number;
} & (
  | {
      readonly status: 'SUCCEEDED';
      readonly output?: Json;
      /** In place of `output`: key of the object that holds it. */
      readonly outputAt?: string;
    }
  | {
      readonly status: 'FAILED';
      /**
       * `name` and `message`, and where there are any `stack`, `retryable`, `cause`, `errors` and the error's own fields. A
       * value without a `name` and a `message` reaches the machine as it is.
       */
      readonly error?: Json;
    }
);
