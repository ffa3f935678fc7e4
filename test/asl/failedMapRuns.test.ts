import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { machineOf } from '../../asl/index.ts';
import type { Json } from '../../asl/json.ts';
import { parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { replay } from '../../orchestrator/core/execution/replay/recording.ts';
import { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { StoredJson } from '../../orchestrator/store/storedJson.ts';
import { noLists, withListResults } from '../../orchestrator/table/listResults.ts';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { seeds } from '../support/seeds.ts';
import { unkindDelivery } from '../support/unkindDelivery.ts';

type Fields = { readonly [key: string]: Json };

const deliveries: [name: string, faults: DeliveryFaults[]][] = [
  ['delivered plainly', [{ seed: 1 }]],
  ['delivered twice and late', [1, 2].map((seed) => ({ seed, duplicate: 1, maximumDelayMs: 3000 }))],
  ['with every delivery unkind', seeds(9).map((seed) => ({ seed, ...unkindDelivery, loseInvoke: 0 }))],
];

/** A distributed Map whose results are written, over items that a function works on. */
function mapOf(more: Fields = {}): Fields {
  return {
    StartAt: 'Map',
    States: {
      Map: {
        Type: 'Map',
        ItemsPath: '$.list',
        MaxConcurrency: 2,
        Label: 'run',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Work',
          States: {
            Work: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:1:function:work', End: true },
          },
        },
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Parameters: { Bucket: 'files', Prefix: 'results' },
        },
        End: true,
        ...more,
      },
    },
  };
}

/** The items that the function refuses. It can be repaired. */
class Work {
  readonly refused: Set<number>;
  readonly begun: number[] = [];

  constructor(refused: readonly number[]) {
    this.refused = new Set(refused);
  }

  readonly work = (input: unknown): Json => {
    const value = numberIn(Reflect.get(Object(input), 'Payload'));
    this.begun.push(value);
    if (this.refused.has(value)) {
      throw Object.assign(new Error(`not ${value}`), { name: 'Refused', retryable: false });
    }
    return value * 10;
  };
}

function numberIn(input: unknown): number {
  return typeof input === 'object' && input !== null ? Number(Reflect.get(input, 'n')) : Number(input);
}

async function start(
  definition: Fields,
  list: readonly Json[],
  { work }: Work,
  { onStore, ...faults }: DeliveryFaults & { readonly onStore?: (store: MemoryStore) => void } = { seed: 1 },
  files: Readonly<Record<string, string>> = {},
) {
  const store = new MemoryStore(() => Date.parse('2026-01-01T00:00:00Z'));
  for (const [key, content] of Object.entries(files)) await store.put(`files/${key}`, Buffer.from(content));
  onStore?.(store);
  const machine = machineOf(definition, { id: 'm' });
  const cloud = new SimulatedCloud([machine], { 'Map/Work': work }, faults, new StoredJson(store), store);
  await cloud.start('m', 'e', { M: marshall({ list }) });
  await cloud.advance(600_000);
  /** The manifest and the files that it names, as the status and the value of each item. */
  const written = () => {
    const keys = [...store.objects.keys()].filter((key) => key.endsWith('/manifest.json'));
    expect(keys).toHaveLength(1);
    const textAt = (key: string) => JSON.parse(Buffer.from(store.objects.get(key) ?? []).toString());
    const { ResultFiles } = textAt(keys[0] ?? '');
    const itemsIn = (files: readonly { Key: string; Size: number }[]) =>
      files.flatMap(({ Key, Size }) => {
        expect(store.objects.get(`files/${Key}`)?.length).toBe(Size);
        return textAt(`files/${Key}`).map((entry: { Status: string; Input: string }) => [
          entry.Status,
          numberIn(JSON.parse(entry.Input)),
        ]);
      });
    return {
      names: Object.values(ResultFiles as Record<string, readonly { Key: string }[]>).flatMap((of) =>
        of.map(({ Key }) => Key.split('/').at(-1)),
      ),
      succeeded: itemsIn(ResultFiles.SUCCEEDED),
      failed: itemsIn(ResultFiles.FAILED),
      pending: itemsIn(ResultFiles.PENDING),
    };
  };
  const outcome = async () => {
    const { status, output, error } = await cloud.execution('e');
    return { status, output, error: error && [error.name, error.message] };
  };
  let redrives = 0;
  const redrive = async () => {
    await cloud.control('e', 'redrive', `redrive ${++redrives}`);
    await cloud.advance(600_000);
  };
  const replays = async () => {
    const lookup = machineLookup([prepareMachine(machine)]);
    const { journal, segments, execution } = await cloud.table.executions.readHistory('e');
    const log = [...segments, execution?.log ?? ''].flatMap(parseLog);
    const lists = noLists();
    const given = { executionId: 'e', machineVersion: execution?.machineVersion ?? '', journal, log };
    const replayed = await withListResults(cloud.table, 'e', lists, () =>
      [...replay(lookup, { ...given, ...lists })].at(-1),
    );
    expect(replayed?.snapshot).toBe(execution?.snapshot);
  };
  return { written, outcome, redrive, replays, store };
}

