import type { Json } from '../../../asl/json.ts';
import type { Sample } from './converted.ts';
import { done, failing, of, order, query, task } from './sampleStates.ts';

/** Definitions of Parallel and Map states. */
export const listSamples = {
  parallel: {
    definition: of({
      A: {
        Type: 'Parallel',
        Parameters: { 'x.$': '$.id' },
        Branches: [
          of({
            L: { Type: 'Pass', Assign: { mine: 'left' }, Next: 'L2' },
            L2: { Type: 'Pass', Parameters: { 'v.$': '$mine', 'x.$': '$.x' }, End: true },
          }),
          of({ R: task({ End: true }) }),
          of({
            Q: {
              QueryLanguage: 'JSONata',
              Type: 'Choice',
              Choices: [{ Condition: '{% $states.input.x = 7 %}', Next: 'Q2' }],
            },
            Q2: { Type: 'Wait', Seconds: 4, End: true },
          }),
        ] as Json,
        ResultSelector: { 'all.$': '$[*].x' },
        ResultPath: '$.both',
        End: true,
      },
    }),
    input: order,
  },
  parallelCaught: {
    definition: query({
      A: {
        Type: 'Parallel',
        Branches: [
          of({ L: task({ End: true }) }),
          of({ R: { Type: 'Wait', Seconds: 1000, End: true } }),
        ] as Json,
        Retry: [{ ErrorEquals: ['Bad'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['Bad'], Next: 'B' }],
        End: true,
      },
      B: done,
    }),
    tasks: () => ({ L: failing('Bad') }),
  },
  maps: {
    definition: of({
      A: {
        Type: 'Map',
        ItemsPath: '$.lines',
        ItemSelector: {
          'price.$': '$$.Map.Item.Value.price',
          'index.$': '$$.Map.Item.Index',
          'order.$': '$.id',
        },
        MaxConcurrency: 1,
        ItemProcessor: of({
          T: task({ Next: 'U' }),
          U: { Type: 'Pass', Parameters: { 'p.$': '$.price', 'i.$': '$.index' }, End: true },
        }) as Json,
        ResultPath: '$.prices',
        End: true,
      },
    }),
    input: order,
  },
  mapsThatFailWithAWriter: {
    definition: of({
      A: {
        Type: 'Map',
        ItemsPath: '$.list',
        MaxConcurrency: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'T',
          States: { T: task({ End: true }) },
        },
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Parameters: { Bucket: 'files', Prefix: 'results' },
        },
        End: true,
      },
    }),
    input: { list: [1, 2, 3] },
    tasks: () => ({ T: (input: Json) => (input === 2 ? failing('Two')() : input) }),
    files: ['A/ResultWriter'],
  },
  mapsOfExpressions: {
    definition: query({
      S: { Type: 'Pass', Assign: { factor: 2 }, Next: 'A' },
      A: {
        Type: 'Map',
        Items: '{% $states.input.lines %}',
        ItemSelector: { p: '{% $states.context.Map.Item.Value.price %}' },
        MaxConcurrency: '{% 1 + 1 %}',
        ItemProcessor: query({
          T: { Type: 'Pass', Output: '{% $states.input.p * $factor %}', End: true },
        }) as Json,
        Output: '{% $sum($states.result) %}',
        End: true,
      },
    }),
    input: order,
  },
  mapsDistributed: {
    definition: of({
      A: {
        Type: 'Map',
        ItemsPath: '$.list',
        ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { 'k.$': '$.k' } },
        ToleratedFailureCount: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
          ...of({ T: task({ End: true }) }),
        },
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }],
        End: true,
      },
      B: done,
    }),
    input: { k: 'v', list: [1, 2, 3] },
  },
} as const satisfies Readonly<Record<string, Sample>>;
