import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import type { TaskResult } from '../../orchestrator/core/execution/model/taskResult.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';
import { runTask, type Task } from '../../workers/runTask.ts';
import { noise } from '../support/noise.ts';

const now = 1_700_000_000_000;

const payload: TaskPayload = {
  table: 'table',
  executionId: 'e1',
  item: 'task#3#2',
  task: 3,
  attempt: 2,
  worker: 'charge',
  machine: 'order',
  machineVersion: '4',
  deadline: new Date(now + 10_000).toISOString(),
  idempotencyKey: 'e1#3',
  input: { amount: 7 },
};

/** Runs the work as an attempt; answers the result as it is read back from the table. */
async function resultOf(work: (input: Json, task: Task) => unknown): Promise<TaskResult> {
  const table = new MemoryTable();
  await runTask(payload, work, { table, now: () => now });
  const [entry, ...others] = await table.journal.readAll('e1');
  expect(others).toEqual([]);
  if (entry?.kind !== 'result' || entry.reference !== 'task#3#2') {
    throw new Error(`The attempt wrote ${JSON.stringify(entry)}.`);
  }
  return entry.result;
}

async function errorOf(work: () => unknown) {
  const result = await resultOf(work);
  if (result.status !== 'FAILED') throw new Error(`The attempt succeeded with ${JSON.stringify(result)}.`);
  if (result.error.$thrown) throw new Error(`The error is a value: ${JSON.stringify(result.error)}.`);
  return result.error;
}

async function errorOfTask(work: (input: Json, task: Task) => unknown) {
  const result = await resultOf(work);
  return result.status === 'FAILED' ? result.error : result;
}

const throwing = (thrown: unknown) => () => {
  throw thrown;
};

function errorWithGetter(key: string): Error {
  return Object.defineProperty(new Error('it broke'), key, {
    get: () => {
      throw new Error('not to be read');
    },
  });
}

/** An error of which someone has set a property to what it must not be. */
function errorWith(property: string, value: unknown): Error {
  return Object.defineProperty(new Error('it broke'), property, { value });
}

