import { expect } from 'vitest';
import { machineOf } from '../../asl/index.ts';
import type { Json } from '../../asl/json.ts';
import { testCloud } from '../../testing/index.ts';

export type Fields = { readonly [key: string]: Json };
export type Work = (input: unknown) => Json;

export const task = (more: Fields = {}): Json => ({
  Type: 'Task',
  Resource: 'arn:aws:lambda:us-east-1:1:function:f',
  ...more,
});
export const one = (state: Json, more: Fields = {}): Fields => ({
  StartAt: 'A',
  States: { A: state, ...more },
});
export const failing = (...names: readonly (string | undefined)[]): Work => {
  const left = [...names];
  return () => {
    const name = left.shift();
    if (name !== undefined) throw Object.assign(new Error(`it is ${name}`), { name });
    return 'done';
  };
};

export async function run(definition: Fields, work: Readonly<Record<string, Work>> = {}, input: Json = {}) {
  const machine = machineOf(definition, { id: 'm', tasks: 'mocked' });
  const cloud = testCloud([machine], work);
  const startedAt = cloud.now.getTime();
  const { executionId } = await cloud.start('m', { executionId: 'e', input });
  const { status, output, error } = await cloud.runToEnd(executionId);
  const runs = cloud.invocations.map(
    ({ worker, at }) => `${worker} ${Math.floor((Date.parse(at) - startedAt) / 1000)}s`,
  );
  const { outcome } = await cloud.client.replay(executionId, [machine]);
  expect(outcome).toBe('equal');
  return { cloud, executionId, status, output, error: error && [error.name, error.message], runs };
}
