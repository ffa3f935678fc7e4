import { deflateRawSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { deflatedLog, deflatedLogBytes } from '../../orchestrator/table/logText.ts';

vi.mock('node:zlib', async (original) => {
  const zlib = await original<typeof import('node:zlib')>();
  return { ...zlib, deflateRawSync: vi.fn(zlib.deflateRawSync) };
});

test('a chain that measures its log, and the log before, and commits it deflates it once', () => {
  let log = '=abc+;i0#1~3=["book",2,0]';
  for (let task = 1; task <= 10; task++) {
    const before = log;
    log += `;i${task}#1~3=["book",2,${task}]`;
    deflatedLogBytes(log);
    deflatedLogBytes(before);
    deflatedLog(log);
  }
  // The first of them was small, and so not deflated before.
  expect(deflateRawSync).toHaveBeenCalledTimes(11);
});
