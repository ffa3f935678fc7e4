import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { MillraceClient } from '../../client/client.ts';
import { replayRecording } from '../../client/index.ts';
import type { ChainOptions } from '../../orchestrator/chain/chain.ts';
import type { FailedChain } from '../../orchestrator/contract/recovery.ts';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import { endFailedChain, failedChainOf } from '../../orchestrator/handlers/failedChain.ts';
import type { Executions } from '../../orchestrator/table/table.ts';
import { attemptTask } from '../../workers/runTask.ts';
import { worker } from '../../workers/worker.ts';
import { ChainHost, startedChain, withCommit } from '../support/chainHost.ts';
import type { OrchestratorRig } from '../support/orchestratorRig.ts';

interface Context {
  readonly passed: readonly number[];
}

function chainMachine(steps: number, chain?: boolean) {
  const next = (i: number) => (i + 1 < steps ? `s${i + 1}` : 'over');
  const states = Object.fromEntries(
    Array.from({ length: steps }, (_, i) => [
      `s${i}`,
      {
        invoke: {
          src: 'pass' as const,
          input: ({ context }: { context: Context }) => context.passed,
          onDone: { target: next(i), actions: 'note' as const },
        },
      },
    ]),
  );
  return setup({
    types: { context: {} as Context, events: {} as { type: 'TELL' } },
    actors: {
      // It changes what it is given: nothing else may see that.
      pass: fromPromise<number, number[]>(async ({ input }) => input.push(-1)),
    },
    actions: { note: assign({ passed: ({ context }) => [...context.passed, context.passed.length] }) },
  }).createMachine({
    id: 'chain',
    ...(chain !== undefined && { meta: { millrace: { chain } } }),
    context: { passed: [] },
    on: { TELL: {} },
    initial: 's0',
    states: { ...states, over: { type: 'final' } },
    output: ({ context }) => context.passed,
  });
}

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

const keys = (rig: OrchestratorRig) => rig.dispatched.map(({ item }) => item);

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

