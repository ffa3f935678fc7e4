import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { execution } from './examples.ts';
import type { Current } from './tableUnderTest.ts';

const notGzip = { B: Buffer.from('not gzip') };
/** JSON, but for two bytes that no text in UTF-8 has. */
const notUtf8 = { B: gzipSync(Buffer.from([0x22, 0xff, 0xfe, 0x22])) };
const notJson = { B: gzipSync('{"unfinished":') };
const text = (value: string) => ({ S: value });

const keyed = (item: string, attributes: Attributes, executionId = 'order-17'): Attributes => ({
  executionId: text(executionId),
  item: text(item),
  ...attributes,
});

const oddStarts: [string, Attributes][] = [
  ['has no machine', keyed('start', {})],
  ['has a machine that is no String', keyed('start', { machine: { N: '5' } })],
  ['has an empty machine', keyed('start', { machine: text('') })],
  ["has a machine with '#'", keyed('start', { machine: text('order#RUNNING') })],
  ['has a version that is no String', keyed('start', { machine: text('order'), version: { N: '3' } })],
  ["has an execution id with '#'", keyed('start', { machine: text('order') }, 'order#17')],
  ["has an execution id with '.'", keyed('start', { machine: text('order') }, 'order.17')],
  ['has an execution id that is too long', keyed('start', { machine: text('order') }, 'x'.repeat(257))],
  ['has an input that is not gzip', keyed('start', { machine: text('order'), input: notGzip })],
  ['has an input that is no JSON', keyed('start', { machine: text('order'), input: notJson })],
  ['has an input that is not UTF-8', keyed('start', { machine: text('order'), input: notUtf8 })],
  ['has an empty version', keyed('start', { machine: text('order'), version: text('') })],
  ['has an object as a JSON text', keyed('start', { machine: text('order'), input: text('{"sku":"mug"}') })],
  ['has a list as a JSON text', keyed('start', { machine: text('order'), input: text(' [1, 2]\n') })],
  ['has a machine that is no String', keyed('start', { machine: { M: {} } })],
  [
    'has a key of stored input that is no String',
    keyed('start', { machine: text('order'), inputAt: { N: '1' } }),
  ],
];

const oddResults: [string, Attributes][] = [
  ['has no status', keyed('task#1#1', { output: text('done') })],
  ['has a status of its own', keyed('task#1#1', { status: text('DONE') })],
  ['has a status that is no String', keyed('task#1#1', { status: { BOOL: true } })],
  ['has an output that is not gzip', keyed('task#1#1', { status: text('SUCCEEDED'), output: notGzip })],
  ['has an error that is no JSON', keyed('task#1#1', { status: text('FAILED'), error: notJson })],
  ['has an output that is not UTF-8', keyed('task#1#1', { status: text('SUCCEEDED'), output: notUtf8 })],
];

const oddEvents: [string, Attributes][] = [
  ['has no type', keyed('event#a', {})],
  ['has a type that is no String', keyed('event#a', { type: { N: '1' } })],
  ['has an empty type', keyed('event#a', { type: text('') })],
  ['has fields that are not a map', keyed('event#a', { type: text('GO'), event: { L: [] } })],
  ['has fields that are not gzip', keyed('event#a', { type: text('GO'), event: notGzip })],
  ['has fields that are not UTF-8', keyed('event#a', { type: text('GO'), event: notUtf8 })],
  ['has fields that are no JSON', keyed('event#a', { type: text('GO'), event: notJson })],
  ['has a control that no one knows', keyed('event#a', { control: text('explode') })],
  ['has a control that is no String', keyed('event#a', { control: { BOOL: true }, type: text('GO') })],
  ['has its fields as a JSON text', keyed('event#a', { type: text('GO'), event: text('{"by":"Ada"}') })],
  [
    'has a redrive to a version that is no String',
    keyed('event#a', { control: text('redrive'), version: { N: '2' } }),
  ],
  ['has a cause that is no String', keyed('event#a', { control: text('stop'), cause: { M: {} } })],
  ['has a patch as a JSON text', keyed('event#a', { control: text('redrive'), input: text('{"amount":2}') })],
];

const oddExecutions: [string, Attributes][] = [
  ['a status of its own', { status: text('DONE') }],
  ['a time that is none', { startedAt: text('yesterday') }],
  ['a version that is no Number', { version: text('1') }],
  ['a state that is not gzip', { snapshot: notGzip }],
  ['an output that is no JSON', { output: notJson }],
  ['tasks without numbers', { tasks: { L: [{ M: { worker: text('charge') } }] } }],
];

