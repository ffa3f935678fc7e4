import { describe, expect, it, test } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { describeThrown } from '../../../orchestrator/core/data/describeThrown.ts';
import type { Json } from '../../../orchestrator/core/data/json.ts';
import {
  revivedThrown,
  shownData,
  thrownAsJson,
  thrownOfJson,
} from '../../../orchestrator/core/data/thrown.ts';
import { worker } from '../../../workers/index.ts';
import { Execution } from './execution.ts';

/** From the throw in a worker to the machine, through the item. */
function arrived(thrown: unknown): unknown {
  const json = JSON.stringify(thrownAsJson(describeThrown(thrown)));
  return revivedThrown(thrownOfJson(json === undefined ? undefined : (JSON.parse(json) as Json)));
}

function arrivedError(thrown: unknown): Error & Record<string, unknown> {
  const error = arrived(thrown);
  if (!(error instanceof Error)) throw new TypeError(`No Error arrived: ${String(error)}`);
  return error as Error & Record<string, unknown>;
}

class HttpError extends Error {
  readonly status = 404;
  readonly response = { headers: { 'retry-after': '5' }, data: [1, null, { deep: true }] };
}

class ShortOfStock extends RangeError {}

describe('an error that was thrown is an Error again', () => {
  it('with name, message, own fields and stack', () => {
    const error = arrivedError(new HttpError('not found'));
    expect(error).toMatchObject({ name: 'HttpError', message: 'not found', status: 404 });
    expect(error.response).toEqual({ headers: { 'retry-after': '5' }, data: [1, null, { deep: true }] });
    expect(String(error)).toBe('HttpError: not found');
    expect(error.stack).toMatch(/^HttpError: not found\n {4}at /);
    expect(Object.keys(error).sort()).toEqual(['response', 'status']);
  });

  it('of the built-in class that it is', () => {
    expect(arrived(new TypeError('x'))).toBeInstanceOf(TypeError);
    expect(arrivedError(new ShortOfStock('x')).name).toBe('ShortOfStock');
  });

  it.each([
    ['one set on the error', Object.assign(new TypeError('x'), { name: 'Mine' }), 'Mine'],
    [
      'one set by the class',
      new (class A extends Error {
        override readonly name = 'Declined';
      })(),
      'Declined',
    ],
    ['a DOMException', new DOMException('stop', 'AbortError'), 'AbortError'],
    ['an anonymous class', new (class extends HttpError {})('x'), 'HttpError'],
    ['a built-in', new SyntaxError('x'), 'SyntaxError'],
  ])('by its name: %s', (_, thrown, name) => {
    expect(arrivedError(thrown).name).toBe(name);
  });

  it('with its cause, however deep, and the errors of an AggregateError', () => {
    const cause = new HttpError('inner', { cause: { type: 'plain' } });
    const error = arrivedError(new AggregateError([cause, 'text', new TypeError('t')], 'all', { cause }));
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.cause).toMatchObject({ name: 'HttpError', status: 404, cause: { type: 'plain' } });
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.errors).toMatchObject([{ status: 404 }, 'text', { name: 'TypeError' }]);
    expect((error.errors as unknown[])[2]).toBeInstanceOf(TypeError);
  });

  it('with errors in its own fields, and without what JSON cannot hold', () => {
    const circle: Record<string, unknown> = { status: 503, at: new Date(0), send: () => 1, big: 1n };
    circle.self = circle;
    const thrown = Object.assign(new Error('x'), { original: new RangeError('r'), circle, $error: 'data' });
    const error = arrivedError(thrown);
    expect(error.original).toBeInstanceOf(RangeError);
    expect(error.circle).toEqual({ status: 503, at: '1970-01-01T00:00:00.000Z' });
    expect(error.$error).toBe('data');
  });

  it('with fields that are not enumerable and getters of its class, as errors of Zod and of AbortSignal have', () => {
    class Invalid extends Error {
      #issues: readonly object[];
      constructor(issues: readonly object[]) {
        super();
        this.#issues = issues;
        Object.defineProperty(this, 'path', { value: ['a', 0], enumerable: false });
        Object.defineProperty(this, '_internals', { value: 1, enumerable: false });
      }
      override get message() {
        return 'It is not valid.';
      }
      get issues() {
        return this.#issues;
      }
      get count() {
        return this.#issues.length;
      }
      get broken() {
        throw new Error('This getter fails.');
      }
      get method() {
        return () => 1;
      }
    }
    class TooShort extends Invalid {}
    const error = arrivedError(new TooShort([{ code: 'too_small' }]));
    expect(`${error}`).toBe('TooShort: It is not valid.');
    expect({ ...error }).toEqual({ path: ['a', 0], issues: [{ code: 'too_small' }], count: 1 });
    expect(arrivedError(AbortSignal.abort().reason)).toMatchObject({ name: 'AbortError', code: 20 });
  });

  it('with the status of the response in it, of fetch and of other clients', () => {
    const response = new Response('none', { status: 404, statusText: 'Not Found' });
    expect(arrivedError(Object.assign(new Error('ky'), { response })).response).toMatchObject({
      status: 404,
      ok: false,
      statusText: 'Not Found',
    });
    class Incoming {
      readonly statusCode = 503;
      readonly _events = 1;
      readonly socket = { write: () => undefined, port: 80 };
      readonly pipe = () => undefined;
    }
    expect(arrivedError(Object.assign(new Error('got'), { response: new Incoming() })).response).toEqual({
      statusCode: 503,
    });
    expect(arrived(response)).toMatchObject({ status: 404 });
  });

  it('without a part that throws when it is read, and with all the others', () => {
    const { proxy: gone, revoke } = Proxy.revocable({}, {});
    const refuses = () => {
      throw new TypeError('not to be read');
    };
    revoke();
    const response = Object.defineProperty({ status: 502, gone, list: [1, gone] }, 'body', {
      get: refuses,
      enumerable: true,
    });
    const thrown = new AggregateError([gone, new RangeError('second')], 'all', { cause: gone });
    Object.assign(thrown, { gone, response, when: { toJSON: refuses }, attempts: 3 });
    Object.defineProperty(thrown, 'request', { get: refuses, enumerable: true });
    const { stack: _, ...error } = describeThrown(thrown) as Record<string, unknown>;
    expect(error).toMatchObject({
      name: 'AggregateError',
      message: 'all',
      errors: [null, { name: 'RangeError', message: 'second' }],
      response: { status: 502, list: [1, null] },
      attempts: 3,
    });
    for (const part of ['cause', 'gone', 'when', 'request']) expect(error).not.toHaveProperty(part);
    for (const part of ['body', 'gone']) expect(error.response).not.toHaveProperty(part);
  });

  it('without the requests and headers that HTTP clients hide because of the secrets in them', () => {
    class Headers {
      toJSON() {
        return { authorization: 'Bearer secret' };
      }
    }
    class HiddenRequest {
      readonly url = 'https://example.com/';
      readonly headers = new Headers();
      readonly body = 'client_secret=secret';
    }
    const request = new HiddenRequest();
    const response = { status: 403, bodyAsText: 'denied', headers: { 'set-cookie': 'secret' }, request };
    class Rest extends Error {
      get options() {
        return { method: 'POST', headers: {}, body: 'secret' };
      }
      get redirects() {
        return [{ from: request, answer: response }];
      }
    }
    const error = Object.defineProperties(new Rest('denied'), {
      request: { value: request },
      response: { value: response },
    });
    const seen = { status: 403, bodyAsText: 'denied' };
    expect({ ...arrivedError(error) }).toEqual({ response: seen, redirects: [{ answer: seen }] });
    // Fields that are enumerable stay as they are.
    expect(arrivedError(Object.assign(new Error('axios'), { response })).response).toMatchObject({
      headers: { 'set-cookie': 'secret' },
    });
  });

  it('without a promise that a getter of its class returns, and whose rejection would end the process', async () => {
    class WithBody extends Error {
      get json() {
        return Promise.reject(new TypeError('The body has been read.'));
      }
    }
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    try {
      expect({ ...arrivedError(new WithBody('no')) }).toEqual({});
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      process.off('unhandledRejection', listen);
    }
    expect(unhandled).toEqual([]);
  });

  it('with the getters of its class, also where it is the cause of a cause', () => {
    class Invalid extends Error {
      get issues() {
        return ['too small'];
      }
    }
    const error = new Error('a', { cause: new Error('b', { cause: new Invalid('c') }) });
    expect(arrivedError(error)).toMatchObject({ cause: { cause: { issues: ['too small'] } } });
  });

  it('cut in work that grows with its size alone, where it has thousands of fields or errors', () => {
    const fields = Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`field${i}`, i]));
    const wide = arrivedError(Object.assign(new Error('wide'), fields));
    expect(Object.keys(wide).length).toBeGreaterThan(1_000);
    const errors = Array.from({ length: 20_000 }, (_, i) => new HttpError(`call ${i} failed`));
    const many = arrivedError(new AggregateError(errors, 'many failed'));
    expect(many.message).toBe('many failed');
    const [first] = many.errors as Error[];
    expect(first).toMatchObject({ message: 'call 0 failed', status: 404 });
  });

  it('cut, where it is too much, in its stack and its largest fields, and never in name or message', () => {
    const message = 'm'.repeat(30_000);
    const thrown = Object.assign(new HttpError(message), { body: 'b'.repeat(1_000_000) });
    const { stack, ...error } = describeThrown(thrown) as Record<string, unknown>;
    expect(error).toMatchObject({ name: 'HttpError', message, status: 404 });
    expect(error).not.toHaveProperty('body');
    expect(stack).toBeUndefined();
  });

  it('as the item has it, in any language: name, message and fields', () => {
    expect(revivedThrown(thrownOfJson({ name: 'Refused', message: 'no', status: 409 }))).toMatchObject({
      name: 'Refused',
      status: 409,
    });
    expect(thrownAsJson(describeThrown(new HttpError('x')))).toMatchObject({
      name: 'HttpError',
      status: 404,
    });
  });
});

