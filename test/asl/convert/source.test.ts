import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertDefinition, convertText } from '../../../asl/index.ts';
import type { Json, JsonObject } from '../../../asl/json.ts';
import type { Sample } from './converted.ts';
import { samples } from './samples.ts';

const retry = [
  { ErrorEquals: ['Lambda.ServiceException'], IntervalSeconds: 2, MaxAttempts: 6, BackoffRate: 2 },
];
const orders: JsonObject = {
  Comment: 'Charges an order and ships it',
  StartAt: 'Charge card',
  TimeoutSeconds: 3600,
  States: {
    'Charge card': {
      Type: 'Task',
      Comment: 'Asks the payment service',
      Resource: 'arn:aws:lambda:us-east-1:123456789012:function:charge',
      TimeoutSeconds: 30,
      Parameters: { 'amount.$': '$.total', currency: 'EUR' },
      ResultPath: '$.charge',
      Retry: retry,
      Catch: [{ ErrorEquals: ['CardDeclined'], ResultPath: '$.error', Next: 'Declined' }],
      Next: 'Large?',
    },
    'Large?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.total', NumericGreaterThan: 1000, Next: 'Inspect' }],
      Default: 'Ship each line',
    },
    Inspect: { Type: 'Wait', SecondsPath: '$.patience', Next: 'Ship each line' },
    'Ship each line': {
      Type: 'Map',
      ItemsPath: '$.lines',
      ItemSelector: { 'line.$': '$$.Map.Item.Value', 'number.$': '$$.Map.Item.Index' },
      ItemProcessor: {
        StartAt: 'Ship',
        States: {
          Ship: {
            Type: 'Task',
            Resource: 'arn:aws:lambda:us-east-1:123456789012:function:ship',
            Parameters: { 'line.$': '$.line', 'label.$': "States.Format('line {}', $.number)" },
            Retry: retry,
            End: true,
          },
        },
      },
      End: true,
    },
    Declined: { Type: 'Fail', Error: 'Declined', CausePath: '$.error.Cause' },
  },
};

const counting: JsonObject = {
  QueryLanguage: 'JSONata',
  StartAt: 'Begin',
  States: {
    Begin: { Type: 'Pass', Assign: { left: 3, names: ['a', 'b'] }, Next: 'Work' },
    Work: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: {
        FunctionName: 'work',
        Payload: { left: '{% $left %}', id: '{% $states.input.id %}' },
      },
      Assign: { left: '{% $left - 1 %}' },
      Output: "{% {\n  'id': $states.result.Payload.id,\n  'names': $count($names)\n} %}",
      Next: 'Done?',
    },
    'Done?': {
      Type: 'Choice',
      Choices: [{ Condition: '{% $left = 0 %}', Next: 'End' }],
      Default: 'Work',
    },
    End: { Type: 'Succeed', Output: { rest: '{% $left %}' } },
  },
};

/** As SAM and CDK have it. */
const placeholder = (name: string) => `\${${name}}`;

