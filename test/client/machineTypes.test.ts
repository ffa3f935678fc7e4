import { describe, expectTypeOf, it } from 'vitest';
import type { StateValue } from 'xstate';
import type {
  ExecutionDescription,
  ExecutionState,
  MachineContext,
  MachineEvents,
  MachineInput,
  MachineOutput,
  MachineState,
  MillraceClient,
  StartOptions,
} from '../../client/index.ts';
import { order } from '../../machines/order.ts';
import type { TestCloud } from '../../testing/index.ts';
import { claim, type mailbox } from './machines.ts';

type Claim = typeof claim;
type Mailbox = typeof mailbox;

// The type checker fails on these; at run time there is nothing to do.
describe('the types of a machine', () => {
  it('are those of its input, context, output and events', () => {
    expectTypeOf<MachineInput<Claim>>().toEqualTypeOf<{ amount: number; notes?: readonly string[] }>();
    expectTypeOf<MachineContext<Claim>>().toEqualTypeOf<{ amount: number; assessor: string | null }>();
    expectTypeOf<MachineOutput<Claim>>().toEqualTypeOf<{ paid: number }>();
    expectTypeOf<MachineEvents<Claim>['type']>().toEqualTypeOf<'APPROVE' | 'REFUSE'>();
  });

  it('flow into a start, whose input can be left out only where the machine takes none', () => {
    expectTypeOf<{ input: { amount: number } }>().toExtend<StartOptions<Claim>>();
    expectTypeOf<{ input: { amount: string } }>().not.toExtend<StartOptions<Claim>>();
    expectTypeOf<{ executionId: string }>().not.toExtend<StartOptions<Claim>>();
    expectTypeOf<{ executionId: string }>().toExtend<StartOptions<Mailbox>>();
    expectTypeOf<{ input: unknown }>().toExtend<StartOptions<string>>();
  });

  it('flow into descriptions', () => {
    expectTypeOf<ExecutionDescription<Claim>['output']>().toEqualTypeOf<{ paid: number } | undefined>();
    expectTypeOf<MillraceClient['describe']>().toBeCallableWith('id');
    expectTypeOf<ExecutionDescription['state']>().toEqualTypeOf<StateValue | undefined>();
    expectTypeOf<'shipped'>().toExtend<MachineState<typeof order>>();
    expectTypeOf<'lost'>().not.toExtend<MachineState<typeof order>>();
  });

  // Never called: the type checker alone reads it.
  const typed = async (client: MillraceClient, cloud: TestCloud<Claim>, id: string) => {
    const options = { machine: order } as const;
    await client.send(id, { type: 'APPROVE', by: 'Ada' }, { machine: claim });
    await client.send(id, { type: 'ANYTHING' });
    await client.send(id, { type: 'ANYTHING' }, { machine: 'claim' });
    // @ts-expect-error The machine has no such event.
    await client.send(id, { type: 'APROVE', by: 'Ada' }, { machine: claim });
    // @ts-expect-error The event has a field `by`.
    await client.send(id, { type: 'APPROVE' }, { machine: claim });
    await cloud.send(id, { type: 'APPROVE', by: 'Ada' });
    // @ts-expect-error The machine has no such event.
    await cloud.send(id, { type: 'APROVE', by: 'Ada' }, { machine: claim });

    const descriptions: ExecutionDescription<typeof order>[] = [
      await client.describe(id, options),
      await client.wait(id, options),
      await cloud.describe(id, options),
      await cloud.runToEnd(id, options),
      await cloud.runUntil(id, 'labelling', options),
    ];
    // @ts-expect-error The machine has no such state.
    await client.wait(id, { machine: order, state: 'lost' });
    // @ts-expect-error The machine has no such state.
    await cloud.runUntil(id, 'lost', options);
    const past: ExecutionState<typeof order> = await client.stateAt(id, 2, { machines: [order] });
    // @ts-expect-error The machine has no such state.
    return descriptions.some(({ state }) => state === 'lost') || past.state === 'labelling';
  };

  it('flow through every call that is given the machine', () => {
    expectTypeOf(typed).returns.resolves.toBeBoolean();
  });
});
