import { randomBytes } from 'node:crypto';
import { type ChainOptions, runChain } from '../orchestrator/chain/chain.ts';
import type { TaskPayload } from '../orchestrator/contract/task.ts';
import { retentionOf } from '../orchestrator/core/policy/retention.ts';
import { observability } from '../orchestrator/observability/index.ts';
import type { Table } from '../orchestrator/table/table.ts';
import type { taskRunner } from './defineWorker.ts';

export interface HostChainOptions
  extends Pick<ReturnType<typeof taskRunner>, 'openTable' | 'configuration' | 'clock' | 'reportCapacity'>,
    Pick<ChainOptions, 'machines' | 'attempt' | 'write'> {}

/** Runs chains of any payload, against the tables that the payloads name. */
export function hostChain(options: HostChainOptions) {
  const { openTable, configuration, clock, reportCapacity, machines, attempt, write } = options;
  const { indexShards, retentionDays, hasBus, store, storeOverKb, waitForMachineSeconds } = configuration;
  const layout = { indexShards, ...(retentionDays > 0 && { retentionDays }) };
  const retention = retentionOf(retentionDays);
  const tables = new Map<string, Table>();
  /** As the orchestrator has it: an execution that ends expires with its other items. */
  const tableNamed = (tableName: string): Table => {
    const table = tables.get(tableName) ?? openTable({ tableName, ...layout });
    tables.set(tableName, table);
    return table;
  };
  let seen: ReturnType<typeof observability> | undefined;
  return async (payload: TaskPayload): Promise<void> => {
    seen ??= observability(configuration);
    const { report, observe, publishMetrics } = seen;
    try {
      await runChain(payload, {
        table: tableNamed(payload.table),
        tableName: payload.table,
        machines,
        limits: {
          waitForMachineMs: waitForMachineSeconds * 1000,
          ...(retention && { redrivableMs: retention.redrivableMs }),
        },
        layout,
        hasBus,
        storeOverBytes: store === undefined ? Number.POSITIVE_INFINITY : storeOverKb * 1024,
        now: clock.now,
        wait: (ms) => unref(clock.systemDelayMs(ms)),
        token: randomBytes(6).toString('base64url'),
        attempt,
        write,
        report,
        observe,
      });
    } finally {
      publishMetrics();
      reportCapacity();
    }
  };
}

function unref(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
