import { describe, expect, it, vi } from 'vitest';
import type { Activity } from '../../../orchestrator/observability/activity.ts';
import { observability } from '../../../orchestrator/observability/index.ts';
import { printedLines } from './lines.ts';

const committed: Activity = {
  type: 'committed',
  results: 1,
  entered: [],
  execution: {
    executionId: 'order-1',
    machine: 'order',
    machineVersion: '3',
    status: 'RUNNING',
    state: 'charging',
    version: 4,
    startedAt: 0,
    updatedAt: 0,
    snapshot: '{"secret":1}',
    tasks: [],
    log: ';s~0',
    logSegments: 0,
  },
};

function setUp(level?: string) {
  if (level !== undefined) vi.stubEnv('POWERTOOLS_LOG_LEVEL', level);
  const lines = printedLines();
  return { lines, ...observability({ functionPrefix: 'shop-', hasMetrics: false }) };
}

describe('the log', () => {
  it('has nothing of a step that goes well', () => {
    const { observe, lines } = setUp();
    observe(committed);
    observe({ type: 'woken', execution: committed.execution });
    observe({ type: 'batchDone', records: 3, ageMs: 20 });
    expect(lines.take()).toEqual([]);
  });

  it('names execution, machine and version of each report', () => {
    const { report, lines } = setUp();
    report({
      type: 'dispatchFailed',
      executionId: 'order-1',
      machine: 'order',
      machineVersion: '3',
      worker: 'charge',
      error: 'TooManyRequestsException: Rate Exceeded.',
    });
    expect(lines.take()).toMatchObject([
      {
        level: 'WARN',
        service: 'shop',
        millrace: 'dispatchFailed',
        executionId: 'order-1',
        machine: 'order',
        machineVersion: '3',
        worker: 'charge',
        error: 'TooManyRequestsException: Rate Exceeded.',
      },
    ]);
  });

  it.each(['FAILED', 'TIMED_OUT', 'PENDING_REDRIVE'] as const)(
    'says of an execution that is %s which one it is, and why',
    (status) => {
      const { observe, lines } = setUp();
      const error = { code: 'TaskFailed', name: 'CardDeclined', message: 'No funds.' } as const;
      observe({ ...committed, entered: [status], execution: { ...committed.execution, status, error } });
      expect(lines.take()).toMatchObject([
        { level: 'WARN', executionId: 'order-1', machine: 'order', machineVersion: '3', status, error },
      ]);
    },
  );

  it('has each step at level DEBUG, without the data of the execution', () => {
    const { observe, lines } = setUp('DEBUG');
    observe(committed);
    observe({ type: 'batchDone', records: 3, ageMs: 20 });
    const [step, batch] = lines.take();
    expect(step).toMatchObject({
      level: 'DEBUG',
      millrace: 'committed',
      executionId: 'order-1',
      machine: 'order',
      state: 'charging',
      commit: 4,
    });
    expect(JSON.stringify(step)).not.toContain('secret');
    expect(batch).toMatchObject({ millrace: 'batchDone', records: 3, ageMs: 20 });
  });

  it('has what a machine logs, whatever it is', () => {
    const { report, lines } = setUp();
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const spiteful = {
      toJSON() {
        throw new Error('No.');
      },
    };
    for (const value of [{ city: 'Rome' }, cyclic, 12n, spiteful, undefined, () => 1]) {
      report({ type: 'log', executionId: 'order-1', value });
    }
    const printed = lines.take();
    expect(printed).toHaveLength(6);
    for (const line of printed) expect(line).toMatchObject({ level: 'INFO', millrace: 'log' });
    expect(printed[0]).toMatchObject({ value: { city: 'Rome' } });
  });

  it('leaves consumed capacity the bare line that the local cloud counts', () => {
    const lines: unknown[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
    const { report } = setUp();
    report({ type: 'consumedCapacity', writeUnits: 2, readUnits: 0.5 });
    expect(lines).toEqual(['{"millrace":"consumedCapacity","writeUnits":2,"readUnits":0.5}']);
  });
});
