import type { Json, JsonObject } from '../../../asl/json.ts';

export type Fields = { readonly [key: string]: Json };

const resource = 'arn:aws:lambda:us-east-1:1:function:f';
export const failing = (name: string) => () => {
  throw Object.assign(new Error(`it is ${name}`), { name });
};
/** Fails as often as there are names, then gives a result. */
export const failingFirst = (...names: readonly string[]) => {
  const left = [...names];
  return (input: Json): Json => {
    const name = left.shift();
    if (name !== undefined) failing(name)();
    return { done: input };
  };
};

export function of(states: Fields, more: Fields = {}): JsonObject {
  return { StartAt: Object.keys(states)[0] ?? '', States: states, ...more };
}
export const query = (states: Fields, more: Fields = {}) => of(states, { QueryLanguage: 'JSONata', ...more });
export const task = (more: Fields): Json => ({ Type: 'Task', Resource: resource, ...more });
export const done: Json = { Type: 'Pass', End: true };
export const order: Json = { id: 7, total: 120, lines: [{ price: 20 }, { price: 100 }], note: null };