test.each([
  ['an object', { type: 'X' }],
  ['an object with a name and a message', { name: 'Alice', message: 'hi', $error: true }],
  ['a text', 'text'],
  ['a number', 0],
  ['null', null],
  ['undefined', undefined],
  ['a list', [1, { a: 2 }]],
])('a thrown value that is not an error arrives as that value: %s', (_, thrown) => {
  expect(arrived(thrown)).toEqual(thrown);
});

test.each([
  ['a Map', new Map([['a', 1]]), "Map(1) { 'a' => 1 }"],
  ['NaN', Number.NaN, 'NaN'],
  ['a BigInt', 5n, '5n'],
])('a thrown value that JSON cannot hold is an error whose message shows it: %s', (_, thrown, shown) => {
  expect(arrivedError(thrown).message).toBe(`A value that is not an Error was thrown: ${shown}`);
});

test('an object without a name is known to retry policies as Error', () => {
  expect(thrownOfJson('text')).toEqual({ $thrown: true, value: 'text' });
});

test('for readers, errors are plain', () => {
  const thrown = Object.assign(new Error('x'), { original: new RangeError('r') });
  const { original } = shownData(thrownAsJson(describeThrown(thrown, 'stored')) ?? null) as {
    original: object;
  };
  expect(original).toEqual({ name: 'RangeError', message: 'r' });
});

