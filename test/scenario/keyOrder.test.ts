import { expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { testCloud } from '../../testing/index.ts';

const keysOf = (value: unknown): readonly string[] => Object.keys(Object(value));

it('inputs, events, results and outputs keep the order of their keys', async () => {
  const ordered = setup({
    types: { context: {} as { seen: readonly (readonly string[])[] }, input: {} as object },
    actors: {
      echo: fromPromise(async ({ input }: { input: unknown }) => ({ z: keysOf(input), b: 1, m: 2 })),
    },
  }).createMachine({
    id: 'ordered',
    context: ({ input }) => ({ seen: [keysOf(input)] }),
    initial: 'asking',
    states: {
      asking: {
        invoke: {
          src: 'echo',
          input: { y: 1, x: { d: 1, c: 2 }, a: 3 },
          onDone: {
            target: 'waiting',
            actions: assign({
              seen: ({ context, event }) => [...context.seen, event.output.z, keysOf(event.output)],
            }),
          },
        },
      },
      waiting: {
        on: {
          GO: {
            target: 'done',
            actions: assign({
              seen: ({ context, event }) => [...context.seen, keysOf(event.body)],
            }),
          },
        },
      },
      done: { type: 'final' },
    },
    output: ({ context }) => ({ seen: context.seen, by: 1, at: 2 }),
  });
  const cloud = testCloud([ordered]);
  const { executionId } = await cloud.start(ordered, { input: { second: 1, first: 2, 'a key': 3 } });
  await cloud.client.wait(executionId, { state: 'waiting' });
  await cloud.send(executionId, { type: 'GO', body: { w: 1, v: 2, u: { t: 1, s: 2 } } });
  const { output } = await cloud.client.wait(executionId);
  expect(output).toEqual({
    seen: [
      ['second', 'first', 'a key'],
      ['y', 'x', 'a'],
      ['z', 'b', 'm'],
      ['w', 'v', 'u'],
    ],
    by: 1,
    at: 2,
  });
  expect(keysOf(output)).toEqual(['seen', 'by', 'at']);
});
