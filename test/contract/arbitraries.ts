import fc from 'fast-check';
import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import type { RunningList } from '../../orchestrator/core/execution/lists/runningList.ts';
import { type Execution, executionStatuses } from '../../orchestrator/core/execution/model/execution.ts';

const unusualStrings = [
  '',
  '__proto__',
  'constructor',
  'toString',
  '\0',
  '\ud800',
  'a\udc00b',
  '🧾',
  '#',
  '5',
];
const unusualNumbers = [0, -0, 5e-324, 1e-131, 1e-130, 1e125, 9.99e125, 1e126, Number.MAX_VALUE, 2 ** 53];

const text = () => fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom(...unusualStrings));
const number = () =>
  fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(...unusualNumbers, ...unusualNumbers.map((each) => -each)),
  );
const scalar = () => fc.oneof(fc.constant(null), fc.boolean(), number(), text());

/** Any JSON, now and then deeper than the 32 levels that DynamoDB takes. */
export const json = (): fc.Arbitrary<Json> => fc.oneof({ weight: 5, arbitrary: tree() }, deep());

export const jsonObject = (): fc.Arbitrary<JsonObject> =>
  fc.dictionary(text(), tree(), { maxKeys: 5, noNullPrototype: true });

const tree = (): fc.Arbitrary<Json> =>
  fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalar(),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(text(), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).tree;

const deep = (): fc.Arbitrary<Json> =>
  fc
    .tuple(scalar(), fc.array(fc.boolean(), { minLength: 20, maxLength: 60 }))
    .map(([value, levels]) => levels.reduce<Json>((inner, isList) => (isList ? [inner] : { inner }), value));

const time = () => fc.integer({ min: 0, max: 4_102_444_800_000 });
/** Ids and names come from keys and code: they are what UTF-8 can hold. */
const name = () =>
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((each) => !/[#.]/.test(each));

const task = () =>
  fc.record(
    {
      task: fc.nat(),
      worker: name(),
      attempt: fc.nat(),
      cause: fc.constantFrom('start', 'task#1#1', 'event#a;b~c%', ''),
      deadline: time(),
      dispatchAt: time(),
      heartbeatAt: time(),
      startBy: time(),
      beat: fc.nat(),
      waitsForResult: fc.constant(true as const),
      work: fc.constantFrom('starts' as const, 'awaits' as const, 'cancelled' as const),
      input: json(),
    },
    { requiredKeys: ['task', 'worker', 'attempt', 'cause'] },
  );

const list = (executionId: string) =>
  fc
    .record({
      task: fc.nat(),
      worker: name(),
      first: fc.nat(),
      count: fc.nat(),
      items: fc.record({
        executionId: fc.constantFrom(executionId, 'another'),
        task: fc.nat(),
        hash: name(),
        pageSize: fc.integer({ min: 1, max: 200 }),
      }),
      concurrency: fc.nat(),
      tolerated: fc.nat(),
      next: fc.nat(),
      isDelegated: fc.boolean(),
      updates: fc.option(fc.nat(), { nil: undefined }),
      parts: fc.option(
        fc.record({
          done: fc.nat(),
          failed: fc.nat(),
          errors: fc.array(fc.record({ index: fc.nat(), name: text(), message: text() }), { maxLength: 2 }),
        }),
        { nil: undefined },
      ),
      indexes: fc.uniqueArray(fc.nat(40), { maxLength: 20 }),
      attempts: fc.array(
        fc.record({
          attempt: fc.integer({ min: 1, max: 3 }),
          cause: fc.constantFrom('start', 'task#1.4#1', 'task#1.4#12', 'event#a;b~c%é.,', 'wake#1x', ''),
          time: fc.oneof(fc.record({ deadline: time() }), fc.record({ dispatchAt: time() })),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      exceptions: fc.array(
        fc.record({
          index: fc.nat(),
          attempt: fc.nat(),
          status: fc.constantFrom('SUCCEEDED' as const, 'FAILED' as const, 'TIMED_OUT' as const),
        }),
        { maxLength: 4 },
      ),
    })
    .map(({ indexes, attempts, parts, isDelegated, updates, ...rest }): RunningList => {
      const { task, worker } = rest;
      const open = indexes
        .sort((a, b) => a - b)
        .flatMap((index, i) => {
          const of = attempts[i % attempts.length];
          return of ? [{ task, worker, index, attempt: of.attempt, cause: of.cause, ...of.time }] : [];
        });
      return {
        ...rest,
        open,
        ...(parts && { parts }),
        ...(isDelegated && { isDelegated }),
        ...(updates !== undefined && { updates }),
      };
    });

const error = () =>
  fc.record(
    {
      code: fc.constantFrom('MachineThrew' as const, 'TaskFailed' as const, 'StateTooLarge' as const),
      name: text(),
      message: text(),
      stack: text(),
    },
    { requiredKeys: ['code', 'name', 'message'] },
  );

const state = (): fc.Arbitrary<NonNullable<Execution['state']>> =>
  fc.oneof(name(), fc.dictionary(name(), name(), { maxKeys: 3, noNullPrototype: true }));

/** Any execution in its first version. One that is not RUNNING has no `wakeAt`. */
export const anyExecution = (): fc.Arbitrary<Execution> =>
  fc
    .record(
      {
        executionId: fc.constant('order-17'),
        machine: name(),
        machineVersion: name(),
        definitionHash: name(),
        status: fc.constantFrom(...executionStatuses),
        version: fc.constant(1),
        startedAt: time(),
        updatedAt: time(),
        endedAt: time(),
        state: state(),
        snapshot: json().map((value) => JSON.stringify(value)),
        output: json(),
        error: error(),
        waiting: fc.record({ since: time(), attempts: fc.nat(), nextAttemptAt: time() }),
        tasks: fc.array(task(), { maxLength: 3 }),
        lists: fc.array(list('order-17'), { minLength: 1, maxLength: 2 }),
        log: fc.string({ unit: 'grapheme-ascii' }),
        logSegments: fc.nat(1000),
        wakeAt: time(),
      },
      {
        requiredKeys: [
          'executionId',
          'machine',
          'status',
          'version',
          'startedAt',
          'updatedAt',
          'tasks',
          'log',
          'logSegments',
        ],
      },
    )
    .map(({ wakeAt, ...rest }) =>
      rest.status === 'RUNNING' && wakeAt !== undefined ? { ...rest, wakeAt } : rest,
    );

/** As JSON has it: what is compared is what a machine can tell apart. The order of keys is that of the alphabet. */
export function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

export { text };
