import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../asl/json.ts';
import { graph, inputs, withUniqueNames } from '../definitions.ts';
import { Converted, ranConverted, ranDirectly, type Sample } from './converted.ts';
import { samples } from './samples.ts';

const hostileNames = [
  "it's",
  'say "hi"',
  '*/ alert(1) /*',
  '`$' + '{process.exit(1)}`',
  'a\nb',
  'a\\b',
  'a.b',
  '#x',
  '__proto__',
  'constructor',
  'class',
  'end',
  'ä/ö 😀',
  '\u2028',
  'context',
  '1',
  // Close to the names of errors: in a definition, an error may have any name.
  'State.ALL',
  'States.Timout',
  'States.QuorumMet',
];

/** Names that become the same name where a module needs one: of types, and of the functions that make machines. */
const colliding: Sample = {
  definition: {
    QueryLanguage: 'JSONata',
    StartAt: 'each item',
    States: Object.fromEntries([
      ...['each item', 'each-item', 'Each item!', 'class', 'setup', 'Variables'].map(
        (name, index, all): [string, Json] => [
          name,
          {
            Type: 'Map',
            Items: [index],
            ItemProcessor: {
              StartAt: `in ${name}`,
              States: {
                [`in ${name}`]: { Type: 'Pass', Output: { n: '{% 1 + 1 %}' }, Next: `and ${name}` },
                [`and ${name}`]: { Type: 'Pass', Output: '{% $states.input.n + 1 %}', End: true },
              },
            },
            Output: '{% $states.result %}',
            ...(all[index + 1] === undefined ? { End: true } : { Next: all[index + 1] ?? '' }),
          },
        ],
      ),
    ]),
  },
};

function hostile(name: string): Sample {
  const other = `${name}2`;
  const inner = `${name}3`;
  const states: [string, Json][] = [
    [
      name,
      {
        Type: 'Task',
        Comment: `${name}\n*/ of a comment`,
        Resource: 'arn:aws:lambda:us-east-1:1:function:f',
        Parameters: Object.fromEntries<Json>([
          [name, name],
          [`${inner}.$`, '$'],
        ]),
        Retry: [{ ErrorEquals: [name] }],
        Catch: [{ ErrorEquals: [name], Next: 'P' }],
        Next: other,
      },
    ],
    [
      other,
      {
        Type: 'Choice',
        Choices: [{ Variable: `$['${name.replace(/[\\']/g, '\\$&')}']`, StringEquals: name, Next: 'M' }],
        Default: 'P',
      },
    ],
    [
      'M',
      {
        Type: 'Map',
        ItemsPath: '$.list',
        Parameters: { 'x.$': '$' },
        ItemProcessor: {
          StartAt: inner,
          States: Object.fromEntries<Json>([[inner, { Type: 'Pass', End: true }]]),
        },
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'P' }],
        Next: 'P',
      },
    ],
    [
      'P',
      {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: `${name}4`,
            States: Object.fromEntries<Json>([
              [`${name}4`, { Type: 'Pass', Next: `${name}5` }],
              [`${name}5`, { Type: 'Succeed' }],
            ]),
          },
        ],
        End: true,
      },
    ],
  ];
  return {
    definition: { Comment: `of ${name}`, StartAt: name, States: Object.fromEntries(states) },
    input: { list: [1] },
  };
}

const generated: Readonly<Record<string, Sample>> = Object.fromEntries(
  fc.sample(fc.tuple(graph, inputs), 15).map(([drafted, input], index): [string, Sample] => {
    const definition = withUniqueNames(drafted);
    if (typeof definition !== 'object' || definition === null || Array.isArray(definition))
      throw new Error('A definition is an object.');
    return [`generated${index}`, { definition: definition as JsonObject, input }];
  }),
);
const hostiles: Readonly<Record<string, Sample>> = Object.fromEntries(
  hostileNames.map((name, index) => [`hostile${index}`, hostile(name)]),
);
const everything: Readonly<Record<string, Sample>> = { ...samples, ...hostiles, ...generated, colliding };

let converted: Converted;
beforeAll(async () => {
  converted = await Converted.of(everything);
}, 120_000);
afterAll(() => converted[Symbol.asyncDispose]());

async function expectSame(name: string, sample: Sample): Promise<void> {
  expect(converted.errors(name)).toEqual([]);
  expect(await ranConverted(await converted.machine(name), sample)).toEqual(await ranDirectly(sample));
}

describe('a converted definition does what the compiled one does', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    const sample = everything[name];
    if (sample !== undefined) await expectSame(name, sample);
  });

  it.each(hostileNames.map((name, index) => [JSON.stringify(name), index] as const))(
    'with states named %s',
    async (_, index) => expectSame(`hostile${index}`, hostile(hostileNames[index] ?? '')),
  );

  it('whose names become the same identifier', () => expectSame('colliding', colliding));

  it('that was generated', async () => {
    for (const [name, sample] of Object.entries(generated)) {
      try {
        await expectSame(name, sample);
      } catch (error) {
        throw new Error(
          `${JSON.stringify(sample)}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }, 120_000);
});
