import { describe, expect, it } from 'vitest';
import type { OutgoingItem } from '../../orchestrator/core/execution/children/messages.ts';
import { ended, execution, incompressible, next, noon } from './examples.ts';
import type { Current } from './tableUnderTest.ts';

const start: OutgoingItem = {
  type: 'start',
  receiver: 'order-17.0',
  machine: 'insurance',
  version: '2',
  input: { value: 5 },
};

function message(
  number: number,
  change: Partial<Extract<OutgoingItem, { type: 'message' }>> = {},
): OutgoingItem {
  const messages = [{ type: 'event', event: { type: 'CHECK', number } }] as const;
  return {
    type: 'message',
    receiver: 'order-17.0',
    sender: 'order-17',
    number,
    messages,
    at: noon,
    ...change,
  };
}

/** Messages between executions. */
export function messageFeatures(current: Current): void {
  describe('a commit with items for other executions', () => {
    it('writes them with the execution, to be read as they were', async () => {
      const { table } = current();
      const first = execution({ children: [{ task: 0, machine: 'insurance' }], sent: { 'order-17.0': 1 } });
      expect(await table.executions.commit(first, [start, message(1)])).toEqual({ type: 'committed' });
      expect(await table.executions.read('order-17')).toEqual(first);
      expect(await table.journal.readStart('order-17.0')).toEqual({
        kind: 'start',
        reference: 'start',
        machine: 'insurance',
        version: '2',
        input: { value: 5 },
        isChild: true,
      });
      const read = await table.journal.readMessages('order-17.0', 'order-17', [1, 2]);
      expect(read).toEqual([
        {
          kind: 'message',
          reference: 'message#order-17#1',
          sender: 'order-17',
          number: 1,
          messages: [{ type: 'event', event: { type: 'CHECK', number: 1 } }],
          at: new Date(noon).toISOString(),
        },
      ]);
      expect((await table.journal.readAll('order-17.0')).map(({ reference }) => reference).sort()).toEqual([
        'message#order-17#1',
        'start',
      ]);
    });

    it('keeps every kind of message', async () => {
      const { table } = current();
      const messages = [
        { type: 'done', output: { receipt: [1, null] } },
        { type: 'done' },
        { type: 'error', error: { name: 'RangeError', message: 'no room' } },
        { type: 'stop' },
        { type: 'redrive' },
        { type: 'endPart' },
        { type: 'updatePart', number: 3, limits: { concurrency: 0, tolerated: 12 } },
      ] as const;
      await table.executions.commit(execution(), [message(7, { messages })]);
      expect(await table.journal.readMessages('order-17.0', 'order-17', [7])).toMatchObject([{ messages }]);
    });

    it('writes nothing at all where another commit came first', async () => {
      const { table } = current();
      const first = execution();
      await table.executions.commit(first);
      const outcome = await table.executions.commit(execution({ state: 'other' }), [start]);
      expect(outcome).toEqual({ type: 'conflict', current: first });
      expect(await table.journal.readStart('order-17.0')).toBeUndefined();
      const late = await table.executions.commit(next(next(first)), [message(1)]);
      expect(late).toEqual({ type: 'conflict', current: first });
      expect(await table.journal.readMessages('order-17.0', 'order-17', [1])).toEqual([]);
    });

    it('takes an item that is there already for sent, and leaves it as it is', async () => {
      const { table } = current();
      const first = execution();
      await table.executions.commit(first, [start, message(1)]);
      const other = message(1, { messages: [{ type: 'stop' }] });
      expect(await table.executions.commit(next(first), [other, message(2)])).toEqual({ type: 'committed' });
      expect(await table.journal.readMessages('order-17.0', 'order-17', [1, 2])).toMatchObject([
        { messages: [{ type: 'event' }] },
        { messages: [{ type: 'event', event: { number: 2 } }] },
      ]);
    });

    it('takes ninety items at once', async () => {
      const { table } = current();
      const many = Array.from({ length: 90 }, (_, i) => ({ ...start, receiver: `order-17.${i}` }));
      expect(await table.executions.commit(execution(), many)).toEqual({ type: 'committed' });
      expect(await table.journal.readStart('order-17.89')).toMatchObject({ machine: 'insurance' });
    });

    it('is refused with its size where an item is too large even compressed', async () => {
      const { table } = current();
      const large = { ...start, input: incompressible(700_000) };
      expect(await table.executions.commit(execution(), [large])).toMatchObject({ type: 'tooLarge' });
      expect(await table.executions.read('order-17')).toBeUndefined();
    });

    it('compresses data that does not fit otherwise', async () => {
      const { table } = current();
      const large = { ...start, input: 'x'.repeat(500_000) };
      expect(await table.executions.commit(execution(), [large])).toEqual({ type: 'committed' });
      expect(await table.journal.readStart('order-17.0')).toMatchObject({ input: large.input });
    });
  });

  describe('the stored execution', () => {
    it('keeps its children, what was said, what is still to be said, and what it holds', async () => {
      const { table } = current();
      const talking = execution({
        children: [{ task: 3, machine: 'insurance' }],
        sent: Object.fromEntries([
          ['order-17.3', 2],
          ['__proto__', 1],
          ['constructor', 2],
        ]),
        received: { 'order-17.3': 5 },
        outbox: [start, message(3)],
        held: [
          { reference: 'event#1', event: { type: 'APPROVE', by: 'Ada' } },
          { reference: 'message#order-17.3#5', event: { type: 'PRICED' }, isMessage: true },
        ],
        wakeAt: noon,
      });
      await table.executions.commit(talking);
      expect(await table.executions.read('order-17')).toEqual(talking);
    });

    it('is due while it has still to speak to others, even after its end', async () => {
      const { table } = current();
      const speaking = ended({ outbox: [start], wakeAt: noon });
      await table.executions.commit(speaking);
      expect(await table.executions.read('order-17')).toEqual(speaking);
      const pages = await Promise.all(
        [0, 1, 2].map((shard) => table.index.listDue({ shard, until: noon, limit: 10 })),
      );
      expect(pages.flatMap(({ items }) => items)).toEqual([{ executionId: 'order-17', wakeAt: noon }]);
    });
  });
}
