import { worker } from 'millrace/workers';
import { describe, expect, it } from 'vitest';
import { assign, sendParent, sendTo, setup } from 'xstate';
import { given, testCloud } from '../../testing/index.ts';

interface Cover {
  readonly value: number;
}

const insurance = setup({
  types: { input: {} as Cover, context: {} as Cover, output: {} as { readonly premium: number } },
  actors: { quote: worker<Cover, number>() },
}).createMachine({
  id: 'insurance',
  context: ({ input }) => input,
  initial: 'quoting',
  states: {
    quoting: {
      entry: sendParent({ type: 'ASKED' }),
      invoke: {
        src: 'quote',
        input: ({ context }) => context,
        onDone: { target: 'quoted', actions: assign({ value: ({ event }) => event.output }) },
      },
    },
    quoted: { type: 'final' },
  },
  output: ({ context }) => ({ premium: context.value }),
});

const mortgage = setup({
  types: {
    context: {} as { readonly asked: boolean; readonly premium: number },
    events: {} as { type: 'ASKED' } | { type: 'HURRY' },
  },
  actors: { insurance },
}).createMachine({
  id: 'mortgage',
  context: { asked: false, premium: 0 },
  initial: 'insuring',
  states: {
    insuring: {
      on: {
        ASKED: { actions: assign({ asked: true }) },
        HURRY: { actions: sendTo('insurer', { type: 'HURRY' }) },
      },
      invoke: {
        id: 'insurer',
        src: 'insurance',
        input: { value: 300_000 },
        onDone: { target: 'insured', actions: assign({ premium: ({ event }) => event.output.premium }) },
        onError: 'refused',
      },
    },
    insured: { type: 'final' },
    refused: { type: 'final' },
  },
});

const start = { start: undefined } as const;

describe('given a machine with a child machine, when something happens', () => {
  it('then its start starts the child, with its input', () => {
    given(mortgage)
      .when(start)
      .then({ state: 'insuring', tasks: [], children: [{ child: 'insurance', input: { value: 300_000 } }] });
  });

  it("then the child's output, error or event is the machine's", () => {
    given(mortgage, [start])
      .when({ child: 'insurance', output: { premium: 12 } })
      .then({ state: 'insured', context: { premium: 12 }, status: 'SUCCEEDED' });
    given(mortgage, [start])
      .when({ child: 'insurance', error: { name: 'TooOld' } })
      .then({ state: 'refused' });
    given(mortgage, [start])
      .when({ child: 'insurance', event: { type: 'ASKED' } })
      .then({ state: 'insuring', context: { asked: true } });
    given(mortgage, [start, { child: 'insurance', event: { type: 'ASKED' } }])
      .when({ child: 'insurance', output: { premium: 12 } })
      .then({ state: 'insured', context: { asked: true } });
  });

  it('then what it sends to the child is named after it', () => {
    given(mortgage, [start])
      .when({ event: { type: 'HURRY' } })
      .then({ sent: [{ to: 'insurance', event: { type: 'HURRY' } }] });
  });

  it('then a child that does not run can say nothing', () => {
    const ended = { child: 'insurance', output: { premium: 12 } } as const;
    expect(() => given(mortgage, [start, ended, ended])).toThrow('no such child runs. Children: none.');
  });
});

describe('a test cloud', () => {
  it.each(['once', 'duplicated', 'reordered'] as const)(
    'runs child machines as executions of their own, with their workers (deliveries: %s)',
    async (deliveries) => {
      const cloud = testCloud([mortgage, insurance], { quote: ({ value }) => value / 1000 }, { deliveries });
      const { executionId } = await cloud.start(mortgage, {});
      expect(await cloud.runToEnd(executionId, mortgage)).toMatchObject({
        status: 'SUCCEEDED',
        context: { asked: true, premium: 300 },
      });
      expect(await cloud.describe(`${executionId}.0`)).toMatchObject({
        machine: 'insurance',
        status: 'SUCCEEDED',
      });
    },
  );
});
