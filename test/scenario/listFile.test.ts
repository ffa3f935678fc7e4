import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { listTask } from '../../orchestrator/core/policy/listFiles.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { StoredJson } from '../../orchestrator/store/storedJson.ts';
import { attributesSize } from '../../orchestrator/table/attributes.ts';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import type { Workers } from '../../testing/simulatedLambda.ts';
import { type EachOptions, eachFromFile, type ListSummary, worker } from '../../workers/index.ts';
import { listTaskOf } from '../../workers/lists/listTasks.ts';
import type { Task } from '../../workers/runTask.ts';

interface Row {
  readonly number: number;
}

function importer(options: EachOptions) {
  return setup({
    types: {
      input: {} as { file: string },
      context: {} as { file: string; summary: ListSummary | null; error: unknown },
      output: {} as { summary: ListSummary | null; error: unknown },
    },
    actors: {
      store: eachFromFile(
        worker<Row, number>({ timeout: '10s', retry: { maxAttempts: 8, interval: '1s' } }),
        options,
      ),
    },
  }).createMachine({
    id: 'importer',
    context: ({ input }) => ({ ...input, summary: null, error: null }),
    initial: 'storing',
    output: ({ context: { summary, error } }) => ({ summary, error }),
    states: {
      storing: {
        invoke: {
          src: 'store',
          input: ({ context }) => ({ items: context.file }),
          onDone: { target: 'done', actions: assign({ summary: ({ event }) => event.output }) },
          onError: { target: 'done', actions: assign({ error: ({ event }) => event.error }) },
        },
      },
      done: { type: 'final' },
    },
  });
}

/** A cloud with a store, and a worker host that does its part. */
function cloudWith(options: EachOptions, workers: Workers, faults?: DeliveryFaults) {
  const store = new MemoryStore();
  const data = new StoredJson(store);
  const hostTask = (name: string) => (input: never, task: Task) => {
    const work = listTaskOf(name);
    if (!work) throw new Error(`The worker host has no '${name}'.`);
    return work(input satisfies Json, task, {
      table: cloud.table,
      data,
      store,
      now: () => cloud.now,
    });
  };
  const all = {
    ...workers,
    [listTask.split]: hostTask(listTask.split),
    [listTask.collect]: hostTask(listTask.collect),
  };
  const cloud: SimulatedCloud = new SimulatedCloud([importer(options)], all, faults, data);
  return { cloud, store };
}

function rows(count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, number) => `{"number":${number}}\n`).join(''));
}

async function linesAt(store: MemoryStore, keys: readonly string[]): Promise<unknown[]> {
  const texts = await Promise.all(
    keys.map(async (key) => Buffer.from(await store.get(key)).toString('utf8')),
  );
  return texts.flatMap((text) => text.trim().split('\n')).map((line) => JSON.parse(line));
}

const double: Workers = { store: ({ number }: Row) => 2 * number };
const deliveries: [name: string, faults: DeliveryFaults[]][] = [
  ['delivered plainly', [{ seed: 1 }]],
  [
    'with every delivery unkind',
    [1, 2, 3].map((seed) => ({
      seed,
      duplicate: 0.2,
      maximumDelayMs: 2000,
      crashAfterCommit: 0.02,
      throttleCommit: 0.02,
      throttleInvoke: 0.05,
      duplicateInvoke: 0.1,
      loseInvoke: 0.01,
    })),
  ],
];

