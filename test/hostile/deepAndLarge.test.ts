import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { careful, hoarder } from '../support/brokenMachines.ts';
import { addWorker, sequential } from '../support/machines.ts';

const megabyte = 1024 * 1024;
const nested = (levels: number, open: string, close: string) =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;

/** Each takes no more than 20 KB as an item. */
const unreadable: [string, string][] = [
  ['lists, 1,001 levels deep', nested(1001, '[', ']')],
  ['lists, a million levels deep', nested(1_000_000, '[', ']')],
  ['maps, a million levels deep', nested(1_000_000, '{"a":', '}')],
  ['a text of 17 MB', JSON.stringify('x'.repeat(17 * megabyte))],
  ['a text of 100 MB', JSON.stringify('x'.repeat(100 * megabyte))],
];

async function run(json: string) {
  const cloud = new SimulatedCloud([hoarder, careful, sequential(3)], { ...addWorker, work: () => 1 });
  const B = gzipSync(json);
  const put = (executionId: string, item: string, attributes: object) =>
    cloud.table.put({ executionId: { S: executionId }, item: { S: item }, ...attributes });
  await cloud.start('sequential', 'neighbour', { M: { from: { N: '1' } } });
  put('start', 'start', { machine: { S: 'sequential' }, input: { B } });
  await cloud.start('careful', 'output');
  put('output', 'task#0#1', { status: { S: 'SUCCEEDED' }, output: { B } });
  await cloud.start('careful', 'error');
  put('error', 'task#0#1', { status: { S: 'FAILED' }, error: { B } });
  await cloud.start('hoarder', 'event');
  put('event', 'event#1', { type: { S: 'KEEP' }, event: { B: gzipSync(`{"what":${json}}`) } });
  put('event', 'event#2', { control: { S: 'redrive' }, input: { B } });
  await cloud.advance(60_000);
  const ignored = async (executionId: string) =>
    parseLog((await cloud.execution(executionId)).log).flatMap(({ reference, verdict }) =>
      verdict.type === 'ignored' ? [`${reference}: ${verdict.reason}`] : [],
    );
  return { cloud, ignored };
}

describe('compressed data that is small as an item, and huge or deep as what it unpacks to', () => {
  it.each(unreadable)('is refused, and touches nothing else: %s', async (_, json) => {
    const { cloud, ignored } = await run(json);
    expect(await cloud.execution('start')).toMatchObject({
      status: 'FAILED',
      error: { code: 'InvalidStart' },
    });
    for (const id of ['output', 'error']) {
      expect(await cloud.execution(id)).toMatchObject({ state: 'failed' });
    }
    expect((await cloud.execution('output')).output).toMatchObject({
      problem: { name: 'Millrace.InvalidResult' },
    });
    expect(await ignored('event')).toEqual(['event#1: InvalidEvent', 'event#2: InvalidEvent']);
    expect((await cloud.execution('neighbour')).status).toBe('SUCCEEDED');
    expect(cloud.reports).toEqual([]);
  });

  it('fails an execution whose state it makes too large, which stays readable', async () => {
    // Small enough to be taken in; the state has it twice, as context and as output.
    const { cloud } = await run(JSON.stringify('x'.repeat(15 * megabyte)));
    expect(await cloud.execution('output')).toMatchObject({
      status: 'FAILED',
      error: { code: 'StateTooLarge' },
    });
    expect((await cloud.execution('neighbour')).status).toBe('SUCCEEDED');
  });
});
