import type { Observer } from '../compile/observer.ts';
import type { Failure } from '../dataflow/handle.ts';
import type { Json } from '../json.ts';
import { HistoryBuilder } from './historyBuilder.ts';
import type { HistoryEvent } from './historyEvent.ts';
import type { HistorySubject } from './historySubject.ts';
import type { MapRunRecord } from './mapRunRecord.ts';
import { takeUpdate } from './mapRunUpdate.ts';
import { ObservedEntry, type Replayed, type ReplayedLogEntry, replayedEntries } from './replayedEntries.ts';

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
  readonly #observed = new ObservedEntry();
  #redrives = 0;
  #stop: Failure = {};
  #hasEnded = false;

  constructor(subject: HistorySubject) {
    this.#builder = new HistoryBuilder(subject);
  }

  get events(): readonly HistoryEvent[] {
    return this.#builder.events;
  }

  get mapRuns(): readonly MapRunRecord[] {
    return this.#builder.mapRuns;
  }

  /** The machine's observer. */
  readonly observe: Observer = (observation) => this.#observed.add(observation);

  /** Takes the next entry, which has been replayed. */
  take(entry: ReplayedLogEntry): void {
    const { kind, control, verdict, transition } = entry;
    const observed = this.#observed.take();
    takeUpdate(this.mapRuns, entry);
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

  /** Takes the next entry of another execution, which works on a part of a list. */
  takeOfPart(entry: ReplayedLogEntry): void {
    takeUpdate(this.mapRuns, entry);
    for (const each of this.#observed.take()) this.#builder.observe(each);
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

/**
 * The history of Step Functions for an execution, from the replay of its log.
 *
 *     historyEvents({ executionId, machine: 'orders', arn, roleArn }, (observe, id) =>
 *       client.historyAll(id, { machines: [machineOf(definition, { id: 'orders', observe })] }),
 *     );
 *
 * @param replay the history of the execution, or of one that works on a long list for it, replayed with a machine that has the
 * observer
 * @param end for an execution that has ended, in case that the replay does not come to its end
 */
export async function historyEvents(
  subject: HistorySubject,
  replay: Replayed,
  end?: ExecutionEnd,
): Promise<readonly HistoryEvent[]> {
  return (await recordedHistory(subject, replay, end)).events;
}

/** The same with the runs of distributed Maps. */
export async function recordedHistory(
  subject: HistorySubject,
  replay: Replayed,
  end?: ExecutionEnd,
): Promise<Pick<HistoryRecorder, 'events' | 'mapRuns'>> {
  const recorder = new HistoryRecorder(subject);
  for await (const { executionId, entry, observed } of replayedEntries(subject.executionId, replay)) {
    for (const each of observed) recorder.observe(each);
    if (executionId === subject.executionId) recorder.take(entry);
    else recorder.takeOfPart(entry);
  }
  if (end) recorder.end(end);
  return recorder;
}
