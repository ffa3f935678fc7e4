import { describe, expect, it } from 'vitest';
import { hoarder } from '../support/brokenMachines.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

describe('a start that someone has written by hand', () => {
  it('beside an execution item that is not ours is dropped with a report, and holds up no batch', async () => {
    const rig = new OrchestratorRig([hoarder]);
    rig.table.put({ executionId: { S: 'e' }, item: { S: 'execution' }, status: { S: 'WHATEVER' } });
    rig.start('hoarder', 'e');
    await rig.deliver(rig.newInstance(), 'e');
    expect(rig.reports).toMatchObject([{ type: 'dropped', executionId: 'e' }]);
  });

  it.each([3000, 300_000])(
    'with a machine name of %i characters is FAILED, under a key that the index holds',
    async (length) => {
      const rig = new OrchestratorRig([hoarder]);
      rig.start('x'.repeat(length), 'e');
      await rig.deliver(rig.newInstance(), 'e');
      expect(await rig.execution('e')).toMatchObject({ status: 'FAILED', error: { code: 'InvalidStart' } });
      const item = rig.table.items.get('e\nexecution');
      expect(Buffer.byteLength(item?.mr_pk?.S ?? '')).toBeLessThanOrEqual(2048);
    },
  );
});
