import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import {
  catchTo,
  type Json,
  jsonata,
  jsonPath,
  resource,
  type StateData,
  type StatesContext,
  states,
  test,
  when,
} from '../../asl/index.ts';
import { testCloud } from '../../testing/index.ts';

type Variables = { readonly count: number };
type ChargeInput = { readonly amount: number };
const actors = {
  Charge: resource('arn:aws:lambda:us-east-1:1:function:f', { worker: 'charge' }),
  A: resource('arn:aws:lambda:us-east-1:1:function:f', { worker: 'a' }),
};
const guards = {
  isLarge: when(test('$.amount', 'NumericGreaterThan', 100)),
  isLast: when(({ variables }: StateData<Json, Variables>) => variables.count === 0),
};
const { choiceState, context, delays, options, output, parallelState, passState, taskState } = states<
  keyof typeof guards,
  Variables
>({ id: 'orders', actors, guards, queryLanguage: 'JSONPath' });
const orders = setup({
  types: { context: {} as StatesContext, input: {} as Json, output: {} as Json },
  actors,
  guards,
  delays,
}).createMachine({
  id: 'orders',
  version: '1',
  context,
  initial: 'Large?',
  states: {
    'Large?': choiceState('Large?', {
      choices: [{ guard: 'isLarge', target: 'Charge.it' }],
      otherwise: 'Small',
    }),
    Small: passState('Small', { result: { a: 1 }, resultPath: '$.small', target: 'Both' }),
    'Charge.it': passState('Charge.it', { target: 'Charge' }),
    Charge: taskState<ChargeInput>('Charge', {
      parameters: { amount: ({ input }) => input.amount + 1, x: jsonPath('$.amount') },
      retry: [{ errors: ['E'] }],
      catch: [catchTo('Small', ['States.ALL'], { resultPath: '$.error' })],
      target: 'end',
    }),
    Both: parallelState('Both', {
      branches: [
        ({ taskState }) => ({
          initial: 'A',
          states: { A: taskState('A', { target: 'end' }), end: { type: 'final' } },
        }),
        ({ passState }) => ({
          initial: 'B',
          states: {
            B: passState('B', {
              queryLanguage: 'JSONata',
              output: jsonata('$states.input.small.a + 1'),
              target: 'end',
            }),
            end: { type: 'final' },
          },
        }),
      ],
      target: 'end',
    }),
    end: { type: 'final' },
  },
  output,
  options,
});

describe('states', () => {
  it('run', async () => {
    const cloud = testCloud([orders], { Charge: (input: unknown) => ({ charged: input }), A: () => 'a' });
    const { executionId } = await cloud.start('orders', { input: { amount: 101 } });
    expect(await cloud.runToEnd(executionId)).toMatchObject({
      status: 'SUCCEEDED',
      output: { charged: { amount: 102, x: 101 } },
    });
    const two = await cloud.start('orders', { input: { amount: 10 } });
    expect(await cloud.runToEnd(two.executionId)).toMatchObject({ status: 'SUCCEEDED', output: ['a', 2] });
  });
});
