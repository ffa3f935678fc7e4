import fc from 'fast-check';
import { compare } from './compare.ts';
import { chainWays, type EngineWay } from './engineActor.ts';
import { aWorkflow, eventTypes } from './generateMachine.ts';
import type { Operation } from './observed.ts';
import { Tally } from './tally.ts';

/** Numbers mostly, and data that could be taken for a reference to an actor. */
const data = fc.oneof(
  { weight: 8, arbitrary: fc.nat(5) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { xstate$$type: 1, id: 'i0' },
      { $actor: 'root.0' },
      { $$actor: [{ $actor: 'root' }] },
    ),
  },
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('event' as const),
      event: fc.record({ type: fc.constantFrom(...eventTypes), v: data }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('event' as const),
      event: fc.record({
        type: fc.constant('xstate.route'),
        v: fc.constant(null),
        to: fc.constantFrom('#own0', '#own1', '#nowhere'),
      }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('settle' as const),
      task: fc.nat(6),
      succeeds: fc.nat(9).map((draw) => draw > 1),
      v: data,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('advance' as const), ms: fc.constantFrom(1, 5, 10, 25, 60) }),
  },
);

const progress: fc.Arbitrary<Operation> = fc.record({
  type: fc.constant('progress' as const),
  choice: fc.nat(999),
  succeeds: fc.nat(19).map((draw) => draw > 0),
  v: data,
});

const choices = fc.array(fc.nat(9999), { minLength: 400, maxLength: 1600, size: 'max' });

/** Whatever comes, to a machine of any shape; or the long way of a workflow from one thing that it waits for to the next. */
const numbersAndOperations = fc.oneof(
  fc.tuple(choices, fc.array(operation, { minLength: 5, maxLength: 20, size: 'max' })),
  fc.tuple(
    choices.map((numbers) => [aWorkflow, ...numbers]),
    fc.array(fc.oneof({ weight: 20, arbitrary: progress }, { weight: 1, arbitrary: operation }), {
      minLength: 20,
      maxLength: 80,
      size: 'max',
    }),
  ),
);

export interface Comparisons {
  readonly machines: number;
  readonly seed: number;
  /** The machine at which another run ended. @default all */
  readonly path?: string;
  /** Machines with child machines. */
  readonly children?: boolean;
  /** Runs each machine as an execution, too, in these ways. @default in one of the chains' ways each */
  readonly ways?: readonly EngineWay[];
  /** Makes a failing machine small. This takes minutes: the seed and path that a failure prints are enough to do it separately. */
  readonly shrinks?: boolean;
  /** Called after each machine. */
  readonly after?: (tally: Tally) => void;
}

/** @throws Error with seed and path of the first machine that differs, and how */
export async function compareMany({
  machines,
  seed,
  path,
  children = false,
  ways,
  shrinks = false,
  after,
}: Comparisons): Promise<Tally> {
  const tally = new Tally();
  const property = fc.asyncProperty(numbersAndOperations, async ([numbers, operations]) => {
    const way = chainWays[(numbers[2] ?? 0) % chainWays.length] ?? 'inline';
    tally.add(await compare(numbers, operations, { children, ways: ways ?? [way] }));
    after?.(tally);
  });
  await fc.assert(property, {
    numRuns: machines,
    seed,
    endOnFailure: !shrinks,
    ...(path !== undefined && { path }),
  });
  return tally;
}
