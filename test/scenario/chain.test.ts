import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import { attemptTask } from '../../workers/runTask.ts';
import { worker } from '../../workers/worker.ts';
import { ChainHost, startedChain, withCommit } from '../support/chainHost.ts';
import { chainMachine, keys, onlyFirst } from './chainMachines.ts';

/** Two promises at once, a worker of its own, and a promise. */
const mixed = setup({
  actors: { pass: fromPromise<number>(async () => 1), far: worker<null, number>() },
}).createMachine({
  id: 'mixed',
  initial: 'both',
  states: {
    both: {
      type: 'parallel',
      states: {
        left: {
          initial: 'on',
          states: { on: { invoke: { src: 'pass', onDone: 'off' } }, off: { type: 'final' } },
        },
        right: {
          initial: 'on',
          states: { on: { invoke: { src: 'pass', onDone: 'off' } }, off: { type: 'final' } },
        },
      },
      onDone: 'far',
    },
    far: { invoke: { src: 'far', input: null, onDone: 'last' } },
    last: { invoke: { src: 'pass', onDone: 'over' } },
    over: { type: 'final' },
  },
});

describe('a chain', () => {
  it('takes an execution to its end in one invocation of the worker host', async () => {
    const { rig, host, payload } = await startedChain(chainMachine(30));
    await host.run(payload);
    expect(await rig.execution('e')).toMatchObject({
      status: 'SUCCEEDED',
      output: Array.from({ length: 30 }, (_, i) => i),
    });
    expect(host.ran).toHaveLength(30);
    expect((await rig.replayed('e'))?.snapshot).toBe((await rig.execution('e')).snapshot);
  });

  it('leaves nothing to dispatch for the deliveries of its results, whichever instance gets them', async () => {
    const { rig, host, orchestrator, payload, chain } = await startedChain(chainMachine(4));
    rig.now += 5;
    await host.run(payload, { attempt: onlyFirst(host, 3) });
    for (const instance of [orchestrator, rig.newInstance({ chain })]) {
      await instance.applyRecords('e', rig.takeRecords('e'));
      await instance.catchUp('e', 'wake#1');
    }
    expect(keys(rig)).toEqual(['task#0#1']);
    expect(await rig.execution('e')).toMatchObject({ status: 'RUNNING', tasks: [{ task: 3 }] });
  });

  it('gets all tasks of a commit, and ends where a worker has a function of its own', async () => {
    const { rig, host, orchestrator, payload } = await startedChain(mixed);
    expect(payload.chain?.others).toMatchObject([{ item: 'task#1#1' }]);
    await host.run(payload);
    await rig.deliver(orchestrator, 'e');
    expect(keys(rig)).toEqual(['task#0#1', 'task#2#1']);
    expect(rig.dispatched[1]).not.toHaveProperty('chain');
    await rig.succeed('e', 2, 1, 3);
    await rig.deliver(orchestrator, 'e');
    expect(rig.dispatched[2]).toMatchObject({ item: 'task#3#1', chain: { others: [] } });
  });

  it('applies nothing of its own to what an operator has stopped, and nothing is lost that was suspended', async () => {
    for (const control of ['stop', 'suspend'] as const) {
      const { rig, host, orchestrator, payload } = await startedChain(chainMachine(3));
      await host.run(payload, {
        attempt: async (task) => {
          if (task.task === 1) {
            await rig.control('e', control);
            await rig.deliver(orchestrator, 'e');
          }
          return attemptTask(task, () => 1, { table: rig.table, now: () => rig.now });
        },
      });
      const status = control === 'stop' ? 'ABORTED' : 'SUSPENDED';
      expect(await rig.execution('e')).toMatchObject({ status });
      if (control === 'stop') continue;
      await rig.control('e', 'resume');
      await rig.deliver(orchestrator, 'e');
      rig.now += 2000;
      await orchestrator.wake('e', 'wake#1');
      expect(await rig.execution('e')).toMatchObject({ status: 'RUNNING', tasks: [{ task: 2 }] });
    }
  });

  it('hands over where it loses two commits in a row', async () => {
    const { rig, host, orchestrator, payload } = await startedChain(chainMachine(3));
    let events = 0;
    const table = withCommit(rig.table, async (write) => {
      const entry = { kind: 'event', reference: `event#${++events}`, type: 'TELL', fields: {} } as const;
      await orchestrator.applyRecords('e', [{ entry, createdAt: rig.now }]);
      return write();
    });
    await host.run(payload, { table });
    expect(events).toBe(2);
    await rig.deliver(orchestrator, 'e');
    expect(keys(rig)).toEqual(['task#0#1', 'task#1#1']);
  });

  it('goes on where a commit was taken that got no answer, and rejects where that is not known', async () => {
    const lost = new Error('No answer came in time.');
    const taken = await startedChain(chainMachine(3));
    await taken.host.run(taken.payload, {
      table: withCommit(taken.rig.table, async (write) => {
        await write();
        throw lost;
      }),
    });
    // The last commit opens no task, so nothing shows whose it is.
    expect(taken.host.ran).toEqual(['task#0#1', 'task#1#1', 'task#2#1']);
    expect(await taken.rig.execution('e')).toMatchObject({ status: 'SUCCEEDED' });

    const open = await startedChain(chainMachine(3));
    const table = withCommit(open.rig.table, () => Promise.reject(lost));
    await expect(open.host.run(open.payload, { table })).rejects.toBe(lost);
    expect(open.host.ran).toEqual(['task#0#1']);
  });

  it('does not take the commit of another run for its own', async () => {
    const { rig, host, payload } = await startedChain(chainMachine(3));
    const lost = new Error('No answer came in time.');
    const table = withCommit(rig.table, async () => {
      // Another run of the same invocation has decided the same, at the same time.
      const other = new ChainHost(rig, [chainMachine(3)]);
      const attempt = async (task: TaskPayload) => {
        if (task.task > 0) return undefined;
        const { executionId, worker: name } = task;
        const at = new Date(rig.now).toISOString();
        const result = { status: 'SUCCEEDED', output: 1 } as const;
        return { executionId, task: 0, attempt: 1, worker: name, startedAt: at, endedAt: at, result };
      };
      await other.run(payload, { token: 'b', attempt, write: async (_, result) => result });
      throw lost;
    });
    await host.run(payload, { table });
    expect(host.ran).toEqual(['task#0#1']);
    expect(await rig.execution('e')).toMatchObject({ tasks: [{ task: 1, cause: 'chain#0.1.b' }] });
  });

  it('opens nothing more after a minute', async () => {
    const { rig, host, orchestrator, payload } = await startedChain(chainMachine(9));
    await host.run(payload, {
      attempt: (task) => {
        rig.now += 25_000;
        return attemptTask(task, () => 1, { table: rig.table, now: () => rig.now });
      },
    });
    await rig.deliver(orchestrator, 'e');
    expect(keys(rig)).toEqual(['task#0#1', 'task#3#1']);
  });

  it('takes no step by another definition than the execution began with', async () => {
    const { rig, payload } = await startedChain(chainMachine(3));
    await new ChainHost(rig, [chainMachine(4)]).run(payload);
    expect(await rig.execution('e')).toMatchObject({ version: 1, tasks: [{ task: 0 }] });
  });

  it('leaves steps with large data to the orchestrator, where there is a store for it', async () => {
    const { rig, host, payload } = await startedChain(chainMachine(3));
    await host.run(payload, { storeOverBytes: 10 });
    expect(await rig.execution('e')).toMatchObject({ version: 1 });
  });
});

describe('whether the worker host may chain', () => {
  it.each([
    { deployment: false, machine: undefined, may: false },
    { deployment: false, machine: true, may: true },
    { deployment: true, machine: undefined, may: true },
    { deployment: true, machine: false, may: false },
  ])('is said by the machine, and otherwise by the deployment: %j', async ({ deployment, machine, may }) => {
    const { payload } = await startedChain(chainMachine(2, machine), { isDefault: deployment });
    expect(payload.chain !== undefined).toBe(may);
  });
});
