import { randomBytes } from 'node:crypto';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import type { NewEvent } from '../../orchestrator/table/requests.ts';
import type { ResultItem } from '../../orchestrator/table/resultItem.ts';

export const noon = Date.parse('2026-03-01T12:00:00.000Z');
const at = new Date(noon).toISOString();

/** An execution after its first commit. */
export function execution(change: Partial<Execution> = {}): Execution {
  return {
    executionId: 'order-17',
    machine: 'order',
    machineVersion: '3',
    definitionHash: 'e3b0c44298fc1c14',
    status: 'RUNNING',
    version: 1,
    startedAt: noon,
    updatedAt: noon,
    state: 'charging',
    snapshot: '{"value":"charging"}',
    tasks: [],
    log: '=lx2k;s~0',
    logSegments: 0,
    ...change,
  };
}

/** The same after its next commit. */
export function next(before: Execution, change: Partial<Execution> = {}): Execution {
  return { ...before, version: before.version + 1, log: `${before.log};t1#1~2s`, ...change };
}

export function ended(change: Partial<Execution> = {}): Execution {
  return execution({ status: 'SUCCEEDED', endedAt: noon + 5000, updatedAt: noon + 5000, ...change });
}

export function event(eventId: string, change: Partial<NewEvent> = {}): NewEvent {
  return { executionId: 'order-17', eventId, at, content: { type: 'APPROVE' }, ...change };
}

export function result(task: number, change: Partial<ResultItem> = {}): ResultItem {
  const succeeded = { status: 'SUCCEEDED', output: { task } } as const;
  return {
    executionId: 'order-17',
    task,
    attempt: 1,
    worker: 'charge',
    startedAt: at,
    endedAt: at,
    result: succeeded,
    ...change,
  };
}

/** Text that no compression makes smaller than three quarters of its length. */
export function incompressible(characters: number): string {
  return randomBytes(characters).toString('base64').slice(0, characters);
}