const threshold = [
  'States.ExceedToleratedFailureThreshold',
  'The specified tolerated failure threshold was exceeded',
];

describe.each(deliveries)('a Map run that fails, with a ResultWriter, %s', (_, runs) => {
  it('writes what succeeded, what failed and what was not done, and fails as it does without one', async () => {
    for (const faults of runs) {
      const work = new Work([3]);
      const list = Array.from({ length: 10 }, (_, value) => value);
      const { written, outcome, replays } = await start(mapOf(), list, work, faults);
      expect(await outcome()).toMatchObject({ status: 'FAILED', error: threshold });
      const { succeeded, failed, pending } = written();
      expect(failed).toContainEqual(['FAILED', 3]);
      expect(failed.filter(([status]: string[]) => status !== 'ABORTED')).toHaveLength(1);
      expect(succeeded.length).toBeGreaterThan(0);
      expect(pending.length).toBeGreaterThan(0);
      const all = [...succeeded, ...failed, ...pending].map(([, value]) => value);
      expect(all.sort((a, b) => a - b)).toEqual(list);
      for (const [, value] of pending) expect(work.begun).not.toContain(value);
      await replays();
    }
  });

  it('works again on every item that has not succeeded after a redrive, tolerated failures too', async () => {
    for (const faults of runs) {
      const work = new Work([1, 4, 6]);
      const list = Array.from({ length: 10 }, (_, n) => ({ n }));
      const definition = mapOf({ ToleratedFailureCount: 1, ItemSelector: { 'n.$': '$$.Map.Item.Value.n' } });
      const { written, outcome, redrive, replays } = await start(definition, list, work, faults);
      expect(await outcome()).toMatchObject({ status: 'FAILED', error: threshold });
      const before = written().succeeded;
      work.refused.clear();
      work.refused.add(6);
      work.begun.length = 0;
      await redrive();
      expect(await outcome()).toMatchObject({
        status: 'SUCCEEDED',
        output: { ResultWriterDetails: { Bucket: 'files' } },
      });
      const { succeeded, failed, pending, names } = written();
      expect(failed).toEqual([['FAILED', 6]]);
      expect(pending).toEqual([]);
      expect(succeeded.map(([, value]) => value).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 7, 8, 9]);
      expect(names).toEqual(['FAILED_0.json', 'SUCCEEDED_0.json', 'SUCCEEDED_1.json']);
      for (const [, value] of before) expect(work.begun).not.toContain(value);
      await replays();
    }
  });
});

