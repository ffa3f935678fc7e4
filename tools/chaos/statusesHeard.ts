import { type BusEvent, detailType } from '../../orchestrator/bus/bus.ts';
import type { ExecutionStatus } from '../../orchestrator/core/execution/model/execution.ts';

/** Changes of status as they came over the bus: told by the commits themselves, not by what is stored at the end. */
export class StatusesHeard {
  /** By execution, then by the event's id: it may come several times. */
  readonly #byExecution = new Map<string, Map<string, ExecutionStatus>>();

  readonly take = (event: BusEvent): void => {
    if (event['detail-type'] !== detailType.statusChange) return;
    const { executionId, id, status } = event.detail;
    const heard = this.#byExecution.get(executionId) ?? new Map<string, ExecutionStatus>();
    this.#byExecution.set(executionId, heard.set(id, status));
  };

  /** Each change once, in the order of the commits that made them. */
  of(executionId: string): readonly ExecutionStatus[] {
    const heard = [...(this.#byExecution.get(executionId) ?? [])];
    return heard.sort(([one], [other]) => place(one) - place(other)).map(([, status]) => status);
  }
}

/** An id is `<executionId>/<version>/<index>`. */
function place(id: string): number {
  const [version = 0, index = 0] = id.split('/').slice(-2).map(Number);
  return version * 1000 + index;
}
