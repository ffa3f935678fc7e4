import { expect, it } from 'vitest';
import { assign, createMachine, fromPromise, setup } from 'xstate';
import { testCloud } from '../../testing/index.ts';

interface Seen {
  readonly seen: readonly string[];
}

it('an undefined output of a task, a child machine and a machine is undefined, as in XState', async () => {
  const child = createMachine({ id: 'child', initial: 'a', states: { a: { type: 'final' } } });
  const seen = (name: string) =>
    assign(({ context, event }: { context: Seen; event: { type: string; output?: unknown } }) => ({
      seen: [...context.seen, `${name} ${event.output === undefined}`],
    })) as never;
  const machine = setup({
    types: { context: {} as Seen },
    actors: { nothing: fromPromise(async () => undefined), child },
  }).createMachine({
    id: 'm',
    context: { seen: [] },
    initial: 'task',
    states: {
      task: { invoke: { src: 'nothing', onDone: { target: 'machine', actions: seen('task') } } },
      machine: { invoke: { src: 'child', onDone: { target: 'done', actions: seen('child') } } },
      done: { type: 'final' },
    },
  });
  const cloud = testCloud([machine]);
  const { executionId } = await cloud.start(machine, {});
  const execution = await cloud.client.wait(executionId);
  expect(execution.context).toEqual({ seen: ['task true', 'child true'] });
  expect(execution).toMatchObject({ status: 'SUCCEEDED' });
  expect('output' in execution).toBe(false);
});
