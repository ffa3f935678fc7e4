import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { MillraceClient } from '../../client/millraceClient.ts';
import type { NudgeEvent } from '../../orchestrator/contract/nudge.ts';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import { recoverHandler } from '../../orchestrator/handlers/recover.ts';
import { doorbellHandler, streamHandler } from '../../orchestrator/handlers/stream.ts';
import type { Orchestrator } from '../../orchestrator/step/orchestrator.ts';
import type { Table } from '../../orchestrator/table/table.ts';
import { nudgeOf } from '../../workers/nudge.ts';
import { runTask } from '../../workers/runTask.ts';
import { worker } from '../../workers/worker.ts';
import { idleSurroundings } from '../support/idleSurroundings.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

interface Context {
  readonly passed: number;
}

function relay(steps: number, settings?: { readonly machine?: boolean; readonly worker?: boolean }) {
  const { machine: nudge, worker: workerNudge } = settings ?? {};
  const next = (i: number) => (i + 1 < steps ? `s${i + 1}` : 'over');
  return setup({
    types: { context: {} as Context },
    actors: { pass: worker<number, number>(workerNudge === undefined ? {} : { nudge: workerNudge }) },
    actions: { note: assign({ passed: ({ context }) => context.passed + 1 }) },
  }).createMachine({
    id: 'relay',
    ...(nudge !== undefined && { meta: { millrace: { nudge } } }),
    context: { passed: 0 },
    initial: 's0',
    on: { TELL: { actions: 'note' } },
    states: {
      ...Object.fromEntries(
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
      ),
      over: { type: 'final' },
    },
    output: ({ context }) => context.passed,
  });
}

const everyone = { isDefault: true };
const keys = (rig: OrchestratorRig) => rig.dispatched.map(({ item }) => item);

/** A table that counts the reads of executions, and what is done with them. */
function counted(table: Table) {
  const counts = { strong: 0, eventual: 0, commits: 0, lost: 0, items: 0 };
  const { executions, journal } = table;
  const observed: Table = {
    ...parts(table),
    journal: new Proxy(journal, {
      get: (of, name) => {
        const operation = Reflect.get(of, name);
        if (typeof operation !== 'function') return operation;
        return (...given: unknown[]) => {
          if (String(name).startsWith('read')) counts.items += 1;
          return Reflect.apply(operation, of, given);
        };
      },
    }),
    executions: {
      read: (executionId) => {
        counts.strong += 1;
        return executions.read(executionId);
      },
      readEventually: (executionId) => {
        counts.eventual += 1;
        return executions.readEventually(executionId);
      },
      readTaskInput: (task) => executions.readTaskInput(task),
      readHistory: (executionId) => executions.readHistory(executionId),
      commit: async (...given) => {
        const outcome = await executions.commit(...given);
        counts[outcome.type === 'committed' ? 'commits' : 'lost'] += 1;
        return outcome;
      },
    },
  };
  return { table: observed, counts };
}

function parts({ log, attempts, lists, expiries, index, outlines, registry }: Table) {
  return { log, attempts, lists, expiries, index, outlines, registry };
}

/** Runs a task as its worker does; answers the nudge. */
async function work(rig: OrchestratorRig, payload: TaskPayload): Promise<NudgeEvent> {
  const written = await runTask(payload, (input) => input, { table: rig.table, now: () => rig.now });
  if (!written) throw new Error('It has written no result.');
  return JSON.parse(JSON.stringify(nudgeOf(payload, written, Number.POSITIVE_INFINITY)));
}

function last(rig: OrchestratorRig): TaskPayload {
  const payload = rig.dispatched.at(-1);
  if (!payload) throw new Error('Nothing was dispatched.');
  return payload;
}

function doorbell(rig: OrchestratorRig, orchestrator: Orchestrator) {
  const report = (each: Parameters<Parameters<typeof streamHandler>[1]>[0]) => void rig.reports.push(each);
  const stream = streamHandler(orchestrator, report, () => {});
  return doorbellHandler(orchestrator, stream, report, () => {});
}

async function started(definition = relay(3), nudge = everyone) {
  const rig = new OrchestratorRig([definition]);
  rig.start('relay', 'e');
  const first = rig.newInstance({ nudge });
  await rig.deliver(first, 'e');
  const orchestrator = rig.newInstance({ nudge });
  return { rig, first, orchestrator, nudged: doorbell(rig, orchestrator) };
}