function containingItself(): object {
  const value: { self?: object } = Object.create(null);
  value.self = value;
  return value;
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function nested(depth: number): Json {
  let value: Json = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

/** Answers one value when it is looked at, and another when it is written. */
function changing(first: unknown, later: unknown): object {
  let reads = 0;
  return {
    get value() {
      return reads++ === 0 ? first : later;
    },
  };
}

class GetterError extends Error {
  override get message(): string {
    throw new Error('no message for you');
  }
}

class GetterLess extends Error {}

const throwingJson = {
  toJSON: () => {
    throw new Error('no JSON for you');
  },
};

const trapped = new Proxy(new Error('trapped'), {
  get() {
    throw new Error('trap');
  },
});

class CardDeclined extends Error {
  readonly retryable = false;
}

describe('whatever a worker throws becomes an item', () => {
  // Where stacks are mapped to sources, that of an error with a symbol cannot be read.
  const odd: [name: string, thrown: unknown, message: string | RegExp][] = [
    ['an error whose message cannot be read', new GetterError(), 'Something was thrown that cannot be read.'],
    ['an error whose stack cannot be read', errorWithGetter('stack'), 'it broke'],
    ['an error whose name cannot be read', errorWithGetter('name'), 'it broke'],
    ['an error whose constructor cannot be read', errorWithGetter('constructor'), 'it broke'],
    ['an error whose retryable cannot be read', errorWithGetter('retryable'), 'it broke'],
    ['a proxy that throws', trapped, 'Something was thrown that cannot be read.'],
    ['a proxy that was revoked', revokedProxy(), /^(A value that is not an Error was|Something was) thrown/],
    [
      'an object that contains itself',
      containingItself(),
      /^A value that is not an Error was thrown: .*Circular/s,
    ],
    ['an error without a constructor', errorWith('constructor', undefined), 'it broke'],
    ['an error whose stack is a number', errorWith('stack', 5), 'it broke'],
    ['an error whose message is a BigInt', errorWith('message', 1n), '1n'],
    [
      'an error whose message is a symbol',
      errorWith('message', Symbol('s')),
      /^(Symbol\(s\)|Something was thrown)/,
    ],
    ['an error whose name is a symbol', errorWith('name', Symbol('n')), /^(it broke|Something was thrown)/],
    ['an error whose name is an object', errorWith('name', { a: () => 1 }), 'it broke'],
    ['half of a surrogate pair', new Error('a\ud800'), 'a\ud800'],
    ['a BigInt', 10n, 'A value that is not an Error was thrown: 10n'],
  ];
  it.each(odd)('%s', async (_, thrown, message) => {
    const error = await errorOf(throwing(thrown));
    expect(typeof error.name).toBe('string');
    expect(error.name).not.toBe('');
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });

  it.each([
    ['its message', Object.assign(new GetterError(), { status: 404 })],
    ['a field', Object.assign(new GetterLess('it broke'), { status: 404, response: trapped })],
    [
      'the toJSON of a field',
      Object.assign(new GetterLess('it broke'), { status: 404, response: throwingJson }),
    ],
    ['a cause', Object.assign(new GetterLess('it broke', { cause: revokedProxy() }), { status: 404 })],
  ])('an error keeps its name and the rest where %s cannot be read', async (_, thrown) => {
    expect(await errorOf(throwing(thrown))).toMatchObject({
      name: expect.stringMatching(/^Getter(Error|Less)$/),
      status: 404,
    });
  });

  it('an error of a class, under the name of the class, with whether it may be tried again', async () => {
    expect(await errorOf(throwing(new CardDeclined('no funds')))).toMatchObject({
      name: 'CardDeclined',
      message: 'no funds',
      retryable: false,
    });
  });

  it('an error that says nothing true or false of being tried again says nothing of it', async () => {
    expect(await errorOf(throwing(errorWith('retryable', 'perhaps')))).not.toHaveProperty('retryable');
    expect(await errorOf(throwing(new Error('x')))).not.toHaveProperty('retryable');
  });

  it('an error that is frozen, and one with a name of its own', async () => {
    expect(await errorOf(throwing(Object.freeze(new TypeError('frozen'))))).toMatchObject({
      name: 'TypeError',
    });
    expect(await errorOf(throwing(errorWith('name', 'Payment.Declined')))).toMatchObject({
      name: 'Payment.Declined',
    });
  });

  it('an error of another realm, as the error that it is', async () => {
    const foreign: unknown = runInNewContext('new RangeError("far away")');
    expect(foreign).not.toBeInstanceOf(Error);
    expect(await errorOf(throwing(foreign))).toMatchObject({ name: 'RangeError', message: 'far away' });
  });

  it("with name and message cut to Step Functions' lengths, and the stack to 600 characters", async () => {
    const error = Object.assign(new Error(noise(1_000_000)), { name: 'N'.repeat(300) });
    const { name, message, stack } = await errorOf(throwing(error));
    expect([name.length, message.length, stack?.length]).toEqual([256, 32_768, 600]);
    expect((await errorOf(throwing(noise(1_000_000)))).message).toHaveLength(32_768);
  });

  it('also where it rejects', async () => {
    expect(await errorOf(() => Promise.reject(new RangeError('later')))).toMatchObject({
      name: 'RangeError',
    });
  });
});

describe('whatever a worker returns becomes an item', () => {
  const refused: [name: string, work: () => unknown, error: object][] = [
    ['a proxy that was revoked', revokedProxy, { name: 'TypeError' }],
    ['an object whose toJSON is a function', () => ({ toJSON: () => 1 }), { name: 'NotSerializableError' }],
    ['a getter that throws', thrower, { message: 'no value' }],
    ['a symbol', () => Symbol('x'), { name: 'NotSerializableError' }],
    ['a BigInt', () => ({ price: 1n }), { name: 'NotSerializableError' }],
    ['lists nested 2000 deep', () => nested(2000), { name: 'NotSerializableError' }],
    ['a getter that becomes a BigInt', () => changing(1, 1n), { name: 'TypeError' }],
    ['a thenable that throws', thenable, { message: 'no then' }],
  ];
  it.each(refused)('%s, as a failure that says what is wrong', async (_, work, error) => {
    expect(await errorOf(work)).toMatchObject(error);
  });

  function thrower(): object {
    return {
      get value() {
        throw new Error('no value');
      },
    };
  }

  function thenable(): object {
    return Object.defineProperty({}, 'then', {
      value: () => {
        throw new Error('no then');
      },
    });
  }

  it('a getter that becomes a function, as JSON writes it', async () => {
    expect(await resultOf(() => changing(1, () => 1))).toEqual({ status: 'SUCCEEDED', output: {} });
  });

  it.each<[string, Json]>([
    ['half of a surrogate pair', 'a\ud800'],
    ['lists nested 900 deep', nested(900)],
    ['a number beyond those of DynamoDB', 1e300],
    ['an object with an empty key', { '': { '': null } }],
    ['null', null],
  ])('%s, unchanged', async (_, output) => {
    expect(await resultOf(() => output)).toEqual({ status: 'SUCCEEDED', output });
  });

  it('nothing, as a result without output: the orchestrator makes it null', async () => {
    expect(await resultOf(() => undefined)).toEqual({ status: 'SUCCEEDED' });
  });

  it('more than an item holds, as States.DataLimitExceeded with the name of the worker', async () => {
    const error = await errorOf(() => noise(900_000));
    expect(error.name).toBe('States.DataLimitExceeded');
    expect(error.message).toMatch(/^Worker 'charge': /);
  });
});

describe('a worker', () => {
  it('gets its input and what there is to know of its task', async () => {
    let seen: unknown;
    await resultOf((input, { signal, ...task }) => {
      seen = { input, task, isAborted: signal.aborted };
    });
    expect(seen).toEqual({
      input: { amount: 7 },
      task: {
        executionId: 'e1',
        task: 3,
        attempt: 2,
        machine: 'order',
        machineVersion: '4',
        idempotencyKey: 'e1#3',
        deadline: new Date(now + 10_000),
        heartbeat: expect.any(Function),
      },
      isAborted: false,
    });
  });

  it('is notified a second before its deadline, at once where that has passed', async () => {
    const table = new MemoryTable();
    const late = { ...payload, deadline: new Date(now + 500).toISOString() };
    const work = (_: Json, { signal }: Task) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('told')));
    await runTask(late, work, { table, now: () => now });
    expect(await table.journal.readAll('e1')).toMatchObject([{ result: { output: 'told' } }]);
  });

  it('is notified in the time of a local cloud whose time passes faster', async () => {
    const table = new MemoryTable();
    // An hour less a second of its time is a tenth of a second.
    const hourly = { ...payload, deadline: new Date(now + 3_600_000).toISOString() };
    const work = (_: Json, { signal }: Task) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('told')));
    await runTask(hourly, work, { table, now: () => now, systemDelayMs: (ms) => ms / 36_000 });
    expect(await table.journal.readAll('e1')).toMatchObject([{ result: { output: 'told' } }]);
  });

  it('rejects only when the table does not take its result', async () => {
    const refusal = new Error('throttled');
    const table = new MemoryTable();
    table.journal.insertResult = () => Promise.reject(refusal);
    await expect(runTask(payload, () => 1, { table, now: () => now })).rejects.toBe(refusal);
  });
});

