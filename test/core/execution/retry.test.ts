import { describe, expect, it } from 'vitest';
import type { OpenTask } from '../../../orchestrator/core/execution/model/openTask.ts';
import { retryOf } from '../../../orchestrator/core/execution/tasks/tasks.ts';
import { type RetryPolicy, resolveTaskPolicy } from '../../../orchestrator/core/policy/taskPolicy.ts';

const first: OpenTask = { task: 0, worker: 'w', attempt: 1, cause: 'start', deadline: 30_000 };

/** The pauses before the attempts that errors of these names bring about, until one brings about none. */
function pauses(retry: readonly RetryPolicy[], names: readonly string[]): number[] {
  const policy = resolveTaskPolicy({ retry });
  const found: number[] = [];
  let task: OpenTask | undefined = first;
  for (const name of names) {
    task = retryOf('e', task, { name, message: '' }, policy, 0);
    if (!task) return found;
    found.push(task.dispatchAt ?? 0);
  }
  return found;
}

describe('of several retry policies', () => {
  const policies: RetryPolicy[] = [
    { errors: ['Throttled'], maxAttempts: 3, interval: '1s', backoffRate: 2 },
    { errors: ['States.Timeout'], maxAttempts: 2, interval: '10s' },
    { errors: ['States.ALL'], maxAttempts: 2, interval: '5s' },
  ];

  it('the first that is for the error decides, and each counts its own attempts', () => {
    const names = ['Throttled', 'TypeError', 'Throttled', 'States.Timeout', 'TypeError'];
    expect(pauses(policies, names)).toEqual([1000, 5000, 2000, 10_000]);
  });

  it('one that has no attempts left does not leave the error to the next', () => {
    expect(pauses(policies, ['Throttled', 'Throttled', 'Throttled'])).toEqual([1000, 2000]);
  });
});

describe('an error name of a retry policy', () => {
  it.each([
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'TypeError', true],
    ['States.TaskFailed', 'TypeError', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.Timeout', 'States.HeartbeatTimeout', true],
    ['States.HeartbeatTimeout', 'States.Timeout', false],
    ['TypeError', 'TypeError', true],
    ['TypeError', 'RangeError', false],
  ])('%s, for %s: %s', (name, error, isFor) => {
    expect(pauses([{ errors: [name] }], [error])).toHaveLength(isFor ? 1 : 0);
  });
});

it('with one policy, attempts are counted by their number alone: nothing is stored beside it', () => {
  const policy = resolveTaskPolicy({ retry: { maxAttempts: 3 } });
  const second = retryOf('e', first, { name: 'Error', message: '' }, policy, 0);
  expect(second).toEqual({ task: 0, worker: 'w', attempt: 2, cause: 'start', dispatchAt: 1000 });
});