describe('a nudge', () => {
  it('takes the step without the stream, whose delivery then does nothing in any instance', async () => {
    const { rig, first, orchestrator, nudged } = await started();
    await nudged(await work(rig, last(rig)));
    expect(keys(rig)).toEqual(['task#0#1', 'task#1#1']);
    const records = rig.takeRecords('e');
    for (const instance of [first, orchestrator, rig.newInstance({ nudge: everyone })]) {
      await instance.applyRecords('e', records);
    }
    expect(keys(rig)).toEqual(['task#0#1', 'task#1#1']);
    expect(await rig.verdicts('e')).toEqual(['start applied', 'task#0#1 applied']);
  });

  it('takes an execution to its end as the stream would, and replays alike', async () => {
    const { rig, nudged } = await started(relay(40));
    for (let step = 0; step < 40; step++) {
      await nudged(await work(rig, last(rig)));
      rig.now += 75;
    }
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: 40 });
    expect((await rig.replayed('e'))?.snapshot).toBe((await rig.execution('e')).snapshot);
  });

  it('costs one read a step, with the delivery that comes later', async () => {
    const { rig, counts, nudged, orchestrator } = await startedCounted(relay(60));
    const before = { ...counts };
    for (let step = 0; step < 50; step++) {
      await nudged(await work(rig, last(rig)));
      rig.now += 75;
      // Some steps behind, as the stream is.
      if (step % 3 === 2) await rig.deliver(orchestrator, 'e');
    }
    expect(counts.strong - before.strong).toBe(50);
    expect(counts).toMatchObject({ eventual: 0, lost: 0, items: before.items });
  });

  it('loses no commit to an instance whose memory is behind', async () => {
    const { rig, counts, first } = await startedCounted(relay(10));
    for (let step = 0; step < 8; step++) {
      const event = await work(rig, last(rig));
      const other = rig.newInstance({ nudge: everyone, table: counts.table });
      await doorbell(rig, other)(event);
      rig.now += 75;
      await rig.deliver(first, 'e');
    }
    expect(counts.lost).toBe(0);
    expect(keys(rig)).toHaveLength(9);
  });

  it('that is lost costs nothing but time', async () => {
    const { rig, first } = await started(relay(2));
    await work(rig, last(rig));
    await rig.deliver(first, 'e');
    await work(rig, last(rig));
    await rig.deliver(rig.newInstance({ nudge: everyone }), 'e');
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: 2 });
  });

  it('that comes twice, or after the delivery, dispatches nothing', async () => {
    const { rig, first, nudged } = await started();
    const event = await work(rig, last(rig));
    await rig.deliver(first, 'e');
    await nudged(event);
    const second = await work(rig, last(rig));
    await nudged(second);
    await nudged(second);
    expect(keys(rig)).toEqual(['task#0#1', 'task#1#1', 'task#2#1']);
  });

  it('has what it could not dispatch dispatched by the recovery function', async () => {
    const { rig } = await started();
    const event = await work(rig, last(rig));
    const { table } = counted(rig.table);
    const { commit } = table.executions;
    table.executions.commit = async (...given) => {
      await commit(...given);
      throw new Error('It dies after its commit.');
    };
    const dying = rig.newInstance({ nudge: everyone, table });
    await expect(doorbell(rig, dying)(event)).rejects.toThrow('It dies');
    expect(keys(rig)).toEqual(['task#0#1']);
    // The delivery is of another cause: for it, the task may have been dispatched.
    await rig.deliver(rig.newInstance({ nudge: everyone }), 'e');
    expect(keys(rig)).toEqual(['task#0#1']);
    // Its clock is behind that of the one that died.
    rig.now -= 800;
    const recovery = recoverHandler(rig.newInstance({ nudge: everyone }), {
      table: rig.table,
      failures: undefined,
      report: () => {},
      now: () => rig.now,
      afterBatch: () => {},
    });
    await recovery({ requestPayload: event });
    expect(keys(rig)).toEqual(['task#0#1', 'task#1#1']);
  });

  it('names the item alone where its writer has no SDK: it is read', async () => {
    const { rig, nudged } = await started(relay(1));
    await work(rig, last(rig));
    await nudged({ nudge: { executionId: 'e', item: 'task#0#1' } });
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('of an item that is not there, of another item, or of nothing, changes nothing', async () => {
    const { rig, nudged } = await started();
    const before = await rig.execution('e');
    const event = await work(rig, last(rig));
    for (const nudge of [
      { executionId: 'e', item: 'task#7#1' },
      { executionId: 'f', item: 'task#0#1' },
      { ...event.nudge, item: 'task#7#1' },
      { ...event.nudge, executionId: 'f' },
      { executionId: 'e', item: 'execution' },
      { executionId: 'e', item: 'message#f#1' },
    ]) {
      await nudged({ nudge });
    }
    expect(await rig.execution('e')).toEqual(before);
    await nudged(JSON.parse('{"nudge": null}'));
    expect(rig.reports).toEqual([{ type: 'dropped', executionId: '', error: expect.any(String) }]);
  });

  it('with a record that cannot be read is taken by its name', async () => {
    const { rig, nudged } = await started(relay(1));
    const { nudge } = await work(rig, last(rig));
    await nudged(JSON.parse(JSON.stringify({ nudge: { ...nudge, record: { executionId: null } } })));
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('of a late result leaves it to the stream, which notes why it is ignored', async () => {
    const { rig, first, nudged } = await started();
    const payload = last(rig);
    await nudged(await work(rig, payload));
    await rig.finish('e', 0, 2, { status: 'SUCCEEDED', output: 1 });
    await nudged({ nudge: { executionId: 'e', item: 'task#0#2' } });
    await rig.deliver(first, 'e');
    expect(await rig.verdicts('e')).toEqual([
      'start applied',
      'task#0#1 applied',
      'task#0#2 ignored: NotOpen',
    ]);
  });

  it('does not stand for an execution that is started later under the same id', async () => {
    const { rig, orchestrator, nudged } = await started(relay(1));
    await nudged(await work(rig, last(rig)));
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
    rig.takeRecords('e');
    rig.deleteItems('e');
    rig.now += 3_600_000;
    rig.start('relay', 'e');
    await rig.deliver(orchestrator, 'e');
    await work(rig, last(rig));
    // The stream alone brings this result.
    await rig.deliver(orchestrator, 'e');
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: 1 });
  });

  it('leaves a suspended execution as it is', async () => {
    const { rig, first, nudged } = await started();
    await rig.control('e', 'suspend');
    await rig.deliver(first, 'e');
    const event = await work(rig, last(rig));
    await nudged(event);
    expect(keys(rig)).toEqual(['task#0#1']);
    await rig.deliver(first, 'e');
    await rig.control('e', 'resume');
    await rig.deliver(first, 'e');
    await first.wake('e', 'wake#1');
    expect(keys(rig)).toEqual(['task#0#1', 'task#1#1']);
  });
});

