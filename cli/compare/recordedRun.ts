import type { HistoryEvent } from '../../asl/history/historyEvent.ts';
import type { Json, JsonObject } from '../../asl/json.ts';
import type { ExecutionIdentity } from './rerun.ts';

/** An execution of Step Functions with its history. */
export interface RecordedRun {
  /** Its ARN, or how it is named in its file. */
  readonly id: string;
  readonly definition: JsonObject;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly input: Json;
  readonly events: readonly HistoryEvent[];
  /** Texts of the history that stand for anything. */
  readonly wildcards: readonly string[];
  readonly identity: ExecutionIdentity;
}
