import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { errorIs, lambda, withPolicy, worker } from '../../workers/index.ts';

describe('withPolicy', () => {
  it('changes what it names, for the place that uses it', () => {
    const charge = worker<number, string>({ worker: 'charge', timeout: '30s', retry: { maxAttempts: 3 } });
    const actors = { charge, patiently: withPolicy(charge, { timeout: '10m' }) };
    const machine = setup({ actors }).createMachine({ id: 'm', initial: 'a', states: { a: {} } });
    const { sources } = prepareMachine(machine);
    expect(sources.get('charge')).toMatchObject({ worker: 'charge', policy: { timeoutMs: 30_000 } });
    expect(sources.get('patiently')).toMatchObject({
      worker: 'charge',
      policy: { timeoutMs: 600_000, retry: [{ maxAttempts: 3 }] },
    });
  });

  it('is for workers: a lambda() has its policy itself', () => {
    expect(() => withPolicy(lambda('billing'), { timeout: '1m' })).toThrow(
      expect.objectContaining({ code: 'InvalidTaskPolicy' }),
    );
  });
});

describe('errorIs', () => {
  const of = (error: unknown) => ({ event: { type: 'xstate.error.actor.0', error } });

  it.each([
    [['CardDeclined'], { name: 'CardDeclined' }, true],
    [['CardDeclined', 'CardStolen'], { name: 'CardStolen' }, true],
    [['CardDeclined'], { name: 'RangeError' }, false],
    [['States.Timeout'], { name: 'States.HeartbeatTimeout' }, true],
    [['States.TaskFailed'], { name: 'States.Timeout' }, false],
    [['States.ALL'], { name: 'RangeError' }, true],
    [['States.ALL'], 'a text', false],
  ] as const)('%j covers %j: %j', ([first, ...others], error, answer) => {
    expect(errorIs(first, ...others)(of(error))).toBe(answer);
  });
});
