import { randomBytes } from 'node:crypto';
import { runChain } from '../../orchestrator/chain/chain.ts';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import type { MachineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import type { AdvanceLimits } from '../../orchestrator/core/execution/step/advance.types.ts';
import { promiseLogicOf, runPromiseLogic } from '../../orchestrator/core/machine/index.ts';
import type { Reporter } from '../../orchestrator/observability/report.ts';
import type { TableLayout } from '../../orchestrator/table/retention.ts';
import type { Table } from '../../orchestrator/table/table.ts';
import { attemptTask, writeResult } from '../../workers/runTask.ts';

export interface HostOptions {
  readonly table: Table;
  readonly tableName: string;
  readonly layout: TableLayout;
  readonly machines: MachineLookup;
  readonly limits: AdvanceLimits;
  readonly report: Reporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The worker host without Lambda: runs promises, and takes their steps where the payload permits it. */
export async function runHost(payload: TaskPayload, options: HostOptions): Promise<void> {
  const { table, machines, now } = options;
  const attempt = (task: TaskPayload) => {
    const machine = machines.find(task.machine, task.machineVersion);
    const logic = machine && promiseLogicOf(machine, task.worker);
    if (!logic) throw new Error(`There is no '${task.worker}' in '${task.machine}'.`);
    return attemptTask(task, (input) => runPromiseLogic(logic, input), { table, now });
  };
  if (payload.chain === undefined) {
    const result = await attempt(payload);
    if (result) await writeResult(result, payload.expiresAt, table);
    return;
  }
  await runChain(payload, {
    ...options,
    hasBus: false,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
    observe: () => {},
    storeOverBytes: Number.POSITIVE_INFINITY,
    token: randomBytes(6).toString('base64url'),
    attempt,
    write: (task, result) => writeResult(result, task.expiresAt, table),
  });
}
