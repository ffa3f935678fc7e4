import { describe, expect, it } from 'vitest';
import { machineOf } from '../../asl/index.ts';
import type { Json, JsonObject } from '../../asl/json.ts';
import { testCloud } from '../../testing/index.ts';

/** Names that every object of JavaScript has, without any data. */
const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

/** As JSON, where `__proto__` is a key like any other. */
const object = (key: string, value: Json): JsonObject =>
  JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`);

async function run(definition: JsonObject, input: Json) {
  const machine = machineOf(definition, { id: 'm', tasks: 'mocked' });
  const cloud = testCloud([machine]);
  await cloud.start('m', { executionId: 'e', input });
  const { status, output, error } = await cloud.runToEnd('e');
  expect((await cloud.client.replay('e', { machines: [machine] })).outcome).toBe('equal');
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  return { status, output: JSON.stringify(output), error: error?.name };
}

const pass = (fields: JsonObject): JsonObject => ({
  StartAt: 'A',
  States: { A: { Type: 'Pass', End: true, ...fields } },
});
const choice = (rule: JsonObject): JsonObject => ({
  StartAt: 'C',
  States: {
    C: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
    Yes: { Type: 'Pass', Result: 'yes', End: true },
    No: { Type: 'Pass', Result: 'no', End: true },
  },
});
const succeeded = (output: Json) => ({ status: 'SUCCEEDED', output: JSON.stringify(output) });

describe.each(names)('the name %s', (name) => {
  it('is not there where no data has it', async () => {
    expect(await run(pass({ InputPath: `$.${name}` }), {})).toMatchObject({ error: 'States.Runtime' });
    expect(await run(pass({ Parameters: { 'x.$': `$..${name}` } }), { a: {} })).toMatchObject(
      succeeded({ x: [] }),
    );
    expect(await run(choice({ Variable: `$.${name}`, IsPresent: true }), {})).toMatchObject(succeeded('no'));
    expect(await run(pass({ Parameters: { 'x.$': `$${name}` } }), {})).toMatchObject({
      error: 'States.QueryEvaluationError',
    });
    for (const Output of [
      `{% $states.input.${name} %}`,
      `{% $lookup($states.input, '${name}') %}`,
      `{% $${name} %}`,
    ]) {
      expect(await run(pass({ QueryLanguage: 'JSONata', Output }), {})).toMatchObject({
        error: 'States.QueryEvaluationError',
      });
    }
  });

  it('is data like any other where data has it', async () => {
    const data = object(name, { polluted: 1 });
    expect(await run(pass({ InputPath: `$.${name}.polluted` }), data)).toMatchObject(succeeded(1));
    expect(await run(pass({ Parameters: data }), {})).toMatchObject(succeeded(data));
    expect(await run(pass({ Result: 1, ResultPath: `$.${name}` }), {})).toMatchObject(
      succeeded(object(name, 1)),
    );
    const Parameters = { 'x.$': "States.JsonMerge($, States.StringToJson('\\{\\}'), false)" };
    expect(await run(pass({ Parameters }), data)).toMatchObject(succeeded({ x: data }));
    expect(await run(choice({ Variable: `$.${name}`, IsPresent: true }), data)).toMatchObject(
      succeeded('yes'),
    );
  });

  it('is a name of a variable, of a state and of an error', async () => {
    const assigned = { Type: 'Pass', Assign: object(name, 7), Next: 'B' };
    const B = { Type: 'Pass', Parameters: { 'x.$': `$${name}` }, End: true };
    if (name !== '__proto__')
      expect(await run({ StartAt: 'A', States: { A: assigned, B } }, {})).toMatchObject(succeeded({ x: 7 }));
    const States = { ...object(name, { Type: 'Pass', Next: 'Z' }), Z: { Type: 'Succeed' } };
    expect(await run({ StartAt: name, States: JSON.parse(JSON.stringify(States)) }, { a: 1 })).toMatchObject(
      succeeded({ a: 1 }),
    );
  });
});
