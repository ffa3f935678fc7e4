import { expect } from 'vitest';
import { journalReferences, parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { replay } from '../../orchestrator/core/execution/replay/recording.ts';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import type { SimulatedCloud } from '../../testing/simulatedCloud.ts';

/** Invariants 1 and 2, of every execution that the table holds. */
export async function expectSound(
  cloud: SimulatedCloud,
  definitions: Parameters<typeof prepareMachines>[0],
): Promise<void> {
  const machines = machineLookup(prepareMachines(definitions));
  for (const { executionId } of cloud.table.allExecutions()) {
    const { execution, journal, segments } = await cloud.table.executions.readHistory(executionId);
    if (!execution) throw new Error(`'${executionId}' was not committed.`);
    const logged = [...segments, execution.log].flatMap(parseLog).filter(isTaken);
    const references = [...segments, execution.log].flatMap(journalReferences);
    for (const { reference } of journal) {
      expect(references, `${executionId} ${reference}`).toContain(reference);
      const times = logged.filter((entry) => entry.reference === reference).length;
      expect(times, `${executionId} ${reference}`).toBeLessThanOrEqual(1);
    }
    const log = [...segments, execution.log].flatMap(parseLog);
    const machineVersion = execution.startedOnVersion ?? execution.machineVersion ?? '';
    const last = [...replay(machines, { executionId, journal, log, machineVersion })].at(-1);
    expect(last?.snapshot, executionId).toBe(execution.snapshot);
    expect(last?.status).toBe(execution.status);
  }
}

/** An entry that a redrive gives to the machine a second time was ignored, or failed it, the first time. */
function isTaken({ kind, verdict }: ReturnType<typeof parseLog>[number]): boolean {
  const isOfJournal = kind === 'start' || kind === 'result' || kind === 'event' || kind === 'message';
  return isOfJournal && verdict.type === 'applied';
}
