import type { LocalCloud } from '../../local/index.ts';
import type { MeasuredExecutions } from './prices.ts';
import { storedBytes } from './storedBytes.ts';

export interface CapacityUnits {
  readonly writeUnits: number;
  readonly readUnits: number;
}

/**
 * The capacity that a counting local cloud has used for these executions, its only ones. Reads of its clock are among the
 * units, though they cost the same without any execution.
 *
 * @param starts units of the calls that started the executions, which no function made
 */
export async function measureExecutions(
  cloud: LocalCloud,
  executions: number,
  starts: CapacityUnits,
): Promise<MeasuredExecutions> {
  const metrics = cloud.functionMetrics();
  const sum = (roles: readonly string[]) => {
    const total = { invocations: 0, billedDurationMs: 0 };
    for (const { functionName, role } of cloud.description.functions) {
      if (!roles.includes(role)) continue;
      total.invocations += metrics.get(functionName)?.invocations ?? 0;
      total.billedDurationMs += metrics.get(functionName)?.billedDurationMs ?? 0;
    }
    return total;
  };
  const workers = sum(['worker', 'workerHost']);
  const orchestrator = cloud.description.functions.find(({ role }) => role === 'orchestrator');
  const functions = cloud.consumed();
  return {
    executions,
    taskSteps: workers.invocations,
    writeUnits: functions.writeUnits + starts.writeUnits,
    readUnits: functions.readUnits + starts.readUnits,
    orchestrator: { ...sum(['orchestrator', 'wake']), memorySizeMb: orchestrator?.memorySizeMb ?? 0 },
    workerDurationMs: workers.billedDurationMs,
    stored: await storedBytes(cloud.dynamodb, cloud.tableName),
  };
}
