import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

let cloud: TestCloud;
const mishaps = ['throw', 'throwText', 'hang', 'exit', 'exhaustMemory', 'missing'] as const;
const neighbours = Array.from({ length: 10 }, (_, i) => `neighbour-${i}`);

beforeAll(async () => {
  cloud = await startTestCloud();
  await Promise.all([
    ...mishaps.map((how) => cloud.put(startItem(how, 'mishap', { M: { how: { S: how } } }))),
    ...neighbours.map((id) => cloud.put(startItem(id, 'tally', { M: { from: { N: '10' } } }))),
  ]);
});
afterAll(() => cloud?.stop());

/** The error that the machine's `onError` was given. */
async function errorOf(executionId: string) {
  const execution = await cloud.until(executionId, hasStatus('SUCCEEDED', 'FAILED'), 30_000);
  expect(execution).toMatchObject({ status: 'SUCCEEDED', state: 'compensated' });
  return execution.output;
}

describe("a worker that answers with a failure gives the machine's onError what was thrown", () => {
  it('an error with its class name', async () => {
    expect(await errorOf('throw')).toEqual({ name: 'OutOfPaper', message: 'The printer is out of paper.' });
  });

  it('and the line of the source in the stack of its result, though the code is bundled', async () => {
    await errorOf('throw');
    const result = (await cloud.partition('throw')).find(({ item }) => item === 'task#0#1');
    expect(result?.error).toMatchObject({ stack: expect.stringMatching(/workers\/misbehave\.ts:12:\d+/) });
  });

  it('a value that is not an Error, as that value', async () => {
    expect(await errorOf('throwText')).toBe('out of paper');
  });
});

describe('a worker whose process dies is known at once, not by its deadline: onError gets Lambda.Unknown', () => {
  it.each(['exit', 'exhaustMemory'] as const)('%s', async (how) => {
    expect(await errorOf(how)).toEqual({
      name: 'Lambda.Unknown',
      message: expect.stringContaining("The function of worker 'misbehave' gave no result:"),
    });
    const result = (await cloud.partition(how)).find(({ item }) => item === 'task#0#1');
    expect(result).toMatchObject({ status: 'FAILED', error: { name: 'Lambda.Unknown' } });
  });
});

describe('a worker that does not answer is found by its deadline: onError gets States.Timeout', () => {
  it('hang', async () => {
    const how = 'hang';
    expect(await errorOf(how)).toEqual({
      name: 'States.Timeout',
      message: 'Attempt 1 of task 0 (hang) gave no result within 2000 ms.',
    });
    const { startedAt, endedAt } = (await cloud.execution(how)) ?? {};
    expect(Date.parse(String(endedAt)) - Date.parse(String(startedAt))).toBeGreaterThanOrEqual(2000);
  });
});

describe('a worker that is not deployed', () => {
  it('fails its task at once with Lambda.ResourceNotFoundException', async () => {
    expect(await errorOf('missing')).toEqual({
      name: 'Lambda.ResourceNotFoundException',
      message: expect.stringContaining("'millrace-worker-nobody-has-deployed-this' is not deployed"),
    });
    const result = (await cloud.partition('missing')).find(({ item }) => item === 'task#0#1');
    // Written by the orchestrator, as the worker would have: it is journal like any other result.
    expect(result).toMatchObject({ status: 'FAILED', error: { retryable: false } });
  });
});

describe('executions beside them', () => {
  it('all end as if nothing had happened', async () => {
    for (const id of neighbours) {
      const execution = await cloud.until(id, hasStatus('SUCCEEDED', 'FAILED'), 30_000);
      expect(execution.output).toEqual({ sum: 13, applied: 3 });
    }
  });
});
