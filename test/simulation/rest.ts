import { hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import { InvariantError } from './invariantError.ts';
import type { World } from './process.ts';
import type { Users } from './users.ts';

/** Happenings until everything is at rest; what is not by then is stopped. */
const mostUntilRest = 700;
export const mostUntilStopped = 6000;
/** Questions of one execution that wait for an answer at the end. */
const mostAnswers = 8;

export interface RestOptions {
  readonly world: World;
  readonly users: Users;
  /** Answers whether nothing more is to happen, after at most so many happenings. */
  readonly run: (most: number) => Promise<boolean>;
  /** Told of each execution that is redriven. */
  readonly onRedrive: (executionId: string) => void;
}

/**
 * Answers what waits for an operator or for an answer, and stops what would go on for ever.
 *
 * @throws InvariantError where it goes on all the same
 */
export async function comeToRest({ world, users, run, onRedrive }: RestOptions): Promise<void> {
  const { database, schedule } = world;
  let isAtRest = await run(mostUntilRest);
  for (const [status, control] of [
    ['SUSPENDED', 'resume'],
    ['PENDING_REDRIVE', 'redrive'],
  ] as const) {
    for (const executionId of database.executionIds()) {
      if (database.get(executionId, 'execution')?.status?.S !== status) continue;
      if (control === 'redrive') onRedrive(executionId);
      schedule.begin(users.control(executionId, `last-${control}`, control));
    }
    isAtRest = await run(mostUntilRest);
  }
  for (let round = 0; round < mostAnswers && isAtRest && answerAll(world, users); round++) {
    isAtRest = await run(mostUntilRest);
  }
  if (isAtRest) return;
  for (const executionId of database.executionIds()) {
    const item = database.get(executionId, 'execution');
    if (!executionId.includes('.') && item && !hasEnded(decodeExecution(item).status)) {
      schedule.begin(users.control(executionId, 'last-stop', 'stop'));
    }
  }
  if (await run(mostUntilStopped)) return;
  throw new InvariantError(7, '*', 'after the end of all faults it does not come to rest.');
}

/** Answers whether something waited for an answer. */
function answerAll({ database, schedule }: World, users: Users): boolean {
  const waiting = database.executionIds().filter((executionId) => {
    const item = database.get(executionId, 'execution');
    const execution = item && decodeExecution(item);
    return execution?.status === 'RUNNING' && execution.tasks.some(({ waitsForResult }) => waitsForResult);
  });
  for (const executionId of waiting) schedule.begin(users.answer(executionId, 'at last'));
  return waiting.length > 0;
}
