import { setTimeout as pause } from 'node:timers/promises';
import {
  type ExecutionDescription,
  type MillraceClient,
  NotRedrivableError,
  waitsOnlyForEvents,
} from '../../client/index.ts';
import { mapConcurrently } from '../../client/mapConcurrently.ts';
import type { Subject } from './subjects.ts';

/** Calls that failed while the table was away, and were made again. */
export interface OperatorFigures {
  readonly failedCalls: number;
  /** Starts that had been made before, as it turned out when they were made again. */
  readonly startsRepeated: number;
  /** Redrives of executions that failed where they must not, by the name of the error. */
  readonly redriven: Readonly<Record<string, number>>;
  /** Executions whose start the stream had given up, brought on by an event. */
  readonly nudged: number;
}

const againMs = 200;
const readsAtATime = 8;
/** If an execution has not begun by then, its start was given up. */
const beginsWithinMs = 30_000;

/** Who starts the executions, looks after them, and redrives what failed where it must not. */
export class Operator {
  readonly #client: MillraceClient;
  readonly #signal: AbortSignal;
  readonly #open = new Map<string, { readonly subject: Subject; readonly since: number }>();
  #figures: OperatorFigures = { failedCalls: 0, startsRepeated: 0, redriven: {}, nudged: 0 };
  #round = 0;

  constructor(client: MillraceClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  get figures(): OperatorFigures {
    return this.#figures;
  }

  /** Executions that are not at rest, as far as known. */
  get open(): number {
    return this.#open.size;
  }

  /** Until the table has taken it. */
  async start(subject: Subject): Promise<void> {
    const { executionId, machine, input } = subject;
    const started = await this.#insist(() => this.#client.start(machine, { executionId, input }));
    if (!started.isNew) this.#count('startsRepeated');
    this.#open.set(executionId, { subject, since: performance.now() });
  }

  /** Reads the oldest of the open executions, and does what there is to do. */
  async look(atMost: number): Promise<void> {
    const entries = [...this.#open.values()].slice(0, atMost);
    const look = async ({ subject, since }: (typeof entries)[number]) => {
      const { executionId } = subject;
      const execution = await this.#insist(() => this.#client.describe(executionId));
      if (isToRedrive(subject, execution)) {
        await this.#redrive(execution);
      } else if (execution.startPending) {
        if (performance.now() - since > beginsWithinMs) await this.#nudge(executionId);
        else return;
      } else if (isAtRest(execution)) {
        this.#open.delete(executionId);
        return;
      }
      // To the end of the line: others are looked at first.
      this.#open.delete(executionId);
      this.#open.set(executionId, { subject, since: performance.now() });
    };
    for await (const _ of mapConcurrently(entries, readsAtATime, look)) this.#signal.throwIfAborted();
  }

  /** Where it was redriven before, and goes on only now, there is nothing to do. */
  async #redrive({ executionId, error }: ExecutionDescription): Promise<void> {
    const redriven = await this.#insist(() =>
      this.#client.redrive(executionId).then(
        () => true,
        (thrown: unknown) => {
          if (thrown instanceof NotRedrivableError) return false;
          throw thrown;
        },
      ),
    );
    if (!redriven) return;
    const name = error?.name ?? '';
    const { redriven: before } = this.#figures;
    this.#figures = { ...this.#figures, redriven: { ...before, [name]: (before[name] ?? 0) + 1 } };
  }

  async #nudge(executionId: string): Promise<void> {
    const eventId = `nudge-${this.#round++}`;
    await this.#insist(() => this.#client.send(executionId, { type: 'NUDGE' }, { eventId }));
    this.#count('nudged');
  }

  async #insist<Value>(call: () => Promise<Value>): Promise<Value> {
    for (;;) {
      this.#signal.throwIfAborted();
      try {
        return await call();
      } catch (error) {
        if (!isTrouble(error)) throw error;
        this.#count('failedCalls');
        await pause(againMs);
      }
    }
  }

  #count(figure: Exclude<keyof OperatorFigures, 'redriven'>): void {
    this.#figures = { ...this.#figures, [figure]: this.#figures[figure] + 1 };
  }
}

/** The table is away or busy: as the AWS SDK says it. Millrace's own errors are none of that. */
function isTrouble(error: unknown): boolean {
  return error instanceof Error && '$metadata' in error ? true : isConnectionError(error);
}

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return /^E[A-Z]+$/.test(code) || error.name === 'TimeoutError';
}

/** The machines leave a worker's death to their operator. */
function isToRedrive({ status, state }: Subject, execution: ExecutionDescription): boolean {
  if (execution.status === 'PENDING_REDRIVE') return true;
  return execution.status === 'FAILED' && !(status === 'FAILED' && execution.state === state);
}

function isAtRest(execution: ExecutionDescription): boolean {
  return execution.status === 'RUNNING' ? waitsOnlyForEvents(execution) : true;
}
