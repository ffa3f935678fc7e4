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

const arn = 'arn:aws:lambda:us-east-1:123456789012:function:charge';
const actors = { Charge: resource(arn, { worker: 'charge' }), Notify: resource(arn, { worker: 'notify' }) };
const guards = {
  isLarge: when(test('$.amount', 'NumericGreaterThan', 100)),
  isSecond: when(({ variables }: StateData<Json, Variables>) => variables.count === 2),
};
const parts = states<keyof typeof guards, Variables>({
  id: 'orders',
  actors,
  guards,
  queryLanguage: 'JSONPath',
});
const { choiceState, context, delays, options, output, parallelState, passState, taskState } = parts;

/** Written by hand, with a state of XState's own among the others. */
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
      choices: [{ guard: 'isLarge', target: 'Charge' }],
      otherwise: 'Small',
    }),
    Charge: taskState<ChargeInput>('Charge', {
      parameters: { amount: ({ input }) => input.amount + 1, given: jsonPath('$.amount') },
      retry: [{ errors: ['Busy'], intervalSeconds: 5 }],
      catch: [catchTo('own', ['States.ALL'], { resultPath: '$.error' })],
      target: 'end',
    }),
    Small: passState('Small', {
      result: { a: 1 },
      resultPath: '$.small',
      assign: { count: 2 },
      target: 'Both',
    }),
    Both: parallelState('Both', {
      branches: [
        ({ taskState }) => ({
          initial: 'Notify',
          states: { Notify: taskState('Notify', { target: 'end' }), end: { type: 'final' } },
        }),
        ({ choiceState, passState }) => ({
          initial: 'Second?',
          states: {
            'Second?': choiceState('Second?', { choices: [{ guard: 'isSecond', target: 'Add' }] }),
            Add: passState('Add', {
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
    own: { after: { 1000: 'end' } },
    end: { type: 'final' },
  },
  output,
  options,
});

async function run(input: Json, charge: (input: unknown) => Json) {
  const cloud = testCloud([orders], { Charge: charge, Notify: () => 'told' });
  const { executionId } = await cloud.start('orders', { input });
  return cloud.runToEnd(executionId);
}

describe('states() makes states of XState', () => {
  it('whose fields are functions, paths and values', async () => {
    const found = await run({ amount: 101 }, (input) => ({ charged: JSON.stringify(input) }));
    expect(found).toMatchObject({ output: { charged: '{"amount":102,"given":101}' } });
  });

  it('with branches that have data and variables of their own', async () => {
    expect(await run({ amount: 10 }, () => 1)).toMatchObject({ output: ['told', 2] });
  });

  it('that go with states of XState’s own', async () => {
    const found = await run({ amount: 200 }, () => {
      throw Object.assign(new Error('no money'), { name: 'CardDeclined' });
    });
    expect(found).toMatchObject({
      status: 'SUCCEEDED',
      output: { amount: 200, error: { Error: 'CardDeclined', Cause: 'no money' } },
    });
  });

  it('and refuse an actor that is missing, and one that does not know that its timeout is evaluated', () => {
    const { taskState } = states({ id: 'm', actors: { A: resource(arn) } });
    expect(() => taskState('B', { target: 'end' })).toThrow(
      /'B' of the machine 'm' has no actor of its name/,
    );
    expect(() => taskState('A', { timeoutSeconds: jsonata('5'), target: 'end' })).toThrow(/'evaluated'/);
  });
});
