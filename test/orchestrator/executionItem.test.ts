import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import { attributesSize } from '../../orchestrator/table/attributes.ts';
import { decodeExecution, encodeExecution, logRoom } from '../../orchestrator/table/executionItem.ts';
import { deflatedLogBytes, logTextOf, segmentLog } from '../../orchestrator/table/logText.ts';

const layout = { indexShards: 4, retentionDays: 90 };
const execution: Execution = {
  executionId: 'order-17',
  machine: 'order',
  status: 'RUNNING',
  version: 7,
  startedAt: 1_800_000_000_000,
  updatedAt: 1_800_000_001_000,
  tasks: [],
  log: '=abc+;i1#1~3=["book",0,1]',
  logSegments: 0,
  snapshot: '{"value":"booked"}',
  wakeAt: 1_800_000_900_000,
};

const changes: readonly Partial<Execution>[] = [
  { executionId: 'order-18' },
  { version: 8 },
  { snapshot: '{"value":"paid"}' },
  { output: { paid: true } },
  { logSegments: 1 },
];

test.each(changes)('the item after one of another execution has none of its parts: %j', (change) => {
  const other = { ...execution, ...change };
  logRoom(execution, layout);
  expect(decoded(other)).toEqual(other);
  expect(decoded(execution)).toEqual(execution);
});

test('an execution that lost a part has an item without it', () => {
  const { snapshot: _, ...rest } = execution;
  logRoom(execution, layout);
  expect(decoded(rest)).toEqual(rest);
});

test('the item after one of another layout is of its own layout', () => {
  const partition = (shards: number) => {
    const encoded = encodeExecution(execution, { ...layout, indexShards: shards });
    return encoded.type === 'item' ? JSON.stringify(encoded.item) : '';
  };
  expect(partition(1)).not.toBe(partition(64));
});

test('the room of a log is what its item has left of its write units, whatever the log was before', () => {
  const room = logRoom(execution, layout);
  const log = (length: number) => ({ ...execution, log: `=${'a'.repeat(length - 1)}` });
  expect(bytesOf(log(room))).toBe(1024);
  expect(logRoom(log(500), layout)).toBe(room);
});

test('beside a compressed state, too, a log of one short result costs nothing where it fits into its room', () => {
  const timers = Array.from({ length: 40 }, (_, n) => `{"event":{"type":"B"},"dueAt":${n}}`);
  const snapshot = `{"timers":[${timers}]}`;
  const rooms = Array.from({ length: 1024 }, (_, n) => {
    const long = { ...execution, executionId: 'o'.repeat(n + 1), snapshot };
    return {
      room: logRoom(long, layout),
      bytes: storedBytes(long),
      empty: storedBytes({ ...long, log: '' }),
    };
  });
  const close = rooms.filter(({ room }) => room >= execution.log.length && room < 40);
  expect(close.length).toBeGreaterThan(10);
  for (const { bytes, empty } of close) expect(Math.ceil(bytes / 1024)).toBe(Math.ceil(empty / 1024));
});

test.each([10, 60, 300])('a log of %d inlined results is deflated as zlib does it by default', (entries) => {
  const texts = Array.from({ length: entries }, (_, n) => `;i${n}#1~${n}=["book",${n * 7},"é${n ** 3}"]`);
  const log = `=abc+${texts.join('')}`;
  expect(logTextOf(segmentLog(log))).toBe(log);
  expect(deflatedLogBytes(log)).toBe(deflateRawSync(log).length);
});

function decoded(given: Execution): Execution {
  const encoded = encodeExecution(given, layout);
  if (encoded.type === 'tooLarge') throw new Error('It is small.');
  return decodeExecution(encoded.item);
}

function storedBytes(given: Execution): number {
  const encoded = encodeExecution(given, layout);
  if (encoded.type === 'tooLarge') throw new Error('It is small.');
  return attributesSize(encoded.item);
}

function bytesOf(given: Execution): number {
  const encoded = encodeExecution(given, layout);
  if (encoded.type === 'tooLarge') throw new Error('It is small.');
  return Object.entries(encoded.item).reduce((sum, [name, { S, N, M }]) => {
    const map = Object.keys(M ?? {}).length;
    const digits = N === undefined ? 0 : Math.ceil(N.length / 2) + 2;
    return sum + name.length + (S?.length ?? 0) + digits + map;
  }, 0);
}