const provided = setup({
  types: { context: {} as { error: unknown } },
  actors: { work: worker(), host: fromPromise<unknown, unknown>(async () => 1) },
});

const guarded = provided.createMachine({
  id: 'guarded',
  initial: 'working',
  context: { error: null },
  states: {
    working: {
      invoke: {
        src: 'work',
        onError: {
          guard: ({ event }) => event.error instanceof Error && Reflect.get(event.error, 'status') === 404,
          target: 'kept',
          actions: assign({ error: ({ event }) => event.error }),
        },
      },
    },
    kept: {
      on: {
        ASK: {
          guard: ({ context: { error } }) => error instanceof Error && Reflect.get(error, 'status') === 404,
          target: 'same',
        },
      },
    },
    same: {
      invoke: {
        src: 'host',
        input: ({ context }: { context: { error: unknown } }) => ({ error: context.error }),
      },
    },
  },
});

describe('in a machine', () => {
  const error = {
    name: 'HttpError',
    message: 'not found',
    status: 404,
    stack: 'HttpError: not found\n    at x',
  };

  it("XState's guards on event.error work, and an error in the context stays an Error over the stored state", () => {
    const execution = new Execution(guarded).start().fail(0, error);
    expect(execution.state).toMatchObject({ value: 'kept', context: { error }, errors: [['error']] });
    expect(execution.send('ASK').state.value).toBe('same');
    expect(execution.state.context).toEqual({ error });
  });

  it('an error within a field of an error in the context stays one as well, and so do keys that look like marks', () => {
    const inner = { $error: true, name: 'RangeError', message: 'r', limit: 7 };
    const deep = {
      ...error,
      details: { inner, $$actor: 'no reference' },
      cause: { ...error, nested: inner },
    };
    const looking = provided.createMachine({
      id: 'looking',
      context: { error: null },
      invoke: {
        src: 'work',
        onError: { actions: assign({ error: ({ event }) => ({ all: [event.error] }) }) },
      },
      on: {
        ASK: {
          actions: assign(({ context }) => {
            const [kept] = Reflect.get(Object(context.error), 'all') as {
              details: object;
              cause: { nested: Error };
            }[];
            const found = Object(kept?.details);
            return {
              error: [
                found.inner instanceof RangeError && found.inner.limit,
                kept?.cause.nested instanceof RangeError,
                found.$actor,
              ],
            };
          }),
        },
      },
    });
    const execution = new Execution(looking).start().fail(0, deep).send('ASK');
    expect(execution.state.context).toEqual({ error: [7, true, 'no reference'] });
  });

  it('the worker host gets it marked, another worker as plain data', () => {
    const execution = new Execution(guarded).start().fail(0, error).send('ASK');
    expect(execution.effects).toMatchObject([{ type: 'startTask', input: { error: { $error: true } } }]);
  });

  it('an error that machine code has made is stored without the stack of its process', () => {
    const making = provided.createMachine({
      id: 'making',
      context: () => ({ error: Object.assign(new HttpError('x'), { at: 1 }) }),
    });
    const { error: stored } = new Execution(making).start().state.context as { error: object };
    expect(stored).toMatchObject({ name: 'HttpError', at: 1 });
    expect(stored).not.toHaveProperty('stack');
  });

  it('a failed machine keeps what it failed with', () => {
    const unhandled = provided.createMachine({
      id: 'unhandled',
      context: { error: 0 },
      invoke: { src: 'work' },
    });
    const { state } = new Execution(unhandled).start().fail(0, error);
    expect(state).toMatchObject({ status: 'error', error: { name: 'HttpError', status: 404 } });
  });
});
