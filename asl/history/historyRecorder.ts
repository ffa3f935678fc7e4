import type { Observation, Observer } from '../compile/observer.ts';
import type { Failure } from '../dataflow/handle.ts';
import type { Json } from '../json.ts';
import { HistoryBuilder, type HistorySubject } from './historyBuilder.ts';
import type { HistoryEvent } from './historyEvent.ts';

/** The part of an entry of an execution's history, replayed, that the recorder looks at. */
export interface ReplayedLogEntry {
  /** ISO 8601. Absent while it is pending. */
  readonly at?: string;
  readonly kind: string;
  readonly control?: string;
  readonly cause?: string;
  /** For a stop: the name of the error that it gives. */
  readonly error?: Json;
  readonly input?: Json;
  readonly verdict: { readonly type: string };
  readonly transition?: {
    readonly ended?: string;
    readonly error?: { readonly name: string; readonly message: string };
  };
}

/** How an execution has ended. */
export interface ExecutionEnd {
  readonly status: string;
  readonly at: number;
  readonly output?: Json;
  readonly error?: { readonly name: string; readonly message: string };
  /** Why it was stopped. */
  readonly stop?: Failure;
}

/**
 * Makes the history of Step Functions for an execution while its log is replayed.
 *
 *     const recorder = new HistoryRecorder({ executionId, machine: 'orders', arn, roleArn });
 *     const machine = machineOf(definition, { id: 'orders', observe: recorder.observe });
 *     for await (const entry of client.historyAll(executionId, { machines: [machine] })) recorder.take(entry);
 *     recorder.events;
 */
export class HistoryRecorder {
  readonly #builder: HistoryBuilder;
  /** The observations of the entry that is replayed now. */
  #observed: Observation[] = [];
  #redrives = 0;
  #stop: Failure = {};
  #hasEnded = false;

  constructor(subject: HistorySubject) {
    this.#builder = new HistoryBuilder(subject);
  }

  get events(): readonly HistoryEvent[] {
    return this.#builder.events;
  }

  /** The machine's observer. */
  readonly observe: Observer = (observation) => {
    const [first] = this.#observed;
    // The replay takes an entry again once it has data that the entry needs.
    if (first && isSame(first, observation)) this.#observed = [];
    this.#observed.push(observation);
  };

  /** Takes the next entry, which has been replayed. */
  take(entry: ReplayedLogEntry): void {
    const { kind, control, verdict, transition } = entry;
    const observed = this.#observed;
    this.#observed = [];
    if (entry.at === undefined || verdict.type === 'ignored' || verdict.type === 'pending') return;
    const at = Date.parse(entry.at);
    if (kind === 'start') this.#builder.started(at, entry.input ?? {});
    if (control === 'redrive') {
      this.#hasEnded = false;
      this.#builder.redriven(at, ++this.#redrives);
    }
    if (control === 'stop') this.#stop = stopOf(entry);
    for (const each of observed) this.#builder.observe(each);
    const { ended, error } = transition ?? {};
    if (ended === undefined) return;
    this.end({
      status: ended,
      at,
      ...(error && { error }),
      stop: this.#stop,
    });
  }

  /** The execution has ended, as its description says: needed where the replay does not come to the end. */
  end({ status, at, output, error, stop = {} }: ExecutionEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    switch (status) {
      case 'SUCCEEDED':
        this.#builder.succeeded(at, output);
        return;
      case 'FAILED':
        this.#builder.failed(at, error ? { error: error.name, cause: error.message } : {});
        return;
      case 'TIMED_OUT':
        this.#builder.timedOut(at);
        return;
      case 'ABORTED':
        this.#builder.aborted(at, stop);
        return;
      default:
        this.#hasEnded = false;
    }
  }
}

function stopOf({ error, cause }: ReplayedLogEntry): Failure {
  return { ...(typeof error === 'string' && { error }), ...(cause !== undefined && { cause }) };
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
 * The history of Step Functions for an execution, from the replay of its log.
 *
 *     historyEvents({ executionId, machine: 'orders', arn, roleArn }, (observe) =>
 *       client.historyAll(executionId, { machines: [machineOf(definition, { id: 'orders', observe })] }),
 *     );
 *
 * @param replay the execution's history, replayed with a machine that has the observer
 * @param end for an execution that has ended, in case that the replay does not come to its end
 */
export async function historyEvents(
  subject: HistorySubject,
  replay: (observe: Observer) => AsyncIterable<ReplayedLogEntry>,
  end?: ExecutionEnd,
): Promise<readonly HistoryEvent[]> {
  const recorder = new HistoryRecorder(subject);
  for await (const entry of replay(recorder.observe)) recorder.take(entry);
  if (end) recorder.end(end);
  return recorder.events;
}
