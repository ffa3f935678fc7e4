import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { MillraceClient } from '../../client/millraceClient.ts';
import type { JournalEntry } from '../../orchestrator/core/execution/model/entries.ts';
import { expiryOf } from '../../orchestrator/table/retention.ts';
import { worker } from '../../workers/worker.ts';
import { dayMs, live, settle } from '../support/longLife.ts';
import { machineOfList } from '../support/machineOfList.ts';
import { noise } from '../support/noise.ts';
import { StoredRig } from '../support/storedRig.ts';

/** Asks a worker, waits for as long as it takes, and asks again with what it was started with. */
const patient = setup({
  types: {
    input: {} as { text: string },
    context: {} as { text: string; first: string; note: string },
    events: {} as { type: 'NOTE'; text: string } | { type: 'GO_ON' },
    output: {} as { first: string; note: string; last: string },
  },
  actors: { echo: worker<{ text: string }, { text: string }>({ timeout: '30s' }) },
}).createMachine({
  id: 'patient',
  context: ({ input }) => ({ text: input.text, first: '', note: '' }),
  initial: 'asking',
  states: {
    asking: {
      invoke: {
        src: 'echo',
        input: ({ context }) => ({ text: context.text }),
        onDone: { target: 'waiting', actions: assign({ first: ({ event }) => event.output.text }) },
      },
    },
    waiting: {
      on: {
        NOTE: { actions: assign({ note: ({ event }) => event.text }) },
        GO_ON: 'askingAgain',
      },
    },
    askingAgain: {
      invoke: { src: 'echo', input: ({ context }) => ({ text: context.text }), onDone: 'over' },
    },
    over: { type: 'final' },
  },
  output: ({ context, event }) => ({
    first: context.first,
    note: context.note,
    last: event.type.startsWith('xstate.done') ? 'asked again' : '',
  }),
});

const large = [noise(150_000, 1), noise(150_000, 2), noise(150_000, 3)] as const;
const days = 90;

function clientOf({ rig, table }: StoredRig): MillraceClient {
  return new MillraceClient({
    table,
    now: () => rig.now,
    newId: () => 'an id',
    sleep: async () => {},
    retentionDays: days,
    catchUp: async () => ({ failed: [] }),
  });
}

function rigOf(stored: StoredRig) {
  return {
    stored,
    rig: stored.rig,
    settle: () => settle({ rig: stored.rig, newInstance: () => stored.newInstance() }),
  };
}

/** It has had an answer, and waits. */
async function waiting(text: string = large[0]) {
  const all = rigOf(new StoredRig([patient], days));
  await all.stored.start('patient', 'e', { text });
  await all.settle();
  await all.stored.work(() => ({ text: large[1] }));
  await all.settle();
  await all.stored.send('e', 'note', 'NOTE', { text: large[2] });
  await all.settle();
  expect((await all.rig.execution('e')).state).toBe('waiting');
  return all;
}

async function expectReplay(stored: StoredRig): Promise<void> {
  const { journal } = await stored.table.executions.readHistory('e');
  const replayed = await stored.rig.replayed('e', undefined, journal as readonly JournalEntry[]);
  const { snapshot } = await stored.execution('e');
  expect(replayed?.snapshot === snapshot).toBe(true);
}

function expiriesOf({ rig }: StoredRig, executionId = 'e'): number[] {
  return [...rig.table.items.values()]
    .filter((item) => item.executionId?.S === executionId && item.item?.S !== 'execution')
    .map((item) => expiryOf(item) ?? Number.POSITIVE_INFINITY);
}

