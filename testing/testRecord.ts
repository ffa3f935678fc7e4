import type { Json } from '../orchestrator/core/data/json.ts';
import { decodeCommitRecord } from '../orchestrator/table/commitRecord.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import { ImpossibleTestError } from './errors.ts';
import type { SimulatedCloud } from './simulatedCloud.ts';
import { InjectedFaults, type WorkerFault, type WorkerInvocation } from './workerFaults.ts';

/** An event that a machine has emitted. */
export interface EmittedEvent {
  readonly executionId: string;
  readonly event: Json;
}

/** The faults that a test injects into a cloud, and the events that it sees there. */
export class TestRecord {
  readonly invocations: WorkerInvocation[] = [];
  readonly emitted: EmittedEvent[] = [];
  readonly #cloud: SimulatedCloud;
  readonly #faults = new InjectedFaults();
  readonly #missing = new Set<string>();

  constructor(cloud: SimulatedCloud) {
    this.#cloud = cloud;
    cloud.lambda.hooks = {
      faultOf: (worker) => this.#faults.take(worker),
      onMissing: (worker) => void this.#missing.add(worker),
      onRun: (worker, { executionId, task, attempt, input }) =>
        void this.invocations.push({ executionId, worker, task, attempt, input, at: isoTime(cloud.now) }),
    };
    cloud.table.onCommit = (item) => {
      const commit = decodeCommitRecord(item);
      for (const each of commit?.emitted ?? []) {
        if (!('event' in each)) continue;
        this.emitted.push({ executionId: commit?.execution.executionId ?? '', event: each.event });
      }
    };
  }

  /** @throws ImpossibleTestError where no machine has such a worker */
  inject(worker: string, fault: WorkerFault, times: number): void {
    this.refuseOtherWorkers([worker]);
    this.#faults.add(worker, fault, times);
  }

  /** The type checker finds a wrong name only where no name is right. */
  refuseOtherWorkers(workers: readonly string[]): void {
    const known = this.#cloud.workerNames();
    const other = workers.find((name) => !known.includes(name));
    if (other === undefined) return;
    throw new ImpossibleTestError(
      `No machine has a worker '${other}'. They have ${known.join(', ') || 'none'}.`,
    );
  }

  /** @throws ImpossibleTestError where a worker was invoked that the test did not give */
  refuseMissing(): void {
    const [worker] = this.#missing;
    if (worker === undefined) return;
    throw new ImpossibleTestError(
      `The test cloud has no worker '${worker}', which was invoked: give it in testCloud(machines, { ${worker}: … }).`,
    );
  }
}
