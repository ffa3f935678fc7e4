import { expect, it } from 'vitest';
import { machineOf, readDefinition, tasksOf } from '../../asl/index.ts';
import type { Json, JsonObject } from '../../asl/json.ts';
import { testCloud } from '../../testing/index.ts';

export type Fields = { readonly [key: string]: Json };

export interface Row {
  readonly definition: JsonObject;
  readonly input?: Json;
  /** The names of the errors of tasks that fail, one after the other. */
  readonly errors?: readonly string[];
  /** The error of the execution, or its cause. */
  readonly output?: Json;
  readonly error?: readonly [name: string, message?: string];
  /** Seconds that it takes. */
  readonly seconds?: number;
  readonly status?: string;
}

export const of = (states: Fields, more: Fields = {}): JsonObject => ({
  StartAt: Object.keys(states)[0] ?? '',
  States: states,
  ...more,
});
/** One state, and what comes after it. */
export const path = (state: Fields, more: Fields = {}) => of({ A: { End: true, ...state }, ...more });
export const query = (state: Fields, more: Fields = {}) =>
  of({ A: { End: true, ...state }, ...more }, { QueryLanguage: 'JSONata' });
export const ending = (state: Fields) => of({ A: state });
export const task = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:1:function:f' };
export const inner = (state: Fields): Json => of({ I: { End: true, ...state } });
export const pass = inner({ Type: 'Pass' });
export const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }] };
export const B: Fields = { B: { Type: 'Pass', End: true } };
export const ofMap = { Type: 'Map', ItemProcessor: pass };
export const failing = inner({ ...task });
export const distributed: Json = {
  ...of({ I: { ...task, End: true } }),
  ProcessorConfig: { Mode: 'DISTRIBUTED' },
};
export const tooLong = "{% $pad('', 300000, 'x') %}";

async function run({ definition, input = {}, errors = [] }: Row) {
  const left = [...errors];
  const machine = machineOf(definition, { id: 'm', tasks: 'mocked' });
  const work = (given: unknown) => {
    const name = left.shift();
    if (name !== undefined && name !== 'late') throw Object.assign(new Error(`it is ${name}`), { name });
    return given;
  };
  const names = [...tasksOf(readDefinition(definition))].map((each) => each.path);
  const cloud = testCloud([machine], Object.fromEntries(names.map((name) => [name, work])));
  for (const name of errors.includes('late') ? names : []) cloud.inject(name, 'timeOut');
  const startedAt = cloud.now.getTime();
  const { executionId } = await cloud.start('m', { executionId: 'e', input });
  const found = await cloud.runToEnd(executionId);
  return { ...found, seconds: (cloud.now.getTime() - startedAt) / 1000 };
}

/** Tests that the definition of each row ends as the row says. */
export function endAsTheySay(rows: Readonly<Record<string, Row>>): void {
  it.each(Object.entries(rows))('%s', async (_, row) => {
    const { status, output, error, seconds } = await run(row);
    if (row.status !== undefined) expect(status).toBe(row.status);
    if (row.error !== undefined) {
      const [name, message] = row.error;
      expect({ status, name: error?.name }).toEqual({ status: 'FAILED', name });
      if (message !== undefined) expect(error?.message).toBe(message);
    }
    if (row.output !== undefined) expect({ output, error }).toEqual({ output: row.output, error: undefined });
    if (row.seconds !== undefined) expect(Math.floor(seconds)).toBeGreaterThanOrEqual(row.seconds);
    if (row.seconds !== undefined) expect(Math.floor(seconds)).toBeLessThanOrEqual(row.seconds + 4);
  });
}
