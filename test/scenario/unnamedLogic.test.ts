import { describe, expect, it } from 'vitest';
import {
  type AnyActorLogic,
  assign,
  createMachine,
  enqueueActions,
  fromPromise,
  setup,
  spawnChild,
} from 'xstate';
import { testCloud } from '../../testing/index.ts';

type Spawn = (logic: AnyActorLogic, options: { readonly id: string }) => unknown;

const named = fromPromise(async () => 1);
const unnamed = fromPromise(async () => 2);
const child = createMachine({ id: 'child' });

/** Where registration cannot see that the logic has no name. */
const spawnIn = (logic: AnyActorLogic, { spawn }: { readonly spawn: unknown }) =>
  (spawn as Spawn)(logic, { id: 'x' });

const base = setup({ types: { context: {} as { ref: unknown } }, actors: { named } });
const machines = {
  'in an assign': base.createMachine({
    id: 'm',
    context: { ref: null },
    on: { GO: { actions: assign({ ref: (args) => spawnIn(unnamed, args) }) } },
  }),
  'of a machine': base.createMachine({
    id: 'm',
    context: { ref: null },
    on: { GO: { actions: assign({ ref: (args) => spawnIn(child, args) }) } },
  }),
  'in the context': base.createMachine({ id: 'm', context: (args) => ({ ref: spawnIn(unnamed, args) }) }),
  'by an enqueued spawnChild': base.createMachine({
    id: 'm',
    context: { ref: null },
    on: {
      GO: {
        actions: enqueueActions(({ enqueue }) => enqueue(spawnChild(unnamed as never, { id: 'x' }) as never)),
      },
    },
  }),
};

describe('logic without a name that only the run shows', () => {
  it.each(Object.entries(machines))(
    'ends the execution with an error that says what to do: %s',
    async (_, machine) => {
      const cloud = testCloud([machine]);
      const { executionId } = await cloud.start(machine);
      await cloud.client.send(executionId, { type: 'GO' });
      expect(await cloud.client.wait(executionId)).toMatchObject({
        status: 'FAILED',
        error: {
          code: 'MachineThrew',
          name: 'UnnamedLogicError',
          message: expect.stringContaining('name it in setup({ actors })'),
        },
      });
    },
  );
});