describe.each(deliveries)('the items of a file, %s', (_, runs) => {
  it('are worked on, and what becomes of them is written beside it, in their order', async () => {
    for (const faults of runs) {
      const workers: Workers = {
        store: ({ number }: Row) => {
          if (number % 100 === 7) throw new RangeError(`${number} is too much`);
          return 2 * number;
        },
      };
      const options = { concurrency: 30, tolerateFailures: '2%' } as const;
      const { cloud, store } = cloudWith(options, workers, { ...faults, loseInvoke: 0 });
      await store.put('imports/rows.ndjson', rows(450));
      await cloud.start('importer', 'i1', { M: { file: { S: 'imports/rows.ndjson' } } });
      await cloud.advance(3_600_000);
      const { output } = await cloud.execution('i1');
      const results = 'imports/rows.ndjson.results/i1.0/manifest.json';
      expect(output, `seed ${faults.seed}`).toMatchObject({
        error: null,
        summary: { count: 450, succeeded: 445, failed: 5, results },
      });
      const [manifest] = await linesAt(store, [results]);
      expect(manifest).toMatchObject({ count: 450, succeeded: 445, failed: 5 });
      const { files } = manifest as { files: string[] };
      expect(files).toHaveLength(3);
      expect(await linesAt(store, files)).toEqual(
        Array.from({ length: 450 }, (_, number) =>
          number % 100 === 7
            ? { index: number, error: expect.objectContaining({ name: 'RangeError' }) }
            : { index: number, output: 2 * number },
        ),
      );
    }
  });

  it('fail the whole where more fail than is tolerated', async () => {
    for (const faults of runs) {
      const workers: Workers = {
        store: () => {
          throw Object.assign(new RangeError('no'), { retryable: false });
        },
      };
      const { cloud, store } = cloudWith({ concurrency: 10, tolerateFailures: '1%' }, workers, {
        ...faults,
        loseInvoke: 0,
      });
      await store.put('rows.ndjson', rows(450));
      await cloud.start('importer', 'i1', { M: { file: { S: 'rows.ndjson' } } });
      await cloud.advance(3_600_000);
      expect((await cloud.execution('i1')).output).toMatchObject({
        summary: null,
        error: {
          name: 'States.ExceedToleratedFailureThreshold',
          count: 450,
          errors: [{ name: 'RangeError' }, {}, {}, {}, {}],
        },
      });
      expect(cloud.table.allExecutions().filter(({ status }) => status === 'RUNNING')).toEqual([]);
    }
  });
});

describe('a file of items', () => {
  async function importOf(file: string, content?: Buffer) {
    const { cloud, store } = cloudWith({}, double);
    if (content) await store.put(file, content);
    let largest = 0;
    const { put } = cloud.table;
    cloud.table.put = (item) => {
      largest = Math.max(largest, attributesSize(item));
      put.call(cloud.table, item);
    };
    await cloud.start('importer', 'i1', { M: { file: { S: file } } });
    await cloud.advance(600_000);
    const { output } = await cloud.execution('i1');
    return { output: output as { summary: ListSummary | null; error: unknown }, largest, store };
  }

  it('may be far larger than any item of the table', async () => {
    const line = (number: number) => `${JSON.stringify({ number, text: 'x'.repeat(5000) })}\n`;
    const content = Buffer.from(Array.from({ length: 600 }, (_, number) => line(number)).join(''));
    const { output, largest } = await importOf('large.ndjson', content);
    expect(output.summary).toMatchObject({ count: 600, succeeded: 600 });
    expect(largest).toBeLessThanOrEqual(4096);
  });

  it('may have a few items, or none', async () => {
    expect(
      (await importOf('few.json', Buffer.from('[{"number":1},{"number":2}]'))).output.summary,
    ).toMatchObject({
      count: 2,
      succeeded: 2,
    });
    expect((await importOf('none.csv', Buffer.from('number\n'))).output.summary).toMatchObject({ count: 0 });
  });

  it('may have any name that a file can have', async () => {
    const { output, store } = await importOf('ünï cödé/Q1 #2 (final).ndjson', rows(3));
    expect(output.summary).toMatchObject({ count: 3, succeeded: 3 });
    const { files } = (await linesAt(store, [output.summary?.results ?? '']))[0] as { files: string[] };
    expect(await linesAt(store, files)).toHaveLength(3);
  });

  it.each([
    ['that is not there', 'missing.ndjson', undefined],
    ['that cannot be read', 'broken.ndjson', Buffer.from('{')],
    ['whose name says no format', 'rows.txt', Buffer.from('1')],
    ['that is not in the store', 'file:///etc/passwd', undefined],
    ['outside of the store', '../passwd.json', undefined],
    ['beside which its results would have too long a key', `${'x'.repeat(190)}.ndjson`, Buffer.from('1')],
  ])('%s fails the each', async (_, file, content) => {
    const { output } = await importOf(file, content);
    expect(output.summary).toBeNull();
    expect(output.error).toMatchObject({
      name: 'States.ItemReaderFailed',
    });
  });
});
