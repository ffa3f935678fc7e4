import { describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { MachineNotDurableError, prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { withPolicy } from '../../workers/index.ts';
import { attemptTask } from '../../workers/runTask.ts';
import { startedChain, withCommit } from '../support/chainHost.ts';
import type { OrchestratorRig } from '../support/orchestratorRig.ts';

type Every = '5s' | '20s';

/** Promises one after the other; an event changes the inputs of those to come, and another takes it to the end. */
function checkpointed(steps: number, every: Every = '5s') {
  const next = (i: number) => (i + 1 < steps ? `s${i + 1}` : 'over');
  const states = Object.fromEntries(
    Array.from({ length: steps }, (_, i) => [
      `s${i}`,
      {
        invoke: {
          src: 'pass' as const,
          input: ({ context }: { context: { told: number } }) => context.told,
          onDone: { target: next(i), actions: 'note' as const },
          onError: 'over',
        },
      },
    ]),
  );
  return setup({
    types: {
      context: {} as { told: number; passed: readonly number[] },
      events: {} as { type: 'TELL' } | { type: 'LOOK' },
    },
    actors: {
      pass: withPolicy(
        fromPromise<number, number>(async ({ input }) => input),
        { timeout: '10s' },
      ),
    },
    actions: {
      note: assign({
        passed: ({ context, event }) => [...context.passed, 'output' in event ? Number(event.output) : -1],
      }),
    },
  }).createMachine({
    id: 'checkpointed',
    meta: { millrace: { checkpoint: { every } } },
    context: { told: 0, passed: [] },
    on: { TELL: { actions: assign({ told: ({ context }) => context.told + 1 }) }, LOOK: {} },
    initial: 's0',
    states: { ...states, over: { type: 'final' } },
    output: ({ context }) => context.passed,
  });
}

const inlining = { isDefault: false, inlines: true };
const commitsOf = (rig: OrchestratorRig) => rig.table.commits;

/** Runs promises, and does something to the execution before one of them settles. */
function attempting(rig: OrchestratorRig, meanwhile: (task: number) => Promise<void> | void) {
  return (task: Parameters<typeof attemptTask>[0]) =>
    attemptTask(
      task,
      async (input) => {
        await meanwhile(task.task);
        return input;
      },
      { table: rig.table, now: () => rig.now },
    );
}

describe('a chain with checkpoints', () => {
  it('commits once for many steps, and the log replays to the same end', async () => {
    const { rig, host, payload } = await startedChain(checkpointed(50), inlining);
    const before = commitsOf(rig);
    await host.run(payload);
    expect(commitsOf(rig) - before).toBe(1);
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', version: 2 });
    expect((await rig.table.executions.readHistory('e')).journal).toHaveLength(1);
    expect((await rig.replayed('e'))?.snapshot).toBe((await rig.execution('e')).snapshot);
  });

  it('keeps the time of each step', async () => {
    const { rig, host, payload } = await startedChain(checkpointed(3), inlining);
    await host.run(payload, {
      attempt: attempting(rig, () => {
        rig.now += 100;
      }),
    });
    const times = (await rig.log('e')).map(({ at }) => at);
    expect(times.map((at) => at - (times[0] ?? 0))).toEqual([0, 100, 200, 300]);
  });

  it.each([
    { every: '5s', ms: 3000, commits: 3 },
    { every: '5s', ms: 100, commits: 1 },
    // A task has 10 seconds: the commit comes within half of them.
    { every: '20s', ms: 3000, commits: 3 },
  ] as const)('commits in time: every $every, with steps of $ms ms', async ({ every, ms, commits }) => {
    const { rig, host, payload } = await startedChain(checkpointed(6, every), inlining);
    const before = commitsOf(rig);
    await host.run(payload, {
      attempt: attempting(rig, () => {
        rig.now += ms;
      }),
    });
    expect(commitsOf(rig) - before).toBe(commits);
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('commits while a promise takes long', async () => {
    const { rig, host, payload } = await startedChain(checkpointed(3), inlining);
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const running = host.run(payload, {
      attempt: attempting(rig, (task) => (task === 2 ? ended : undefined)),
      wait: async (ms) => {
        await new Promise(setImmediate);
        rig.now += ms;
      },
    });
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    expect(await rig.execution('e')).toMatchObject({ status: 'RUNNING', version: 2, tasks: [{ task: 2 }] });
    end();
    await running;
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('applies results again where another commit came first, while their tasks have the same input', async () => {
    for (const [type, runs] of [
      ['LOOK', 4],
      // The first task was open when the event came. Tasks that were opened since then have another input now.
      ['TELL', 7],
    ] as const) {
      const { rig, host, orchestrator, payload } = await startedChain(checkpointed(4), inlining);
      const ran: number[] = [];
      let isSent = false;
      await host.run(payload, {
        attempt: attempting(rig, async (task) => {
          ran.push(task);
          if (task !== 2 || isSent) return;
          isSent = true;
          await rig.send('e', '1', type);
          await rig.deliver(orchestrator, 'e');
        }),
      });
      const passed = type === 'LOOK' ? [0, 0, 0, 0] : [0, 1, 1, 1];
      expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: passed });
      expect(ran).toHaveLength(runs);
      expect((await rig.replayed('e'))?.snapshot).toBe((await rig.execution('e')).snapshot);
    }
  });

  it('commits the steps before a failure, and leaves that to the orchestrator', async () => {
    const { rig, host, orchestrator, payload } = await startedChain(checkpointed(4), inlining);
    await host.run(payload, {
      attempt: attempting(rig, (task) => {
        if (task === 2) throw new Error('no');
      }),
    });
    expect(await rig.execution('e')).toMatchObject({ status: 'RUNNING', version: 2, tasks: [{ task: 2 }] });
    await rig.deliver(orchestrator, 'e');
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: [0, 0] });
  });

  it('writes no item for a task that no commit has opened', async () => {
    const { rig, host, payload } = await startedChain(checkpointed(4), inlining);
    const lost = new Error('No answer came in time.');
    const table = withCommit(rig.table, () => Promise.reject(lost));
    await expect(host.run(payload, { table })).rejects.toBe(lost);
    const { journal } = await rig.table.executions.readHistory('e');
    expect(journal.map(({ reference }) => reference).sort()).toEqual(['start', 'task#0#1']);
  });
});

describe('the checkpoint setting of a machine', () => {
  it.each([
    { checkpoint: 'often' },
    { checkpoint: { every: '2h' } },
    { checkpoint: { every: '5s', most: 1 } },
    { checkpoint: { every: '5s' }, chain: false },
  ])('is refused where it cannot be: %j', (millrace) => {
    const definition = { id: 'm', meta: { millrace }, initial: 'a', states: { a: {} } };
    expect(() => prepareMachine(definition)).toThrow(MachineNotDurableError);
  });
});
