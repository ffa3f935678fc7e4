import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { createClient } from '../../client/client.ts';
import type { DoctorOptions, DoctorProgress } from '../../client/doctor/options.ts';
import type { MillraceClient, TreatedFinding } from '../../client/index.ts';
import { startTestTable, type TestTable } from './testTable.ts';

let testTable: TestTable;
let client: MillraceClient;
const starts = 400;
const large = 20;

beforeAll(async () => {
  testTable = await startTestTable();
  const { dynamodb, tableName } = testTable;
  client = createClient({ dynamodb, tableName, sleep: async () => {} });
  const inputs = Array.from({ length: starts }, (_, i) => ({
    executionId: `e-${i}`,
    input: i < large ? 'x'.repeat(300_000) : i,
  }));
  for await (const _ of client.startMany('order', inputs));
  for (let i = 0; i < starts; i += 7) {
    for (const eventId of ['a', 'b', 'c']) await client.send(`e-${i}`, { type: 'HURRY' }, { eventId });
  }
});
afterAll(() => testTable.stop());

async function round(options: DoctorOptions = {}): Promise<TreatedFinding[]> {
  const found: TreatedFinding[] = [];
  for await (const finding of client.doctor({ isDryRun: true, graceMs: 0, ...options })) found.push(finding);
  return found;
}

const idsOf = (findings: readonly TreatedFinding[]) => findings.map(({ executionId }) => executionId).sort();
const all = Array.from({ length: starts }, (_, i) => `e-${i}`).sort();

describe('the doctor, on a table of many pages', () => {
  it.each([{ segments: 1 }, { segments: 8 }, { segments: 3, pageSize: 17 }, { segments: 1, pageSize: 1 }])(
    'looks at every execution once: %j',
    async (options) => {
      let last: DoctorProgress | undefined;
      const found = await round({
        ...options,
        onProgress: (progress) => {
          last = progress;
        },
      });
      expect(idsOf(found)).toEqual(all);
      expect(last).toMatchObject({
        executions: starts,
        findings: starts,
        segments: options.segments,
        segmentsDone: options.segments,
      });
      expect(last?.readUnits).toBeGreaterThan(large * 30);
    },
  );

  it('misses nothing when it goes on from any cursor, and does not start again', async () => {
    const found: TreatedFinding[] = [];
    const places: { readonly cursor: string; readonly before: readonly string[] }[] = [];
    const options = { isDryRun: true, graceMs: 0, segments: 3, pageSize: 23 };
    const onProgress = ({ cursor }: DoctorProgress) => {
      places.push({ cursor, before: idsOf(found) });
    };
    for await (const finding of client.doctor({ ...options, onProgress })) found.push(finding);
    for (const { cursor, before } of places.filter((_, i) => i % 5 === 4)) {
      const after = idsOf(await round({ from: cursor, pageSize: 23 }));
      expect(new Set([...before, ...after])).toEqual(new Set(all));
      // A page of each segment, and what was worked on beside it, may be looked at twice.
      expect(after.length).toBeLessThan(starts - before.length + 3 * 5 * 23);
    }
    const end = places.at(-1)?.cursor ?? '';
    expect(await round({ from: end })).toEqual([]);
  });

  it('keeps to the read units a second that it is given', async () => {
    let clock = 0;
    const { dynamodb, tableName } = testTable;
    const paced = createClient({
      dynamodb,
      tableName,
      now: () => Date.now() + clock,
      sleep: async (ms) => {
        clock += ms;
      },
    });
    let readUnits = 0;
    const onProgress = (progress: DoctorProgress) => {
      readUnits = progress.readUnits;
    };
    const options = {
      isDryRun: true,
      graceMs: 0,
      segments: 1,
      pageSize: 20,
      readUnitsPerSecond: 100,
      onProgress,
    };
    for await (const _ of paced.doctor(options));
    expect(readUnits).toBeGreaterThan(500);
    expect(clock).toBeGreaterThan((readUnits / 100) * 1000 * 0.5);
  });

  it('refuses a cursor that no run has answered with, or other segments than its own', async () => {
    await expect(round({ from: 'x' })).rejects.toMatchObject({ code: 'InvalidCursor' });
    let cursor = '';
    await round({
      onProgress: (progress) => {
        cursor = progress.cursor;
      },
    });
    await expect(round({ from: cursor, segments: 5 })).rejects.toMatchObject({ code: 'InvalidCursor' });
  });

  it('says that there is no recovery function to repair with, and whom to ask', async () => {
    const { dynamodb, tableName } = testTable;
    const { startLambda } = await import('../../local/lambda/index.ts');
    const lambda = await startLambda({ functions: [], environment: {} });
    const alone = createClient({
      dynamodb,
      tableName,
      functionPrefix: 'other-',
      sleep: async () => {},
      lambda: {
        endpoint: lambda.endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      },
    });
    try {
      const findings = alone.doctor({ graceMs: 0 });
      await expect(findings.next()).rejects.toMatchObject({
        code: 'RecoveryUnavailable',
        message: expect.stringContaining("'other-recovery'"),
      });
    } finally {
      await lambda.stop();
    }
  });

  it('finds the executions of one machine alone, by the machine or by its id', async () => {
    await client.start('invoice', { executionId: 'i-1' });
    await client.send('unknown', { type: 'HURRY' });
    expect(idsOf(await round({ machine: 'invoice' }))).toEqual(['i-1']);
    expect(idsOf(await round({ machine: createMachine({ id: 'invoice' }) }))).toEqual(['i-1']);
    expect(idsOf(await round({ machine: 'order', pageSize: 17 }))).toEqual(all);
    await expect(round({ machine: 'a#b' })).rejects.toMatchObject({ code: 'InvalidMachineId' });
  });
});
