import { describe, expectTypeOf, it } from 'vitest';
import type {
  ExecutionDescription,
  MachineContext,
  MachineEvents,
  MachineInput,
  MachineOutput,
  MillraceClient,
  StartOptions,
} from '../../client/index.ts';
import type { claim, mailbox } from './machines.ts';

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
  });
});