describe('a chain that may keep results in the log', () => {
  const inlining = { isDefault: true, inlines: true };

  it('writes no item for what fits beside the state, and the log replays to every state', async () => {
    const { rig, host, payload } = await startedChain(chainMachine(40), inlining);
    expect(payload.chain).toEqual({ others: [], inlines: true });
    await host.run(payload);
    const { journal, segments } = await rig.table.executions.readHistory('e');
    expect(journal.map(({ reference }) => reference)).toEqual(['start']);
    expect(segments.length).toBeLessThan(4);
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
    expect((await rig.replayed('e'))?.snapshot).toBe((await rig.execution('e')).snapshot);
    expect((await rig.log('e')).map(({ kind }) => kind)).toEqual([
      'start',
      ...Array.from({ length: 40 }, () => 'inlined'),
    ]);
  });

  it('writes the item of a result that does not fit, and of one that failed', async () => {
    const { rig, host, orchestrator, payload } = await startedChain(chainMachine(3), inlining);
    await host.run(payload, {
      attempt: (task) => {
        const work = () => {
          if (task.task === 2) throw new Error('no');
          return task.task === 0 ? randomBytes(675).toString('base64') : 1;
        };
        return attemptTask(task, work, { table: rig.table, now: () => rig.now });
      },
    });
    await rig.deliver(orchestrator, 'e');
    expect((await rig.log('e')).map(({ kind, reference }) => `${kind} ${reference}`)).toEqual([
      'start start',
      'result task#0#1',
      'inlined task#1#1',
      'result task#2#1',
    ]);
    expect((await rig.replayed('e'))?.status).toBe('FAILED');
  });

  it('writes the item of a result on which the machine throws, so that a redrive takes it again', async () => {
    const failing = (boom: () => { n: number }) =>
      setup({
        types: { context: {} as { n: number } },
        actors: { book: fromPromise(async () => 1) },
      }).createMachine({
        id: 'failing',
        context: { n: 0 },
        initial: 'a',
        states: {
          a: { invoke: { src: 'book', onDone: { target: 'b', actions: assign(boom) } } },
          b: { type: 'final' },
        },
      });
    const broken = failing(() => {
      throw new Error('boom');
    });
    const { rig, host, orchestrator, payload } = await startedChain(broken, inlining);
    await host.run(payload);
    await rig.deliver(orchestrator, 'e');
    expect(await rig.execution('e')).toMatchObject({ status: 'FAILED', failed: { reference: 'task#0#1' } });
    const fixed = rig.newInstance({ definitions: [failing(() => ({ n: 1 }))], chain: inlining });
    await rig.control('e', 'redrive');
    await rig.deliver(fixed, 'e');
    rig.now += 2000;
    await fixed.wake('e', 'wake#1');
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
    expect(keys(rig)).toEqual(['task#0#1']);
  });

  it('decides on an item of an attempt whose result is in the log as on any that comes second', async () => {
    const { rig, host, orchestrator, payload } = await startedChain(chainMachine(3), inlining);
    await host.run(payload, { attempt: onlyFirst(host, 2) });
    await rig.succeed('e', 0, 1, 'foreign');
    await rig.deliver(orchestrator, 'e');
    await orchestrator.catchUp('e', 'wake#1');
    expect(await rig.verdicts('e')).toEqual([
      'start applied',
      'task#0#1 applied',
      'task#1#1 applied',
      'task#0#1 ignored: NotOpen',
    ]);
    expect((await rig.replayed('e'))?.snapshot).toBe((await rig.execution('e')).snapshot);
  });

  it('leaves results of a second run, also after the end, to the orchestrator', async () => {
    const { rig, host, orchestrator, payload } = await startedChain(chainMachine(1), inlining);
    await host.run(payload);
    await host.run(payload, { token: 'b' });
    await rig.deliver(orchestrator, 'e');
    expect(await rig.verdicts('e')).toEqual(['start applied', 'task#0#1 applied', 'task#0#1 ignored: Ended']);
    expect((await rig.replayed('e'))?.snapshot).toBe((await rig.execution('e')).snapshot);
  });

  it('loses no result where it is not known whether its commit was taken', async () => {
    const lost = new Error('No answer came in time.');
    for (const isTaken of [true, false]) {
      const { rig, host, orchestrator, payload } = await startedChain(chainMachine(1), inlining);
      const table = withCommit(rig.table, async (write) => {
        if (isTaken) await write();
        throw lost;
      });
      const run = host.run(payload, { table });
      if (isTaken) await run;
      else await expect(run).rejects.toBe(lost);
      await rig.deliver(orchestrator, 'e');
      expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: [0] });
    }
  });

  it('keeps none there without that permission in the payload: an earlier release could not read the log', async () => {
    const { rig, host, payload } = await startedChain(chainMachine(3));
    await host.run(payload);
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
    expect(new Set((await rig.log('e')).map(({ kind }) => kind))).toEqual(new Set(['start', 'result']));
  });

  it('shows its results in a history like any others', async () => {
    const { rig, host, payload } = await startedChain(chainMachine(2), inlining);
    await host.run(payload, {
      attempt: (task) => {
        const now = () => rig.now;
        const work = () => {
          rig.now += 7;
        };
        return attemptTask(task, work, { table: rig.table, now });
      },
    });
    const client = clientOf(rig);
    for (const { entries } of [
      { entries: (await client.history('e')).items },
      await client.inspect('e', { machines: [chainMachine(2)] }),
    ]) {
      expect(entries[1]).toMatchObject({
        kind: 'result',
        reference: 'task#0#1',
        task: 0,
        attempt: 1,
        worker: 'pass',
        status: 'SUCCEEDED',
        verdict: { type: 'applied' },
      });
      const { startedAt = '', writtenAt = '' } = entries[1] ?? {};
      expect(Date.parse(writtenAt) - Date.parse(startedAt)).toBe(7);
    }
    expect(await client.replay('e', [chainMachine(2)])).toMatchObject({ outcome: 'equal', entries: 3 });
    const recording = await client.record('e');
    expect(replayRecording(JSON.parse(JSON.stringify(recording)), [chainMachine(2)])).toMatchObject({
      outcome: 'equal',
    });
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
  if (!failed) throw new Error('It is no chain.');
  return failed;
}

/** Runs so many tasks; the others are begun and have no end. */
function onlyFirst(host: ChainHost, count: number): ChainOptions['attempt'] {
  let left = count;
  return async (task) => {
    if (left-- <= 0) return undefined;
    const { rig } = host;
    return attemptTask(task, () => 1, { table: rig.table, now: () => rig.now });
  };
}

function clientOf(rig: OrchestratorRig): MillraceClient {
  return new MillraceClient({
    table: rig.table,
    now: () => rig.now,
    newId: () => 'id',
    sleep: async () => {},
    retentionDays: 0,
    catchUp: async () => ({ failed: [] }),
  });
}

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
