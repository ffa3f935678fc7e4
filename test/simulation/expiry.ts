import { hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import { isExpired } from '../../orchestrator/table/retention.ts';
import type { Draws } from './draws.ts';
import { InvariantError } from './invariantError.ts';
import type { Observer } from './observer.ts';
import type { World } from './process.ts';
import type { Users } from './users.ts';

export interface ExpiryOptions {
  readonly world: World;
  readonly users: Users;
  readonly observer: Observer;
  readonly comeToRest: () => Promise<void>;
  /** With the clock at work, which renews the data of what has not ended. */
  readonly passTime: (ms: number) => Promise<void>;
  /** For executions that a user started: how often their workers have run, with those of their children. */
  readonly runsOf: (executionId: string) => number;
}

const dayMs = 86_400_000;
/** Until everything of what has just ended has expired, but the execution itself. */
const firstDayMs = dayMs + 7_200_000;

/**
 * The retention is over: DynamoDB deletes items in any order. An ended execution stays as it ended, whatever is written to it meanwhile.
 * A week later everything of it is gone, and its id is anybody's.
 *
 * @returns an id that was begun again
 */
export async function expire(options: ExpiryOptions): Promise<string | undefined> {
  const { world, users, observer, comeToRest } = options;
  const { database, schedule, draws } = world;
  // One that is gone itself by then leaves its id to anyone, also to a start that comes late.
  const isKept = (id: string) => {
    const item = database.get(id, 'execution');
    return item !== undefined && !isExpired(item, schedule.now + firstDayMs);
  };
  const ended = database
    .executionIds()
    .filter((id) => !id.includes('.') && hasTreeEnded(world, id) && isKept(id));
  const [first] = shuffled(ended, draws);
  const start = first === undefined ? undefined : database.get(first, 'start');
  if (first === undefined || !start) return undefined;
  const before = endOf(world, first);
  const runs = options.runsOf(first);

  await options.passTime(firstDayMs);
  const tree = database.executionIds().filter((id) => id === first || id.startsWith(`${first}.`));
  const expired = tree.flatMap((id) =>
    database
      .items(id)
      .filter(({ item, expiresAt }) => item?.S !== 'execution' && Number(expiresAt?.N) * 1000 <= schedule.now)
      .map(({ item }) => [id, item?.S ?? ''] as const),
  );
  world.trace(() => `${first}: its items expire`);
  for (const [id, item] of shuffled(expired, draws)) {
    database.delete(id, item);
    if (!draws.chance(0.15, 'expiry')) continue;
    const place = draws.below(3, 'expiry');
    if (place === 0) schedule.begin(users.send(first, `late-${item}`, { type: 'LATE', event: {} }));
    else if (place === 1) schedule.begin(users.result(first, draws.below(4, 'expiry'), 1, 'late'));
    else if (!database.get(first, 'start'))
      schedule.begin(users.start(first, start.machine?.S ?? '', 'other'));
    await comeToRest();
  }
  const after = endOf(world, first);
  if (after !== before) throw new InvariantError(7, first, `it had ended ${before}, and then ${after}.`);
  if (options.runsOf(first) !== runs) throw new InvariantError(7, first, 'a worker ran after its end.');

  await options.passTime(9 * dayMs);
  const rest = tree.flatMap((id) => database.items(id).map(({ item }) => [id, item?.S ?? ''] as const));
  for (const [id, item] of shuffled(rest, draws)) database.delete(id, item);
  for (const id of tree) observer.forget(id);
  world.trace(() => `${first}: nothing of it is left`);
  return first;
}

function hasTreeEnded({ database }: World, executionId: string): boolean {
  const tree = database.executionIds().filter((id) => id === executionId || id.startsWith(`${executionId}.`));
  return tree.every((id) => {
    const item = database.get(id, 'execution');
    return item !== undefined && hasEnded(decodeExecution(item).status);
  });
}

function endOf({ database }: World, executionId: string): string {
  const item = database.get(executionId, 'execution');
  if (!item) return 'and is gone';
  const { status, endedAt, output, error } = decodeExecution(item);
  return JSON.stringify({ status, endedAt, output, error });
}

function shuffled<Each>(all: readonly Each[], draws: Draws): Each[] {
  const keyed = all.map((each) => ({ each, key: draws.fraction('expiry') }));
  return keyed.sort((a, b) => a.key - b.key).map(({ each }) => each);
}
