import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machineOf, readDefinition, tasksOf, validate } from '../../asl/index.ts';
import type { Json } from '../../asl/json.ts';
import { NotReachedError, testCloud } from '../../testing/index.ts';
import { type Draft, graph, inputs, withUniqueNames } from './definitions.ts';

describe('any definition', () => {
  it('compiles, runs to an end by its own rules, and replays byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(graph, inputs, fc.infiniteStream(fc.nat(9)), async (drafted, input, draws) => {
        const definition = withUniqueNames(drafted);
        expect(validate(definition)).toEqual([]);
        const machine = machineOf(definition, { id: 'generated', tasks: 'mocked' });
        const names = [...tasksOf(readDefinition(definition as Draft))].map((each) => each.path);
        const work = (): Json => {
          const draw = draws.next().value;
          if (draw === 0) throw Object.assign(new Error('drawn'), { name: 'E' });
          return draw < 5 ? { a: draw, list: [draw] } : draw;
        };
        const cloud = testCloud([machine], Object.fromEntries(names.map((name) => [name, work])), {
          maxEvents: 2000,
        });
        const { executionId } = await cloud.start('generated', { executionId: 'e', input });
        try {
          const { status, error } = await cloud.runToEnd(executionId);
          if (status === 'FAILED') expect(error).toMatchObject({ code: 'DeclaredFailure' });
          else expect(status).toBe('SUCCEEDED');
          expect(error?.message ?? '').not.toMatch(/is not a function|Cannot read|undefined \(|not iterable/);
        } catch (thrown) {
          if (!(thrown instanceof NotReachedError)) throw thrown;
        }
        expect((await cloud.client.replay(executionId, [machine])).outcome).toBe('equal');
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it.each([
    'a.b',
    'a b',
    '#x',
    'a#b',
    '*',
    'x.*',
    '1',
    '__proto__',
    'constructor',
    'end',
    'ä/ö',
    "it's",
    'xstate.init',
    '\\',
    '..',
    'running',
    'call',
  ])('may have states named %j, within a Map too', async (name) => {
    const task = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:1:function:f' };
    const inner = { StartAt: `${name}2`, States: { [`${name}2`]: { ...task, End: true } } };
    const states: [string, Json][] = [
      [name, { ...task, Next: 'Each' }],
      ['Each', { Type: 'Map', ItemsPath: '$.list', ItemProcessor: inner, End: true }],
    ];
    const definition = { StartAt: name, States: Object.fromEntries(states) };
    const work = Object.fromEntries<() => Json>([
      [name, () => ({ list: [1] })],
      [`Each/${name}2`, () => 5],
    ]);
    const cloud = testCloud([machineOf(definition, { id: 'named', tasks: 'mocked' })], work);
    const { executionId } = await cloud.start('named', { input: {} });
    expect(await cloud.runToEnd(executionId)).toMatchObject({ status: 'SUCCEEDED', output: [5] });
  });
});

it('may have Map states within each other, whatever their names make together', async () => {
  const name = (depth: number) => `${'Each of the parts of a part '.repeat(2)}${depth}`;
  const nested = (depth: number): Json => ({
    StartAt: name(depth),
    States: {
      [name(depth)]: {
        Type: 'Map',
        ItemProcessor:
          depth === 0
            ? { StartAt: 'Last', States: { Last: { Type: 'Pass', Result: 'done', End: true } } }
            : nested(depth - 1),
        ItemsPath: '$.list',
        End: true,
      },
    },
  });
  const cloud = testCloud([machineOf(nested(4), { id: 'nested', tasks: 'mocked' })], {});
  const { executionId } = await cloud.start('nested', { input: { list: [] } });
  expect(await cloud.runToEnd(executionId)).toMatchObject({ status: 'SUCCEEDED', output: [] });
});
