import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import { loan } from '../../machines/loan.ts';
import { given, testCloud } from '../../testing/index.ts';
import { delivery } from './delivery.ts';

const start = { start: { address: 'Quay 1' } } as const;
const assigned = { worker: 'assignCourier', output: { courier: 'Ada' } } as const;

function failureOf(work: () => void): AssertionError {
  try {
    work();
  } catch (error) {
    if (error instanceof AssertionError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

it('an error of a worker that does not exist, though its name is close to one that does, is refused', () => {
  const error = { name: 'States.Timout', message: 'late' };
  expect(() => given(delivery, [start]).when({ worker: 'assignCourier', error })).toThrow(
    expect.objectContaining({
      code: 'ImpossibleTest',
      message: "given(): no error has the name 'States.Timout': did you mean 'States.Timeout'?",
    }),
  );
});

describe('given an execution, when something happens', () => {
  it('then a start leads to the initial state and its tasks', () => {
    given(delivery)
      .when(start)
      .then({
        state: 'assigning',
        status: 'RUNNING',
        context: { courier: null },
        tasks: [{ worker: 'assignCourier', input: { address: 'Quay 1' }, attempt: 1 }],
        timers: [],
      });
  });

  it("then a worker's output is in the context, and timers run", () => {
    given(delivery, [start])
      .when(assigned)
      .then({ state: 'waiting', context: { courier: 'Ada' }, tasks: [], timers: [{ in: '24h' }] });
  });

  it('then an event ends it, with its output and the actions it asks for', () => {
    given(delivery, [start, assigned])
      .when({ event: { type: 'RETURN', reason: 'nobody there' } })
      .then({ status: 'SUCCEEDED', output: { courier: 'Ada' }, actions: ['note'], timers: [] });
  });

  it('then time that goes by fires timers, and no earlier', () => {
    given(delivery, [start, assigned])
      .when({ elapsed: '23h' })
      .then({ state: 'waiting', emitted: [], timers: [{ in: '1h' }] });
    given(delivery, [start, assigned, { elapsed: '23h' }])
      .when({ elapsed: '1h' })
      .then({ state: 'overdue', emitted: [{ type: 'overdue', address: 'Quay 1' }] });
  });

  it("then a failed attempt is tried again as the worker's policy says, and the machine hears of the last", () => {
    const failed = { worker: 'assignCourier', error: { name: 'NoCourier' } } as const;
    given(delivery, [start]).when(failed).then({ state: 'assigning', tasks: [] });
    given(delivery, [start, failed])
      .when({ elapsed: '10s' })
      .then({ tasks: [{ worker: 'assignCourier', attempt: 2 }] });
    given(delivery, [start, failed, { elapsed: '10s' }])
      .when(failed)
      .then({ state: 'unassigned' });
    given(delivery, [start])
      .when({ worker: 'assignCourier', error: { name: 'NoCourier', retryable: false } })
      .then({ state: 'unassigned' });
  });

  it('then an attempt without a result by its deadline has failed', () => {
    given(delivery, [start]).when({ elapsed: '10m' }).then({ state: 'unassigned' });
  });

  it('then an error that the machine does not handle fails it', () => {
    given(loan, [{ start: { caseId: 'c1', amount: 100 } }])
      .when({
        worker: 'decideActivity',
        error: { name: 'CaseLost', message: 'No case c1.', retryable: false },
      })
      .then({ status: 'FAILED', error: { code: 'TaskFailed', name: 'CaseLost', message: /c1/ } });
  });

  it('then what comes after the end is ignored', () => {
    given(delivery, [start, assigned, { event: { type: 'PICKED_UP' } }])
      .when({ event: { type: 'PICKED_UP' } })
      .then({ ignored: 'Ended', state: 'delivered' });
  });

  it('then an outer part of the state is enough, and a task of several can be chosen by its number', () => {
    const decided = (
      next: 'A_PARTLYSUBMITTED' | 'A_PREACCEPTED' | 'A_ACCEPTED' | 'A_FINALIZED' | 'A_APPROVED',
    ) => ({ worker: 'decideActivity', output: { next } }) as const;
    const past = [
      { start: { caseId: 'c1', amount: 100 } },
      decided('A_PARTLYSUBMITTED'),
      decided('A_PREACCEPTED'),
      decided('A_ACCEPTED'),
      decided('A_FINALIZED'),
    ];
    given(loan, past).when(decided('A_APPROVED')).then({ state: 'closing' });
    const closing = [...past, decided('A_APPROVED')];
    given(loan, closing)
      .when({ worker: 'decideActivity', output: { next: 'A_REGISTERED' }, task: 6 })
      .then({ state: { closing: { approval: 'deciding', registration: 'decided' } } });
  });

  it('then a machine of JSON alone can be tried as well', () => {
    const json = {
      id: 'ping',
      initial: 'pinging',
      states: { pinging: { invoke: { src: 'ping', onDone: 'done' } }, done: { type: 'final' } },
    };
    given(json, [{ start: undefined }])
      .when({ worker: 'ping', output: 1 })
      .then({ status: 'SUCCEEDED' });
  });
});

describe('an expectation that does not hold', () => {
  it('names the machine, the entry, and what there is in place of what was expected', () => {
    const failure = failureOf(() =>
      given(delivery, [start])
        .when(assigned)
        .then({ state: 'overdue', status: 'RUNNING', context: { courier: 'Bob' }, timers: [{ in: '1h' }] }),
    );
    expect(failure.message).toBe(
      [
        "delivery, when { worker: 'assignCourier', output: { courier: 'Ada' } }: 3 of 4 expectations do not hold.",
        '  state',
        "    expected 'overdue'",
        "    was      'waiting'",
        '  context',
        "    expected { courier: 'Bob' }",
        "    was      { courier: 'Ada' }",
        '  timers',
        "    expected [ { in: '1h' } ]",
        "    was      [ { in: '24h' } ]",
      ].join('\n'),
    );
    expect(failure.actual).toEqual({
      state: 'waiting',
      context: { courier: 'Ada' },
      timers: [{ in: '24h' }],
    });
    expect(failure.expected).toMatchObject({ state: 'overdue', context: { courier: 'Bob' } });
  });

  it('points to the line of the test, not into the kit', () => {
    const failure = failureOf(() => given(delivery).when(start).then({ state: 'waiting' }));
    const first = failure.stack?.split('\n').find((line) => line.trim().startsWith('at '));
    expect(first).toContain('given.test.ts');
  });

  it.each([
    ['tasks', { tasks: [] }, "was      [ { worker: 'assignCourier', input: { address: 'Quay 1' } } ]"],
    ['emitted', { emitted: [{ type: 'overdue', address: 'x' }] }, 'was      []'],
    ['output', { output: { courier: null } }, 'was      undefined'],
    ['error', { error: { name: 'NoCourier' } }, 'was      undefined'],
    ['ignored', { ignored: 'Ended' }, 'was      undefined'],
    ['actions', { actions: ['note'] }, 'was      []'],
  ] as const)('of %s says what there is', (name, expected, was) => {
    const failure = failureOf(() => given(delivery).when(start).then(expected));
    expect(failure.message).toContain(`1 of 1 expectations does not hold.\n  ${name}\n`);
    expect(failure.message).toContain(was);
  });

  it("names the execution's error where none was expected", () => {
    const failure = failureOf(() =>
      given(loan, [{ start: { caseId: 'c1', amount: 100 } }])
        .when({ worker: 'decideActivity', error: { name: 'CaseLost', message: 'gone', retryable: false } })
        .then({ status: 'RUNNING' }),
    );
    expect(failure.message).toContain("The execution's error is CaseLost: gone");
  });
});

describe('a test of what cannot be', () => {
  it.each([
    [
      'an event before the start',
      () => given(delivery, [{ event: { type: 'PICKED_UP' } }]),
      'has not started',
    ],
    ['a second start', () => given(delivery, [start, start]), 'starts once'],
    [
      'the result of a task that is not open',
      () => given(delivery, [start, assigned, assigned]),
      'Open tasks: none',
    ],
    [
      "a result during the retry's backoff",
      () => given(delivery, [start, { worker: 'assignCourier', error: { name: 'X' } }, assigned]),
      'Give { elapsed: 10000 } before it.',
    ],
    [
      'an output that JSON would change',
      () =>
        given({ id: 'm', invoke: { src: 'w' } }, [{ start: undefined }, { worker: 'w', output: new Date() }]),
      'output is a Date',
    ],
  ])('is refused: %s', (_, work, message) => {
    expect(work).toThrow(message);
  });

  it('is refused when a step is awaited, which is not a promise', async () => {
    const awaited = new Promise<unknown>((resolve) => resolve(given(delivery).when(start)));
    await expect(awaited).rejects.toThrow('is not a promise');
  });
});

describe('a mistake in a test that no type checker has seen', () => {
  const entries: unknown[] = [
    undefined,
    'GO',
    { event: 'GO' },
    { event: {} },
    { worker: 'assignCourier', error: 'Boom' },
    { worker: 'assignCourier', error: { message: 'Boom' } },
  ];
  it.each(entries)('is refused: the entry %o', (entry) => {
    expect(() => given(delivery, [start]).when(entry as typeof start)).toThrow(
      expect.objectContaining({ code: 'ImpossibleTest' }),
    );
  });

  it.each([
    ['nothing', {}],
    ['a misspelt name', { stat: 'assigning' }],
    ['one beside others', { state: 'assigning', emmitted: [] }],
  ])('is refused: to expect %s', (_, expected) => {
    expect(() =>
      given(delivery)
        .when(start)
        .then(expected as { state: 'assigning' }),
    ).toThrow(
      expect.objectContaining({ code: 'ImpossibleTest', message: expect.stringContaining('state, context') }),
    );
  });

  it('is refused: a fault of a worker that no machine has', () => {
    const cloud = testCloud([delivery], {});
    expect(() => cloud.inject('assignCurier' as 'assignCourier', 'throttle')).toThrow(
      /No machine has a worker 'assignCurier'/,
    );
  });
});