describe('a Map run that fails, with a ResultWriter', () => {
  it('may fail again after a redrive, and succeed after the next', async () => {
    const work = new Work([1, 5]);
    const list = [0, 1, 2, 3, 4, 5];
    const { written, outcome, redrive, replays } = await start(mapOf({ MaxConcurrency: 1 }), list, work);
    expect(written()).toMatchObject({ succeeded: [['SUCCEEDED', 0]], pending: { length: 4 } });
    work.refused.delete(1);
    await redrive();
    expect(await outcome()).toMatchObject({ status: 'FAILED', error: threshold });
    expect(written()).toMatchObject({ succeeded: { length: 5 }, failed: [['FAILED', 5]], pending: [] });
    await redrive();
    expect(await outcome()).toMatchObject({ status: 'FAILED' });
    work.refused.clear();
    await redrive();
    expect(await outcome()).toMatchObject({ status: 'SUCCEEDED' });
    expect(written()).toMatchObject({ succeeded: { length: 6 }, failed: [], pending: [] });
    expect(work.begun).toEqual([0, 1, 1, 2, 3, 4, 5, 5, 5]);
    await replays();
  });

  it('leads to the state of a catcher', async () => {
    const { States } = mapOf({
      Catch: [{ ErrorEquals: [threshold[0] ?? ''], ResultPath: null, Next: 'Caught' }],
    });
    const definition = { StartAt: 'Map', States: { ...(States as Fields), Caught: { Type: 'Succeed' } } };
    const { written, outcome } = await start(definition, [0], new Work([0]));
    expect(await outcome()).toMatchObject({ status: 'SUCCEEDED', output: { list: [0] } });
    expect(written()).toMatchObject({ failed: [['FAILED', 0]] });
  });

  it('begins again with a retrier, in a run of its own', async () => {
    const work = new Work([2]);
    const definition = mapOf({ Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }], MaxConcurrency: 1 });
    const { outcome, store } = await start(definition, [1, 2], work);
    expect(await outcome()).toMatchObject({ status: 'FAILED', error: threshold });
    expect([...store.objects.keys()].filter((key) => key.endsWith('/manifest.json'))).toHaveLength(2);
    expect(work.begun).toEqual([1, 2, 1, 2]);
  });

  it('fails in the same way where the results cannot be written, and writes them after a redrive', async () => {
    const work = new Work([1]);
    const { written, outcome, redrive, store } = await start(mapOf({ MaxConcurrency: 1 }), [0, 1, 2], work, {
      seed: 1,
      onStore: (broken) => {
        broken.put = (key) => Promise.reject(new Error(`No access to '${key}'.`));
      },
    });
    expect(await outcome()).toMatchObject({ status: 'FAILED', error: threshold });
    expect([...store.objects.keys()]).toEqual([]);
    work.refused.clear();
    Reflect.deleteProperty(store, 'put');
    await redrive();
    expect(await outcome()).toMatchObject({ status: 'SUCCEEDED' });
    expect(written()).toMatchObject({ succeeded: { length: 3 }, failed: [], pending: [] });
    expect(work.begun).toEqual([0, 1, 1, 2]);
  });

  it('reads the items of a file once more after a redrive', async () => {
    const work = new Work([3]);
    const { ItemsPath: _, ...state } = (mapOf().States as { Map: Fields }).Map;
    const definition = {
      StartAt: 'Map',
      States: {
        Map: {
          ...state,
          ItemReader: {
            Resource: 'arn:aws:states:::s3:getObject',
            Parameters: { Bucket: 'files', Key: 'file.json' },
            ReaderConfig: { InputType: 'JSON' },
          },
        },
      },
    };
    const files = { 'file.json': JSON.stringify([1, 2, 3, 4, 5].map((n) => ({ n }))) };
    const { written, outcome, redrive, replays } = await start(definition, [], work, { seed: 1 }, files);
    expect(await outcome()).toMatchObject({ status: 'FAILED', error: threshold });
    work.refused.clear();
    await redrive();
    expect(await outcome()).toMatchObject({ status: 'SUCCEEDED' });
    expect(written()).toMatchObject({ succeeded: { length: 5 }, failed: [], pending: [] });
    await replays();
  });
});