async function startedCounted(definition: ReturnType<typeof relay>) {
  const rig = new OrchestratorRig([definition]);
  const { table, counts } = counted(rig.table);
  rig.start('relay', 'e');
  const first = rig.newInstance({ nudge: everyone, table });
  await rig.deliver(first, 'e');
  return {
    rig,
    counts: Object.assign(counts, { table }),
    first,
    orchestrator: first,
    nudged: doorbell(rig, first),
  };
}

describe('who nudges', () => {
  const named = (rig: OrchestratorRig) => last(rig).nudge;

  it.each([
    [
      'no worker, where the deployment does not allow it',
      undefined,
      { machine: true, worker: true },
      undefined,
    ],
    ['every worker, where the deployment has it so', true, {}, 'orchestrator'],
    ['those of the machine that says so', false, { machine: true }, 'orchestrator'],
    ['none of a machine that says otherwise', true, { machine: false }, undefined],
    ['the worker that says so', false, { machine: false, worker: true }, 'orchestrator'],
    ['not the worker that says otherwise', true, { machine: true, worker: false }, undefined],
  ])('%s', async (_, isDefault, settings, functionName) => {
    const rig = new OrchestratorRig([relay(1, settings)]);
    rig.start('relay', 'e');
    await rig.deliver(rig.newInstance(isDefault === undefined ? {} : { nudge: { isDefault } }), 'e');
    expect(named(rig)).toBe(functionName);
  });
});

describe('an event that is sent directly', () => {
  async function sent(definition = relay(2)) {
    const { rig, first, orchestrator } = await started(definition);
    const client = new MillraceClient({
      ...idleSurroundings(rig.table),
      now: () => rig.now,
      nudge: async ({ nudge }) => {
        await orchestrator.nudge(nudge);
        return true;
      },
    });
    return { rig, first, client };
  }

  it('is taken at once, and its delivery does nothing', async () => {
    const { rig, first, client } = await sent();
    const answer = await client.send('e', { type: 'TELL' }, { eventId: '1', direct: true });
    expect(answer).toEqual({ eventId: '1', isNew: true, isDirect: true });
    expect(await rig.context('e')).toEqual({ passed: 1 });
    await rig.deliver(first, 'e');
    expect(await rig.verdicts('e')).toEqual(['start applied', 'event#1 applied']);
    expect(await client.send('e', { type: 'TELL' }, { eventId: '1', direct: true })).toEqual({
      eventId: '1',
      isNew: false,
    });
  });

  it('is left to the stream where the log in the item does not reach back to it', async () => {
    const { rig, first, client } = await sent(relay(60));
    for (let i = 0; i < 60; i++) {
      await client.send('e', { type: 'TELL' }, { eventId: `a${i}` });
      await rig.deliver(first, 'e');
    }
    await client.send('e', { type: 'TELL' }, { eventId: 'b', direct: true });
    expect(await rig.context('e')).toEqual({ passed: 60 });
    await rig.deliver(first, 'e');
    expect(await rig.context('e')).toEqual({ passed: 61 });
    // Applied once, however late a copy of the nudge is.
    await rig.newInstance().nudge({ executionId: 'e', item: 'event#a3' });
    expect(await rig.context('e')).toEqual({ passed: 61 });
  });
});
