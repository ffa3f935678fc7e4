import { describe, expect, it } from 'vitest';
import type { FailedChain } from '../../orchestrator/contract/recovery.ts';
import { endFailedChain, failedChainOf } from '../../orchestrator/handlers/failedChain.ts';
import type { Executions } from '../../orchestrator/table/table.ts';
import { startedChain, withCommit } from '../support/chainHost.ts';
import { chainMachine, onlyFirst } from './chainMachines.ts';

describe('a chain whose function failed', () => {
  it('has its open tasks ended, also those that its last commit opens meanwhile', async () => {
    const { rig, host, orchestrator, payload } = await startedChain(chainMachine(5));
    const isHeld = gate();
    const isReleased = gate();
    let commits = 0;
    const table = withCommit(rig.table, async (write) => {
      if (++commits < 3) return write();
      isHeld.open();
      await isReleased.opened;
      return write();
    });
    const running = host.run(payload, { table, attempt: onlyFirst(host, 3) });
    await isHeld.opened;
    const executions: Pick<Executions, 'read'> = {
      read: async (executionId) => {
        const execution = await rig.table.executions.read(executionId);
        isReleased.open();
        await running;
        return execution;
      },
    };
    const failed = chainOf({ requestPayload: payload, responsePayload: { errorType: 'Runtime.ExitError' } });
    const { journal } = rig.table;
    const options = { table: { executions, journal }, orchestrator, now: () => rig.now };
    await endFailedChain(failed, 'wake#1', options);
    expect((await rig.verdicts('e')).slice(-2)).toEqual(['task#2#1 applied', 'task#3#1 applied']);
    expect(await rig.execution('e')).toMatchObject({ status: 'FAILED', error: { name: 'Lambda.Unknown' } });
  });

  it('is not the task that it was invoked with, where that has its result', async () => {
    const { rig, host, orchestrator, payload } = await startedChain(chainMachine(5));
    await host.run(payload, { attempt: onlyFirst(host, 2) });
    const failed = chainOf({ requestPayload: payload, responsePayload: { errorType: 'Runtime.ExitError' } });
    await endFailedChain(failed, 'wake#1', { table: rig.table, orchestrator, now: () => rig.now });
    expect(await rig.execution('e')).toMatchObject({ status: 'FAILED', error: { name: 'Lambda.Unknown' } });
    expect(await rig.verdicts('e')).toEqual([
      'start applied',
      'task#0#1 applied',
      'task#1#1 applied',
      'task#2#1 applied',
    ]);
  });
});

function chainOf(record: Parameters<typeof failedChainOf>[0]): FailedChain {
  const failed = failedChainOf(record);
  if (!failed) throw new Error('This is not a chain.');
  return failed;
}

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