describe('a worker with a heartbeat', () => {
  it('writes a sign of life each time, with how far it is', async () => {
    const table = new MemoryTable();
    const work = async (_: Json, { heartbeat }: Task) => {
      await heartbeat();
      await heartbeat({ progress: { rows: 500 } });
      return 'done';
    };
    await runTask(payload, work, { table, now: () => now });
    expect(await table.attempts.readBeats('e1', [{ task: 3, attempt: 2 }])).toEqual([
      { task: 3, attempt: 2, count: 2, at: new Date(now).toISOString(), progress: { rows: 500 } },
    ]);
  });

  it('fails by name where its progress is no JSON', async () => {
    const error = await errorOfTask((_, { heartbeat }) => heartbeat({ progress: 1n }));
    expect(error).toMatchObject({ name: 'NotSerializableError' });
  });
});

describe('a worker whose result comes from elsewhere', () => {
  const waiting: TaskPayload = { ...payload, token: 'e1#3#2' };

  it('says that it has begun, is given the token, and writes no result', async () => {
    const table = new MemoryTable();
    let seen: string | undefined;
    const work = (_: Json, { token }: Task) => {
      seen = token;
    };
    await runTask(waiting, work, { table, now: () => now });
    expect(seen).toBe('e1#3#2');
    expect(await table.attempts.readBeats('e1', [{ task: 3, attempt: 2 }])).toMatchObject([{ count: 1 }]);
    expect(await table.journal.readAll('e1')).toEqual([]);
  });

  it('needs no deadline, and then has none', async () => {
    const table = new MemoryTable();
    const { deadline: _, ...forEver } = waiting;
    let seen: Date | undefined = new Date();
    const work = (_input: Json, { deadline }: Task) => {
      seen = deadline;
    };
    await runTask(forEver, work, { table, now: () => now });
    expect(seen).toBeUndefined();
  });

  it('fails with what it throws', async () => {
    const table = new MemoryTable();
    await runTask(waiting, throwing(new TypeError('no')), { table, now: () => now });
    expect(await table.journal.readAll('e1')).toMatchObject([{ result: { error: { name: 'TypeError' } } }]);
  });
});

describe('a `once` worker', () => {
  const once: TaskPayload = { ...payload, once: true };

  it('claims the attempt, and does nothing where another run has claimed it', async () => {
    const table = new MemoryTable();
    let begun = 0;
    for (const id of ['one', 'other']) {
      await runTask(once, () => ++begun, { table, now: () => now, newId: () => id });
    }
    expect(begun).toBe(1);
    expect(await table.journal.readAll('e1')).toMatchObject([{ result: { output: 1 } }]);
  });

  it('is not begun after its deadline: its outcome has been reported as unknown', async () => {
    const table = new MemoryTable();
    let begun = 0;
    await runTask(once, () => ++begun, { table, now: () => now + 10_000 });
    expect(begun).toBe(0);
    expect(await table.journal.readAll('e1')).toEqual([]);
  });
});
