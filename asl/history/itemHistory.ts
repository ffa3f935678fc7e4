import type { Observation } from '../compile/observer.ts';
import type { Failure } from '../dataflow/handle.ts';
import type { Json } from '../json.ts';
import type { HistoryEvent } from './historyEvent.ts';

/** The history of the work on an item of a distributed Map: in Step Functions, that is an execution of its own. */
export interface ItemHistory {
  readonly events: readonly HistoryEvent[];
  started(at: number, input: Json): void;
  observe(observation: Observation): void;
  succeeded(at: number): void;
  failed(at: number, failure: Failure): void;
  timedOut(at: number): void;
  aborted(at: number, failure: Failure): void;
  redriven(at: number, redriveCount: number): void;
  /** A redrive begins the work from its start. @param actor the machine that does it */
  repeated(at: number, redriveCount: number, actor: string): void;
}