describe('what an execution needs is not deleted before it ends', () => {
  it('while it waits for years for an event, with nothing else to wake it', async () => {
    const { stored, rig, settle } = await waiting();
    await live(stored, 800);
    await expectReplay(stored);
    stored.checkReferences();
    await stored.send('e', 'go on', 'GO_ON', {});
    await settle();
    let received = '';
    await stored.work(({ text }: { text: string }) => {
      received = text;
      return { text: '' };
    });
    expect(received === large[0]).toBe(true);
    await settle();
    const { status, output } = await stored.execution('e');
    expect([status, JSON.stringify(output)]).toEqual([
      'SUCCEEDED',
      JSON.stringify({ first: large[1], note: large[2], last: 'asked again' }),
    ]);
    await live(stored, 1);
    await expectReplay(stored);
    const { endedAt = 0 } = await rig.execution('e');
    expect(Math.min(...expiriesOf(stored))).toBeGreaterThan(endedAt + 86 * dayMs);
    expect(Math.max(...expiriesOf(stored))).toBeLessThan(endedAt + 92 * dayMs);
    await live(stored, 110);
    expect([...rig.table.items.keys(), ...stored.store.objects.keys()]).toEqual([]);
  });

  it('while it is suspended for years, whatever comes meanwhile', async () => {
    const { stored, rig, settle } = await waiting();
    await rig.control('e', 'suspend');
    await settle();
    await live(stored, 300);
    await stored.send('e', 'go on', 'GO_ON', {});
    await settle();
    await live(stored, 500);
    expect((await rig.execution('e')).status).toBe('SUSPENDED');
    await rig.control('e', 'resume');
    await settle();
    await live(stored, 1);
    expect((await rig.execution('e')).state).toBe('askingAgain');
    await expectReplay(stored);
    stored.checkReferences();
  });

  it('while it waits for a redrive for years', async () => {
    const { stored, rig, settle } = await waiting();
    await stored.send('e', 'go on', 'GO_ON', {});
    const without = () => stored.newInstance([]);
    await settle();
    const instance = without();
    await stored.work(() => ({ text: '' }));
    await rig.deliver(instance, 'e');
    for (let i = 0; i < 60 && (await rig.execution('e')).status === 'RUNNING'; i++) {
      await stored.wake(without(), 'e');
    }
    expect((await rig.execution('e')).status).toBe('PENDING_REDRIVE');
    await live(stored, 500);
    await rig.control('e', 'redrive');
    await settle();
    await live(stored, 1);
    expect((await rig.execution('e')).status).toBe('SUCCEEDED');
    await expectReplay(stored);
  });

  it('nor while it can be redriven: a redrive near the end of that time goes on with all of it', async () => {
    const { stored, rig, settle } = await waiting();
    await rig.control('e', 'stop');
    await settle();
    await live(stored, 83);
    await rig.control('e', 'redrive');
    await settle();
    await live(stored, 400);
    expect((await rig.execution('e')).status).toBe('RUNNING');
    await expectReplay(stored);
    stored.checkReferences();
  });

  it('and a redrive that comes later is refused, as what it needs is about to expire', async () => {
    const { stored, rig, settle } = await waiting();
    await rig.control('e', 'stop');
    await settle();
    await live(stored, 85);
    await rig.control('e', 'redrive');
    await settle();
    expect((await rig.execution('e')).status).toBe('ABORTED');
    expect((await rig.verdicts('e')).at(-1)).toBe('event#redrive ignored: RedriveTooLate');
    await expectReplay(stored);
  });

  it('which the client says to its caller, and writes nothing', async () => {
    const { stored, rig, settle } = await waiting();
    await rig.control('e', 'stop');
    await settle();
    const client = clientOf(stored);
    const many = { control: 'redrive', machine: 'patient', status: 'ABORTED' } as const;
    await live(stored, 84);
    const items = rig.table.items.size;
    rig.now += dayMs / 2;
    await expect(client.redrive('e')).rejects.toMatchObject({
      code: 'RedriveTooLate',
      kind: 'conflict',
      message: expect.stringContaining("'e' ended at"),
    });
    const outcomes: unknown[] = [];
    for await (const { outcome } of client.controlMany(many)) outcomes.push(outcome);
    expect(outcomes).toEqual(['tooLate']);
    expect(rig.table.items.size).toBe(items);
    rig.now -= dayMs;
    await client.redrive('e');
    await settle();
    expect((await client.describe('e')).status).toBe('RUNNING');
  });

  it('and no client sees an execution that has expired, be it deleted or not', async () => {
    const { stored, rig, settle } = await waiting();
    await rig.control('e', 'stop');
    await settle();
    const client = clientOf(stored);
    rig.now += 96 * dayMs;
    expect((await client.describe('e')).status).toBe('ABORTED');
    expect((await client.list({ machine: 'patient', status: 'ABORTED' })).items).toHaveLength(1);
    rig.now += 2 * dayMs;
    for (const read of [
      () => client.describe('e'),
      () => client.history('e'),
      () => client.stop('e'),
      () => client.redrive('e'),
      () => client.wait('e'),
    ]) {
      await expect(read()).rejects.toMatchObject({ code: 'ExecutionNotFound' });
    }
    expect((await client.list({ machine: 'patient', status: 'ABORTED' })).items).toEqual([]);
    expect((await client.list({})).items).toEqual([]);
  });

  it('though its writer gave it an early expiry: one with another retention, or a worker that was invoked long ago', async () => {
    const { stored, rig, settle } = await waiting();
    const early = { N: String(rig.now / 1000 + 5 * 86_400) };
    rig.table.put({
      executionId: { S: 'e' },
      item: { S: 'event#early' },
      type: { S: 'NOTE' },
      event: { M: { text: { S: 'early' } } },
      expiresAt: early,
    });
    await settle();
    await live(stored, 30);
    expect(rig.table.items.has('e\nevent#early')).toBe(true);
    await expectReplay(stored);
  });
});

