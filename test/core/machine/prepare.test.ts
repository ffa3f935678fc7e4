import { describe, expect, test } from 'vitest';
import { createMachine, fromPromise, setup } from 'xstate';
import { hasSameStates, prepareMachine, promiseLogicOf } from '../../../orchestrator/core/machine/index.ts';
import { resolveTaskPolicy, taskPolicyKey } from '../../../orchestrator/core/policy/taskPolicy.ts';

const work = fromPromise(async () => 'done');

test('a machine has the id and version of its definition; the version is 1 where it has none', () => {
  expect(prepareMachine(createMachine({ id: 'order', version: '3' }))).toMatchObject({
    id: 'order',
    version: '3',
  });
  expect(prepareMachine({ id: 'order' })).toMatchObject({ id: 'order', version: '1' });
});

describe('the source of an actor is', () => {
  const policy = { timeout: '30s', retry: { maxAttempts: 4 } } as const;
  const inline = fromPromise(async () => 'inline');
  const prepared = prepareMachine(
    setup({
      actors: {
        charge: Object.assign(
          fromPromise(async () => 1),
          { [taskPolicyKey]: policy },
        ),
        label: Object.assign(
          fromPromise(async () => 1),
          { [taskPolicyKey]: { worker: 'print-label' } },
        ),
        plain: work,
      },
    }).createMachine({
      id: 'order',
      initial: 'a',
      states: { a: { invoke: [{ src: 'charge' }, { src: inline }, { src: 'somewhere' as never }] } },
    }),
  );

  test('a worker with its policy, named as in actors', () => {
    expect(prepared.sourceOf('charge')).toEqual({
      kind: 'worker',
      worker: 'charge',
      policy: resolveTaskPolicy(policy),
    });
  });

  test('a worker of the name that its policy gives', () => {
    expect(prepared.sourceOf('label')).toMatchObject({ kind: 'worker', worker: 'print-label' });
  });

  test('a promise to be run by the worker host', () => {
    expect(prepared.sourceOf('plain')).toEqual({ kind: 'promise', logic: work, policy: resolveTaskPolicy() });
    expect(promiseLogicOf(prepared, 'plain')).toBe(work);
    expect(promiseLogicOf(prepared, 'charge')).toBeUndefined();
  });

  test('a promise written into the invoke, by a name that is found again', () => {
    expect(promiseLogicOf(prepared, 'inline:1.order.a')).toBe(inline);
  });

  test('a worker with default policy where no one implements it', () => {
    const worker = { kind: 'worker', worker: 'somewhere', policy: resolveTaskPolicy() };
    expect(prepared.sourceOf('somewhere')).toEqual(worker);
    expect(prepared.sources.get('somewhere')).toEqual(worker);
    expect(prepared.sourceOf('not even named')).toMatchObject({ kind: 'worker', worker: 'not even named' });
  });
});

describe('the definition hash', () => {
  const hash = (config: object) =>
    prepareMachine(createMachine({ id: 'm', ...config } as never)).definitionHash;
  const base = {
    initial: 'a',
    states: { a: { on: { GO: 'b' }, invoke: { src: 'w', input: () => 1 } }, b: {} },
  };

  test('is short, and the same for the same structure', () => {
    expect(hash(base)).toMatch(/^[0-9a-f]{16}$/);
    expect(hash({ ...base })).toBe(hash(base));
  });

  test('does not change with the code of functions, texts and the version', () => {
    const states = {
      ...base.states,
      a: { ...base.states.a, description: 'new', invoke: { src: 'w', input: () => 2 } },
    };
    expect(hash({ ...base, states, version: '9', meta: { any: 1 } })).toBe(hash(base));
  });

  test.each([
    ['a state is added', { ...base, states: { ...base.states, c: {} } }],
    ['states change places', { ...base, states: { b: base.states.b, a: base.states.a } }],
    [
      'a transition changes',
      { ...base, states: { ...base.states, a: { ...base.states.a, on: { GO: 'a' } } } },
    ],
    [
      'an invoke changes',
      { ...base, states: { ...base.states, a: { ...base.states.a, invoke: { src: 'v' } } } },
    ],
    [
      'a state named like a field of the config is added',
      { ...base, states: { ...base.states, version: {} } },
    ],
  ])('changes when %s', (_, config) => {
    expect(hash(config)).not.toBe(hash(base));
  });
});

describe('whether two definitions have the same states', () => {
  const hash = (states: object) =>
    prepareMachine(createMachine({ id: 'm', type: 'parallel', states } as never)).definitionHash;
  const before = hash({ a: { on: { GO: {} } }, b: { initial: 'x', states: { x: {}, y: {} } } });

  test.each([
    ['a transition', { a: { on: { GO: {}, STAY: {} } }, b: { initial: 'x', states: { x: {}, y: {} } } }],
    ['a delay', { a: { after: { 1: {} } }, b: { initial: 'x', states: { x: {}, y: {} } } }],
    ['an initial state', { a: {}, b: { initial: 'y', states: { x: {}, y: {} } } }],
  ])('is so when %s differs', (_, states) => {
    expect(hasSameStates(before, hash(states))).toBe(true);
    expect(before).not.toBe(hash(states));
  });

  test.each([
    ['one is added', { a: {}, b: { initial: 'x', states: { x: {}, y: {}, z: {} } } }],
    ['they change places', { b: { initial: 'x', states: { x: {}, y: {} } }, a: {} }],
    ['one is of another type', { a: {}, b: { initial: 'x', states: { x: {}, y: { type: 'final' } } } }],
  ])('is not so when %s', (_, states) => {
    expect(hasSameStates(before, hash(states))).toBe(false);
  });
});

test('the machine that was registered is left as it was', () => {
  const machine = setup({ actors: { work }, delays: { soon: () => 10 } }).createMachine({
    id: 'm',
    initial: 'a',
    states: { a: { invoke: { src: work }, after: { soon: 'a' } } },
  });
  prepareMachine(machine);
  expect(machine.implementations.actors).toEqual({ work });
  expect(machine.root.states.a?.config.invoke).toEqual({ src: work });
  expect(machine.options.maxIterations).toBe(Number.POSITIVE_INFINITY);
});
