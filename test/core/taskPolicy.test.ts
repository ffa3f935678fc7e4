import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromPromise } from 'xstate';
import { errorNames } from '../../asl/statesError.ts';
import { type Duration, durationMs, InvalidDurationError } from '../../orchestrator/core/policy/duration.ts';
import { unknownReservedName } from '../../orchestrator/core/policy/reservedErrorNames.ts';
import {
  InvalidRetryPolicyError,
  type RetryPolicy,
  resolveTaskPolicy,
  type TaskPolicy,
} from '../../orchestrator/core/policy/taskPolicy.ts';
import { activity, errorIs, lambda, withPolicy, worker } from '../../workers/index.ts';

/** As code in JavaScript, or behind a cast, gives it. */
const odd = (value: unknown) => value as never;

const dayMs = 86_400_000;

describe('a duration', () => {
  const durations: [Duration, number][] = [
    [0, 0],
    [1500, 1500],
    ['250ms', 250],
    ['30s', 30_000],
    ['15m', 900_000],
    ['24h', dayMs],
    ['7d', 7 * dayMs],
    ['1.5s', 1500],
    ['3650d', 3650 * dayMs],
  ];
  it.each(durations)('%o is %i milliseconds', (duration, ms) => {
    expect(durationMs(duration)).toBe(ms);
  });

  it.each(['ms', 's', 'm', 'h', 'd'] as const)(
    'in %s grows with its number, and is whole milliseconds',
    (unit) => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 3649 }), (count) => {
          expect(durationMs(`${count + 1}${unit}`)).toBeGreaterThan(durationMs(`${count}${unit}`));
          expect(Number.isInteger(durationMs(`${count + 0.123}${unit}`))).toBe(true);
        }),
      );
    },
  );

  const refused: [string, Duration][] = [
    ['is negative', -1],
    ['is not a number', Number.NaN],
    ['is endless', Number.POSITIVE_INFINITY],
    ['is longer than ten years', '3651d'],
    ['is longer than any date', Number.MAX_SAFE_INTEGER],
    ['is negative with a unit', '-5s'],
    ['has an exponent', '1e3s'],
  ];
  it.each(refused)('that %s is refused, with what to write instead', (_, duration) => {
    expect(() => durationMs(duration)).toThrow(InvalidDurationError);
    expect(() => durationMs(duration)).toThrow(/at most ten years: write .*'30s', '15m', '24h', '7d'/);
  });

  it.each(['', ' 5s', '5 s', '5', '5w', 's', 'constructor', '5constructor'])(
    'that a JavaScript author writes as %o is refused',
    (text) => {
      const parsed: { timeout: Duration } = JSON.parse(JSON.stringify({ timeout: text }));
      expect(() => resolveTaskPolicy(parsed)).toThrow(expect.objectContaining({ code: 'InvalidDuration' }));
    },
  );
});

