import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawEventSourceFaults } from '../../local/eventSource/faults.ts';
import type { BusEvent } from '../../orchestrator/bus/bus.ts';
import { eventually } from '../support/eventually.ts';
import { startItem, startTestCloud, type TestCloud } from './testCloud.ts';

const executionIds = Array.from({ length: 25 }, (_, i) => `herald-${i}`);
const eventSource = drawEventSourceFaults({
  seed: 3,
  duplicateRecord: 0.15,
  duplicateBatch: 0.3,
  delay: 0.15,
  maximumDelayMs: 300,
});
/** How often an id was refused. */
const refusals = new Map<string, number>();
/** Refused for longer than the publisher tries by itself: the stream has to deliver it again. */
const stubborn = 'herald-3/1/0';

let directory: string;
let cloud: TestCloud;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-bus-e2e-'));
  const file = join(directory, 'taken.ndjson');
  const module = join(directory, 'bus.mjs');
  await writeFile(file, '');
  await writeFile(
    module,
    `import { appendFile } from 'node:fs/promises';
export const bus = {
  async publish(events) {
    await appendFile(${JSON.stringify(file)}, events.map((event) => JSON.stringify(event) + '\\n').join(''));
    return { failures: [] };
  },
};
`,
  );
  cloud = await startTestCloud({
    bus: { module },
    faults: {
      lambda: { seed: 11, functionNames: ['millrace-orchestrator', 'millrace-publisher'], crash: 0.1 },
      bus: {
        eventSource,
        refuse: ({ detail: { id } }) => {
          const times = id === stubborn ? 6 : /[37]\/\d+\/\d+$/.test(id) ? 1 : 0;
          const before = refusals.get(id) ?? 0;
          if (before >= times) return undefined;
          refusals.set(id, before + 1);
          return 'not yet';
        },
      },
    },
  });
  for (const [from, id] of executionIds.entries()) {
    await cloud.put(startItem(id, 'herald', { M: { from: { N: String(from) } } }));
  }
});
afterAll(async () => {
  await cloud?.stop();
  await rm(directory, { recursive: true, force: true });
});

function contentOf({ detail }: BusEvent): unknown {
  return 'event' in detail ? detail.event : detail.status;
}

function expected(from: number): unknown[] {
  return [
    'RUNNING',
    { type: 'called', what: `I count from ${from}` },
    { type: 'counted', sum: from + 1 },
    { type: 'called', what: 'done' },
    'SUCCEEDED',
  ];
}

/** By execution, each id once, in the order of the ids. */
function distinct(events: readonly BusEvent[]): Map<string, BusEvent[]> {
  const byId = new Map(events.map((event) => [event.detail.id, event]));
  const key = ({ detail }: BusEvent) => detail.id.split('/').slice(1).map(Number);
  const sorted = [...byId.values()].sort((a, b) => {
    const [[aVersion = 0, aIndex = 0], [bVersion = 0, bIndex = 0]] = [key(a), key(b)];
    return aVersion - bVersion || aIndex - bIndex;
  });
  const groups = new Map<string, BusEvent[]>();
  for (const event of sorted) {
    const { executionId } = event.detail;
    groups.set(executionId, [...(groups.get(executionId) ?? []), event]);
  }
  return groups;
}

describe('with processes of orchestrator and publisher that are killed, a stream that repeats and a bus that refuses', () => {
  it('every change of status and everything emitted reaches the bus', async () => {
    const bus = cloud.cloud.bus;
    const isComplete = (events: readonly BusEvent[]) =>
      executionIds.every((id) =>
        events.some(
          ({ detail }) => detail.executionId === id && 'status' in detail && detail.stopDate !== null,
        ),
      );
    await eventually(async () => bus?.events() ?? [], isComplete, {
      what: 'the bus',
      timeoutMs: 60_000,
    });
    await cloud.cloud.settled();
    const byExecution = distinct(bus?.events() ?? []);
    for (const [from, id] of executionIds.entries()) {
      expect(byExecution.get(id)?.map(contentOf), id).toEqual(expected(from));
    }
    expect(refusals.size).toBeGreaterThan(1);
    expect(cloud.output.filter((line) => line.includes('"busFailed"'))).not.toEqual([]);
    expect(cloud.output.filter((line) => line.startsWith('bus:'))).toEqual([]);
  }, 90_000);

  it('and a bus of the user’s own beside it', async () => {
    const lines = (await readFile(join(directory, 'taken.ndjson'), 'utf8')).trim().split('\n');
    const byExecution = distinct(lines.map((line) => JSON.parse(line) as BusEvent));
    for (const [from, id] of executionIds.entries()) {
      expect(byExecution.get(id)?.map(contentOf), id).toEqual(expected(from));
    }
  });
});