describe('a child that has ended', () => {
  it('is there for a redrive of its parent, which was suspended and took its failure a year later', async () => {
    const child = setup({ actors: { work: worker<undefined, string>({ timeout: '30s' }) } }).createMachine({
      id: 'child',
      initial: 'working',
      states: { working: { invoke: { src: 'work', onDone: 'done' } }, done: { type: 'final' } },
    });
    const parent = setup({ actors: { child } }).createMachine({
      id: 'parent',
      initial: 'waiting',
      states: { waiting: { invoke: { src: 'child', onDone: 'done' } }, done: { type: 'final' } },
    });
    const { stored, rig, settle } = rigOf(new StoredRig([parent, child], days));
    await stored.start('parent', 'e', null);
    await settle();
    await rig.control('e', 'suspend');
    await settle();
    await stored.work(() => {
      throw new Error('out of order');
    });
    await settle();
    expect((await rig.execution('e.0')).status).toBe('FAILED');
    await live(stored, 400);
    await rig.control('e', 'resume');
    await settle();
    await live(stored, 1);
    expect((await rig.execution('e')).status).toBe('FAILED');
    await rig.control('e', 'redrive');
    await settle();
    await live(stored, 1);
    await stored.work(() => 'done');
    await settle();
    expect((await rig.execution('e.0')).status).toBe('SUCCEEDED');
    expect((await rig.execution('e')).status).toBe('SUCCEEDED');
  });
});

describe('the results of a long list', () => {
  it('are there when its last item is done, and for a replay long after', async () => {
    const count = 250;
    const stored = new StoredRig([machineOfList({ concurrency: count }, { timeout: '300d' })], days);
    const { rig, settle } = rigOf(stored);
    await stored.start('fan', 'e', { count });
    await settle();
    /** All but one, of those that are handed out. */
    const finish = async (isLeft: (index: number) => boolean) => {
      for (let done = 0; done < rig.dispatched.length; done++) {
        const { executionId, task, index = 0, attempt } = rig.dispatched[done] ?? { task: 0, attempt: 0 };
        if (executionId === undefined || isLeft(index)) continue;
        const at = new Date(rig.now).toISOString();
        const result = { status: 'SUCCEEDED', output: 2 * index } as const;
        const item = {
          executionId,
          task,
          index,
          attempt,
          worker: 'double',
          startedAt: at,
          endedAt: at,
          result,
        };
        await rig.table.journal.insertResult(item);
        await settle();
      }
    };
    await finish((index) => index === 7);
    await live(stored, 280);
    await finish((index) => index !== 7);
    const { status, output } = await stored.execution('e');
    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ outputs: Array.from({ length: count }, (_, i) => 2 * i), error: null });
  });
});

describe('data that is kept for ever', () => {
  it('is renewed never, and an expiry that a client gives it is taken away', async () => {
    const stored = new StoredRig([patient]);
    const { rig, settle } = rigOf(stored);
    rig.table.put({
      executionId: { S: 'e' },
      item: { S: 'start' },
      machine: { S: 'patient' },
      input: { M: { text: { S: 'short' } } },
      expiresAt: { N: String(rig.now / 1000 + 90 * 86_400) },
    });
    await settle();
    expect(rig.table.items.get('e\nstart')).not.toHaveProperty('expiresAt');
    await live(stored, 200);
    expect(await rig.execution('e')).not.toHaveProperty('renewedAt');
  });
});

describe('an execution of minutes', () => {
  it('is renewed never: its items expire together as they were written', async () => {
    const { stored, rig, settle } = await waiting('short');
    rig.now += 600_000;
    await stored.send('e', 'go on', 'GO_ON', {});
    await settle();
    await stored.work(() => ({ text: '' }));
    await settle();
    const { commits } = rig.table;
    await live(stored, 80);
    expect(rig.table.commits).toBe(commits);
    expect(await rig.execution('e')).not.toHaveProperty('renewedAt');
    await live(stored, 30);
    expect([...rig.table.items.keys(), ...stored.store.objects.keys()]).toEqual([]);
  });
});