describe('a task policy', () => {
  it("has 15 minutes and 10 seconds and one attempt when it says nothing: Lambda's limit, and time to answer", () => {
    expect(resolveTaskPolicy()).toEqual({ timeoutMs: 910_000, retry: [] });
  });

  it("has Step Functions' three attempts, one second and rate of two when it only says that it retries", () => {
    expect(resolveTaskPolicy({ retry: {} }).retry).toEqual([
      {
        errors: ['States.ALL'],
        maxAttempts: 3,
        intervalMs: 1000,
        backoffRate: 2,
        maxDelayMs: 3650 * dayMs,
        jitter: 'none',
      },
    ]);
  });

  it('keeps what it says', () => {
    const retry = {
      errors: ['Throttled', 'States.Timeout'],
      maxAttempts: 7,
      interval: '2s',
      backoffRate: 1.5,
      maxDelay: '1m',
      jitter: 'full',
    } as const;
    expect(resolveTaskPolicy({ timeout: '30s', retry })).toEqual({
      timeoutMs: 30_000,
      retry: [
        {
          errors: ['Throttled', 'States.Timeout'],
          maxAttempts: 7,
          intervalMs: 2000,
          backoffRate: 1.5,
          maxDelayMs: 60_000,
          jitter: 'full',
        },
      ],
    });
    expect(resolveTaskPolicy({ retry: [retry, {}] }).retry).toHaveLength(2);
  });

  const refusedRetries: [RetryPolicy, RegExp][] = [
    [{ errors: [] }, /^errors is \[\]: give a list of error names\.$/],
    [{ maxAttempts: 0 }, /^maxAttempts is 0: give a whole number from 1\.$/],
    [{ maxAttempts: 2.5 }, /^maxAttempts is 2\.5/],
    [{ maxAttempts: Number.NaN }, /^maxAttempts is NaN/],
    [{ maxAttempts: Number.POSITIVE_INFINITY }, /^maxAttempts is Infinity/],
    [{ backoffRate: 0.5 }, /^backoffRate is 0\.5: give a number from 1 to 100\.$/],
    [{ backoffRate: 101 }, /^backoffRate is 101/],
    [{ backoffRate: Number.NaN }, /^backoffRate is NaN/],
  ];
  it.each(refusedRetries)('with the retry %o is refused', (retry, message) => {
    expect(() => resolveTaskPolicy({ retry })).toThrow(InvalidRetryPolicyError);
    expect(() => resolveTaskPolicy({ retry })).toThrow(message);
  });

  it.each<[string, RetryPolicy]>([
    ['an interval that is null', { interval: odd(null) }],
    ['a longest delay that is null', { maxDelay: odd(null) }],
    ['an interval that is a list', { interval: odd(['1s']) }],
  ])('with %s is refused: it is not left out', (_, retry) => {
    expect(() => resolveTaskPolicy({ retry })).toThrow(InvalidDurationError);
  });

  it('counts no further than integers are exact', () => {
    expect(() => resolveTaskPolicy({ retry: { maxAttempts: 1e20 } })).toThrow(InvalidRetryPolicyError);
  });

  it.each<[string, TaskPolicy]>([
    ['longer than', { timeout: '10s', heartbeat: '20s' }],
    ['as long as', { timeout: '10s', heartbeat: 10_000 }],
    [
      'longer, where the result comes from elsewhere, than',
      { timeout: '1h', heartbeat: '1d', waitForResult: true },
    ],
  ])('whose heartbeat is %s its timeout is refused, as in Step Functions', (_, policy) => {
    const { waitForResult: __, ...ofActivity } = policy;
    const refusal = expect.objectContaining({ code: 'InvalidTaskPolicy' });
    const message = /^heartbeat is \d+ ms and timeout is \d+ ms: give a heartbeat that is shorter/;
    expect(() => worker(policy)).toThrow(refusal);
    expect(() => worker(policy)).toThrow(message);
    expect(() => activity('approve', ofActivity)).toThrow(message);
    expect(() => withPolicy(worker({ timeout: policy.timeout ?? 1 }), { heartbeat: '2h' })).toThrow(message);
  });

  it.each<[string, Duration]>([
    ['0', 0],
    ['-0', -0],
    ["'0s'", '0s'],
    ["'0ms'", '0ms'],
    ["'0.0d'", '0.0d'],
    ['a part of a millisecond', 0.4],
  ])('whose timeout is %s is refused: every attempt would fail', (_, timeout) => {
    const refusal = expect.objectContaining({
      code: 'InvalidTaskPolicy',
      message: expect.stringMatching(/^timeout is .*, so every attempt would fail: give a longer one/),
    });
    expect(() => worker({ timeout })).toThrow(refusal);
    expect(() => worker({ timeout, waitForResult: true })).toThrow(refusal);
    expect(() => lambda('f', { timeout })).toThrow(refusal);
    expect(() => activity('a', { timeout })).toThrow(refusal);
    expect(() => withPolicy(worker(), { timeout })).toThrow(refusal);
    expect(() =>
      withPolicy(
        fromPromise(async () => 1),
        { timeout },
      ),
    ).toThrow(refusal);
  });

  it.each<[string, TaskPolicy]>([
    ['heartbeat', { heartbeat: 0 }],
    ['heartbeat', { heartbeat: '0s' }],
    ['startTimeout', { startTimeout: 0, waitForResult: true }],
  ])('whose %s is nothing is refused', (name, policy) => {
    expect(() => worker(policy)).toThrow(new RegExp(`^${name} is 0 ms: give a second or more`));
  });

  it('may retry at once: an interval and a longest delay of 0 are delays', () => {
    const { retry } = resolveTaskPolicy({ retry: { interval: 0, maxDelay: 0 } });
    expect(retry).toMatchObject([{ intervalMs: 0, maxDelayMs: 0 }]);
  });

  it.each([
    ['States.Timout', "did you mean 'States.Timeout'?"],
    ['States.TimeOut', "did you mean 'States.Timeout'?"],
    ['States.All', "did you mean 'States.ALL'?"],
    ['states.ALL', "did you mean 'States.ALL'?"],
    ['State.Timeout', "did you mean 'States.Timeout'?"],
    ['States.HearbeatTimeout', "did you mean 'States.HeartbeatTimeout'?"],
    ['Millrace.InvocationLosst', "did you mean 'Millrace.InvocationLost'?"],
    ['Milrace.UnknownOutcome', "did you mean 'Millrace.UnknownOutcome'?"],
    ['States.Xyz', "names with 'States.' are reserved: there are States.ALL, States.Timeout"],
    ['Millrace.Xyz', "names with 'Millrace.' are reserved: there are Millrace.InvocationLost"],
    ['States.Http.StatusCode.4xx', "names with 'States.' are reserved"],
  ])('for the error %s, which does not exist, is refused', (name, message) => {
    const refusal = expect.objectContaining({
      code: 'InvalidRetryPolicy',
      message: expect.stringContaining(message),
    });
    expect(() => worker({ retry: { errors: ['CardDeclined', name] } })).toThrow(refusal);
    expect(() => errorIs('CardDeclined', name)).toThrow(refusal);
  });

  it.each([
    ...['States.ALL', 'States.Timeout', 'States.Permissions', 'States.Runtime', 'States.Http.Socket'],
    ...['States.Http.StatusCode.404', 'Millrace.InvocationLost', 'Millrace.Cancelled'],
    ...[
      'Timeout',
      'State.Invalid',
      'StatesTimeout',
      'Lambda.Unknown',
      'StatesX.Timeout',
      'my.States.Timeout',
    ],
  ])('may be for the error %s', (name) => {
    expect(() => worker({ retry: { errors: [name] } })).not.toThrow();
    expect(() => errorIs(name)).not.toThrow();
  });

  it('knows the name of every error with a reserved prefix in the sources', async () => {
    const folders = ['orchestrator', 'workers', 'asl', 'services', 'client', 'cli'];
    const files = await Promise.all(
      folders.map((folder) =>
        readdir(folder, { recursive: true }).then((all) => all.map((f) => join(folder, f))),
      ),
    );
    const sources = files.flat().filter((file) => file.endsWith('.ts'));
    const texts = await Promise.all(sources.map((file) => readFile(file, 'utf8')));
    const names = texts.flatMap((text) => text.match(/(?<=')Millrace\.[A-Za-z.]+(?=')/g) ?? []);
    expect(names).toContain('Millrace.InvalidResult');
    expect(names.filter((name) => unknownReservedName(name) !== undefined)).toEqual([]);
    expect(Object.values(errorNames).filter((name) => unknownReservedName(name) !== undefined)).toEqual([]);
  });

  it('may have a heartbeat of any length without a timeout of its own', () => {
    expect(resolveTaskPolicy({ heartbeat: '1d' })).toMatchObject({ heartbeatMs: dayMs });
  });

  it('is refused where it is written, in worker()', () => {
    const code = (expected: string) => expect.objectContaining({ code: expected });
    expect(() => worker({ timeout: '11000d' })).toThrow(code('InvalidDuration'));
    expect(() => worker({ retry: { interval: -1 } })).toThrow(code('InvalidDuration'));
    expect(() => worker({ retry: { maxDelay: '4000d' } })).toThrow(code('InvalidDuration'));
    expect(() => worker({ retry: { backoffRate: Number.NaN } })).toThrow(code('InvalidRetryPolicy'));
  });
});
