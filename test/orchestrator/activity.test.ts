import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { wakeHandler } from '../../orchestrator/handlers/wake.ts';
import type { Activity } from '../../orchestrator/observability/activity.ts';
import { worker } from '../../workers/index.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

const errand = setup({ actors: { go: worker({ timeout: '10s', retry: { maxAttempts: 1 } }) } }).createMachine(
  {
    id: 'errand',
    version: '7',
    initial: 'going',
    states: {
      going: { invoke: { src: 'go', onDone: 'gone' } },
      gone: { invoke: { src: 'go', onDone: 'back' } },
      back: { type: 'final' },
    },
  },
);

/** Without the executions, which are long. */
function told(activities: readonly Activity[]): unknown[] {
  return activities.map((activity) => {
    if (!('execution' in activity)) return activity;
    const { execution, ...rest } = activity;
    const { executionId, machine, machineVersion } = execution;
    return { ...rest, of: `${executionId} ${machine} ${machineVersion}` };
  });
}

const of = 'e errand 7';

describe('the orchestrator reports', () => {
  it('of each commit, the results that it took, and the statuses that it entered', async () => {
    const rig = new OrchestratorRig([errand]);
    const instance = rig.newInstance();
    rig.start('errand', 'e');
    await rig.deliver(instance, 'e');
    await rig.succeed('e', 0, 1, null);
    await rig.deliver(instance, 'e');
    await rig.succeed('e', 1, 1, null);
    await rig.deliver(instance, 'e');
    expect(told(rig.activities)).toEqual([
      { type: 'committed', of, results: 0, entered: ['RUNNING'] },
      { type: 'committed', of, results: 1, entered: [] },
      { type: 'committed', of, results: 1, entered: ['SUCCEEDED'] },
    ]);
  });

  it('of a commit that another one came before, and counts the result with the one that took it', async () => {
    const rig = new OrchestratorRig([errand]);
    const [first, second] = [rig.newInstance(), rig.newInstance()];
    rig.start('errand', 'e');
    await rig.deliver(first, 'e');
    await rig.send('e', 'x', 'IGNORED');
    await rig.deliver(second, 'e');
    rig.activities.length = 0;
    // The first has the execution in memory as it was before the second's commit.
    await rig.succeed('e', 0, 1, null);
    await rig.deliver(first, 'e');
    expect(told(rig.activities)).toEqual([
      { type: 'conflicted', of },
      { type: 'committed', of, results: 1, entered: [] },
    ]);
  });

  it('of records that come again, and of tasks that it hands over once more for them', async () => {
    const rig = new OrchestratorRig([errand]);
    rig.start('errand', 'e');
    const records = rig.takeRecords('e');
    await rig.newInstance().applyRecords('e', records);
    rig.activities.length = 0;
    // Another instance cannot know whether the first one lived to dispatch.
    await rig.newInstance().applyRecords('e', records);
    expect(told(rig.activities)).toEqual([
      // A start is committed without a read before it.
      { type: 'conflicted', of },
      { type: 'redelivered', of, records: 1 },
      { type: 'redispatched', of, tasks: 1 },
    ]);
    expect(rig.dispatched).toHaveLength(2);
  });

  it('of a wake, and of the execution that fails by it', async () => {
    const rig = new OrchestratorRig([errand]);
    const instance = rig.newInstance();
    rig.start('errand', 'e');
    await rig.deliver(instance, 'e');
    rig.activities.length = 0;
    rig.now += 60_000;
    const wake = wakeHandler(
      instance,
      () => {},
      () => {},
    );
    await wake({ wakes: [{ executionId: 'e', wakeAt: (await rig.execution('e')).wakeAt ?? 0 }] });
    expect(told(rig.activities)).toEqual([
      { type: 'woken', of },
      { type: 'committed', of, results: 0, entered: ['FAILED'] },
    ]);
  });
});