describe('the module of a definition', () => {
  it('has named actors, guards, states and item machines, and comments', () => {
    expect(convertDefinition(orders, { id: 'orders' })).toMatchInlineSnapshot(`
      "import {
        catchTo,
        itemStates,
        type Json,
        jsonPath,
        type RetrierOptions,
        resource,
        type StatesContext,
        states,
        test,
        when,
      } from 'millrace/asl/states';
      import { each } from 'millrace/workers';
      import { setup } from 'xstate';

      type ShipInput = { readonly line: Json; readonly number: number };

      const lambdaRetry: readonly RetrierOptions[] = [
        { errors: ['Lambda.ServiceException'], intervalSeconds: 2, maxAttempts: 6, backoffRate: 2 },
      ];

      /** The work of the state 'Ship each line' on each item. */
      function shipEachLine() {
        const actors = {
          Ship: resource('arn:aws:lambda:us-east-1:123456789012:function:ship'),
        };

        const parts = itemStates({ id: 'orders.shipEachLine', actors, queryLanguage: 'JSONPath', name: 'orders' });
        const { context, delays, options, output, taskState } = parts;

        return setup({
          types: { context: {} as StatesContext, output: {} as Json },
          actors,
          delays,
        }).createMachine({
          id: 'orders.shipEachLine',
          version: '1',
          context,
          initial: 'Ship',
          states: {
            Ship: taskState<ShipInput>('Ship', {
              parameters: ({ input }) => ({ line: input.line, label: \`line \${input.number}\` }),
              retry: lambdaRetry,
              target: 'end',
            }),
            end: { type: 'final' },
          },
          output,
          options,
        });
      }

      const actors = {
        'Charge card': resource('arn:aws:lambda:us-east-1:123456789012:function:charge', { timeoutSeconds: 30 }),
        'Ship each line': each(shipEachLine()),
      };

      const guards = {
        'Large? → Inspect': when(test('$.total', 'NumericGreaterThan', 1000)),
      };

      const parts = states<keyof typeof guards>({ id: 'orders', actors, guards, queryLanguage: 'JSONPath' });
      const { choiceState, context, delays, failState, mapState, options, output, taskState, waitState } = parts;

      /** Charges an order and ships it */
      export const orders = setup({
        types: { context: {} as StatesContext, input: {} as Json, output: {} as Json },
        actors,
        guards,
        delays,
      }).createMachine({
        id: 'orders',
        version: '1',
        meta: { millrace: { timeout: '3600s' } },
        context,
        initial: 'Charge card',
        states: {
          // Asks the payment service
          'Charge card': taskState('Charge card', {
            parameters: { amount: jsonPath('$.total'), currency: 'EUR' },
            resultPath: '$.charge',
            retry: lambdaRetry,
            catch: [catchTo('Declined', ['CardDeclined'], { resultPath: '$.error' })],
            target: 'Large?',
          }),
          'Large?': choiceState('Large?', {
            choices: [{ guard: 'Large? → Inspect', target: 'Inspect' }],
            otherwise: 'Ship each line',
          }),
          Inspect: waitState('Inspect', {
            seconds: jsonPath('$.patience'),
            target: 'Ship each line',
          }),
          'Ship each line': mapState('Ship each line', {
            items: jsonPath('$.lines'),
            itemSelector: { line: jsonPath('$$.Map.Item.Value'), number: jsonPath('$$.Map.Item.Index') },
            target: 'end',
          }),
          Declined: failState('Declined', {
            error: 'Declined',
            cause: jsonPath('$.error.Cause'),
          }),
          end: { type: 'final' },
        },
        output,
        options,
      });
      "
    `);
  });

  it('has TypeScript where types prove it, and helpers elsewhere', () => {
    expect(convertDefinition(counting, { id: 'count-down' })).toMatchInlineSnapshot(`
      "import {
        type Json,
        jsonata,
        resource,
        type StateData,
        type StatesContext,
        states,
        when,
      } from 'millrace/asl/states';
      import { setup } from 'xstate';

      type Variables = { readonly left: number; readonly names: readonly Json[] };

      const actors = {
        Work: resource('arn:aws:states:::lambda:invoke'),
      };

      const guards = {
        'Done? → End': when(({ variables }: StateData<Json, Variables>) => variables.left === 0),
      };

      const parts = states<keyof typeof guards, Variables>({ id: 'count-down', actors, guards });
      const { choiceState, context, delays, options, output, passState, succeedState, taskState } = parts;

      export const countDown = setup({
        types: { context: {} as StatesContext, input: {} as Json, output: {} as Json },
        actors,
        guards,
        delays,
      }).createMachine({
        id: 'count-down',
        version: '1',
        context,
        initial: 'Begin',
        states: {
          Begin: passState('Begin', {
            assign: { left: 3, names: ['a', 'b'] },
            target: 'Work',
          }),
          Work: taskState('Work', {
            arguments: {
              FunctionName: 'work',
              Payload: { left: ({ variables }) => variables.left, id: jsonata('$states.input.id') },
            },
            output: jsonata(\`{
        'id': $states.result.Payload.id,
        'names': $count($names)
      }\`),
            assign: ({ variables }) => ({ left: variables.left - 1 }),
            target: 'Done?',
          }),
          'Done?': choiceState('Done?', {
            choices: [{ guard: 'Done? → End', target: 'End' }],
            otherwise: 'Work',
          }),
          End: succeedState('End', {
            output: ({ variables }) => ({ rest: variables.left }),
            target: 'end',
          }),
          end: { type: 'final' },
        },
        output,
        options,
      });
      "
    `);
  });

  it('is the same each time', () => {
    expect(convertDefinition(orders, { id: 'orders' })).toBe(convertDefinition(orders, { id: 'orders' }));
  });

  it('has substitutions in the places of their names', () => {
    const source = convertDefinition(
      { StartAt: 'A', States: { A: { Type: 'Task', Resource: placeholder('Fn'), End: true } } },
      { id: 'm', substitutions: { Fn: 'arn:aws:lambda:us-east-1:1:function:f' } },
    );
    expect(source).toContain("A: resource('arn:aws:lambda:us-east-1:1:function:f')");
  });
});

describe('a definition that cannot be converted', () => {
  const text = (state: Json) => JSON.stringify({ StartAt: 'A', States: { A: state } }, null, 2);

  it('is refused with the pointer and line of what is wrong', () => {
    expect(() => convertText(text({ Type: 'Pass', Next: 'Nowhere' }), 'json', { id: 'm' })).toThrow(
      /line 6, \/States\/A\/Next/,
    );
  });

  it('is refused where an expression cannot be read, as one with a placeholder in a path', () => {
    const state = { Type: 'Pass', Parameters: { 'x.$': `$.${placeholder('Name')}` }, End: true };
    expect(() => convertText(text(state), 'json', { id: 'm' })).toThrow(
      /line 4, \/States\/A.*Nothing was written/,
    );
  });

  it('is refused where the text is not JSON', () => {
    expect(() => convertText('{"StartAt": ', 'json', { id: 'm' })).toThrow(/line 1/);
  });
});

describe('the format', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'converted-'));
    const all: Readonly<Record<string, Sample>> = samples;
    for (const [name, { definition }] of Object.entries(all)) {
      await writeFile(join(directory, `${name}.ts`), convertDefinition(definition, { id: 'machine' }));
    }
    await writeFile(join(directory, 'orders.ts'), convertDefinition(orders, { id: 'orders' }));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('is that of the formatter', () => {
    const biome = fileURLToPath(new URL('../../../node_modules/.bin/biome', import.meta.url));
    const options = [
      '--indent-style=space',
      '--indent-width=2',
      '--line-width=110',
      '--javascript-formatter-quote-style=single',
    ];
    const run = () =>
      execFileSync(biome, ['format', ...options, '.'], { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
    expect(run).not.toThrow();
  });
});