/** Anyone who may write to the table may write anything: it must not hold up the other items. */
export function oddItemFeatures(current: Current): void {
  describe('an item that someone wrote by hand', () => {
    it.each(oddStarts)('is a start that says what is wrong where it %s', async (_, item) => {
      const { table, put } = current();
      await put(item);
      const id = item.executionId?.S ?? '';
      expect(await table.journal.readStart(id)).toMatchObject({ kind: 'start', invalid: expect.any(String) });
      expect(await table.journal.readAll(id)).toHaveLength(1);
    });

    it.each(oddResults)('is a failed result where it %s', async (_, item) => {
      const { table, put } = current();
      await put(item);
      expect(await table.journal.readResults('order-17', [{ task: 1, attempt: 1 }])).toMatchObject([
        { result: { status: 'FAILED', error: { name: 'Millrace.InvalidResult', retryable: false } } },
      ]);
    });

    it.each(oddEvents)('is an invalid event where it %s', async (_, item) => {
      const { table, put } = current();
      await put(item);
      expect(await table.journal.readEvents('order-17')).toEqual([
        { kind: 'invalidEvent', reference: 'event#a', problem: expect.any(String) },
      ]);
    });

    it('says to write a Map where it has JSON as a text', async () => {
      const { table, put } = current();
      await put(keyed('start', { machine: text('order'), input: text('{"sku":"mug"}') }));
      expect(await table.journal.readStart('order-17')).toMatchObject({
        invalid: expect.stringMatching(/'input' is a String that holds JSON: write .* as a Map or a List/),
      });
    });

    it.each(['{"sku":"mug"}', '[]', '{', 'mug', ''])(
      'is unlike a client’s start with the text %j as input',
      async (input) => {
        const { table } = current();
        await table.journal.insertStart({ executionId: 'order-17', machine: 'order', input });
        expect(await table.journal.readStart('order-17')).toMatchObject({ input });
        expect(await table.journal.readStart('order-17')).not.toHaveProperty('invalid');
      },
    );

    it('is a result that nothing waits for where its key names no attempt', async () => {
      const { table, put } = current();
      for (const key of ['task#', 'task#1', 'task#1#2#3', 'task#one#1', 'task#1#9999999999']) {
        await put(keyed(key, { status: text('SUCCEEDED') }));
      }
      const journal = await table.journal.readAll('order-17');
      expect(journal).toHaveLength(5);
      for (const entry of journal) expect(entry).toMatchObject({ kind: 'result', task: -1, attempt: -1 });
    });

    it('is a failed result with what can be read of an error in another shape', async () => {
      const { table, put } = current();
      await put(keyed('task#1#1', { status: text('FAILED') }));
      await put(keyed('task#2#1', { status: text('FAILED'), error: text('out of stock') }));
      await put(
        keyed('task#3#1', { status: text('FAILED'), error: { M: { name: text(''), message: { N: '4' } } } }),
      );
      const attempts = [1, 2, 3].map((task) => ({ task, attempt: 1 }));
      const results = await table.journal.readResults('order-17', attempts);
      const errors = results.map(
        (each) => each.kind === 'result' && each.result.status === 'FAILED' && each.result.error,
      );
      expect(errors).toHaveLength(3);
      expect(errors).toEqual(
        expect.arrayContaining([
          { name: 'Error', message: "The item 'task#1#1' has the status FAILED and no error." },
          { $thrown: true, value: 'out of stock' },
          { name: '', message: '4' },
        ]),
      );
    });

    it('may hold sets and binary data, which come as lists and base64', async () => {
      const { table, put } = current();
      const event = { M: { names: { SS: ['a'] }, sizes: { NS: ['1'] }, photo: { B: Buffer.from('hi') } } };
      await put(keyed('event#a', { type: text('GO'), event }));
      expect(await table.journal.readEvents('order-17')).toMatchObject([
        { kind: 'event', fields: { names: ['a'], sizes: [1], photo: 'aGk=' } },
      ]);
    });

    it('is not a part of the journal where its key is none of ours', async () => {
      const { table, put } = current();
      await put(keyed('note', { text: text('call the customer') }));
      await put(keyed('events', { type: text('GO') }));
      expect(await table.journal.readAll('order-17')).toEqual([]);
      expect((await table.executions.readHistory('order-17')).journal).toEqual([]);
    });

    it.each(oddExecutions)('is an unreadable execution with %s', async (_, change) => {
      const { table, put, get } = current();
      await table.executions.commit(execution());
      await put({ ...(await get('order-17', 'execution')), ...change });
      await expect(table.executions.read('order-17')).rejects.toMatchObject({ code: 'UnreadableExecution' });
    });
  });
}
