import { describe, expect, it } from 'vitest';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import { ExecutionCache } from '../../orchestrator/step/executionCache.ts';

const running = (executionId: string, more: Partial<Execution> = {}): Execution => ({
  executionId,
  machine: 'm',
  status: 'RUNNING',
  version: 1,
  startedAt: 0,
  updatedAt: 0,
  tasks: [],
  log: '=0',
  logSegments: 0,
  ...more,
});

const task = { task: 0, worker: 'work', attempt: 1, cause: 'start', deadline: 1 };
const large = 'y'.repeat(300_000);

describe('the cache of executions', () => {
  it.each<[string, Partial<Execution>]>([
    ['states', { snapshot: large }],
    ["open tasks' inputs", { tasks: [{ ...task, input: large }] }],
    ['logs', { log: large + large }],
  ])('holds no more than its limit, %s counted', (_, part) => {
    const cache = new ExecutionCache(10_000_000);
    const ids = Array.from({ length: 200 }, (_, i) => `e${i}`);
    for (const id of ids) cache.set(running(id, part));
    const held = ids.filter((id) => cache.get(id));
    expect(held.length).toBeGreaterThan(5);
    expect(held.length).toBeLessThan(20);
    // The oldest went first.
    expect(held).toEqual(ids.slice(-held.length));
  });

  it('has room again for what was replaced, deleted, or has ended', () => {
    const cache = new ExecutionCache(1_000_000);
    for (let version = 1; version < 100; version++) {
      cache.set(running('kept', { version, snapshot: large }));
      cache.set(running('deleted', { version }));
      cache.delete('deleted');
      cache.set(running('ended', { version }));
      cache.set(running('ended', { version, status: 'SUCCEEDED', snapshot: large }));
    }
    expect(cache.get('kept')?.version).toBe(99);
    expect(cache.get('deleted')).toBeUndefined();
    expect(cache.get('ended')).toBeUndefined();
  });
});
