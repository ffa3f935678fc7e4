import { expect, it } from 'vitest';
import { setup } from 'xstate';
import { descriptionOf } from '../../client/describe.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

it('data that looks like a reference to an actor is described as it was given', async () => {
  const echo = setup({ types: { context: {} as { data: unknown }, input: {} as unknown } }).createMachine({
    id: 'echo',
    context: ({ input }) => ({ data: input }),
    initial: 'done',
    states: { done: { type: 'final' } },
    output: ({ context }) => [context.data],
  });
  const rig = new OrchestratorRig([echo]);
  const input = { M: { $actor: { S: 'me' }, $$actor: { L: [{ M: { $actor: { N: '1' } } }] } } };
  rig.start('echo', 'e', input);
  await rig.deliver(rig.newInstance(), 'e');
  const data = { $actor: 'me', $$actor: [{ $actor: 1 }] };
  expect(descriptionOf(await rig.execution('e'))).toMatchObject({
    status: 'SUCCEEDED',
    context: { data },
    output: [data],
  });
});
