import { childNumber, parentOf } from '../../orchestrator/core/execution/model/addresses.ts';
import { type Execution, hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import type { Retention } from '../../orchestrator/core/policy/retention.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import { expiryOf, isExpired } from '../../orchestrator/table/retention.ts';
import { InvariantError } from './invariantError.ts';
import type { World } from './process.ts';
import type { SimulatedStore } from './store.ts';
import type { Users } from './users.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** By the lifecycle rule of the bucket. */
const objectGraceMs = 8 * dayMs;
const longestDays = 12;
const mostWords = 6;
const words = ['suspend', 'resume', 'redrive', 'stop'] as const;

/** Executions grow far older than their data would be without renewal, and now and then someone has a word for one. */
export class Ageing {
  readonly endsAt: number;
  readonly #world: World;
  readonly #store: SimulatedStore;
  readonly #retention: Retention;
  readonly #users: Users;
  readonly #onRedrive: (executionId: string) => void;
  #words: { readonly at: number; readonly say: () => void }[] = [];

  constructor(
    world: World,
    store: SimulatedStore,
    retention: Retention,
    users: Users,
    onRedrive: (executionId: string) => void,
  ) {
    this.#world = world;
    this.#store = store;
    this.#retention = retention;
    this.#users = users;
    this.#onRedrive = onRedrive;
    const { schedule, draws } = world;
    const ms = (1 + draws.below(longestDays, 'ageing')) * dayMs;
    this.endsAt = schedule.now + ms;
    const [first, ...rest] = world.database.executionIds();
    if (first === undefined) return;
    for (let number = draws.below(mostWords, 'ageing'); number > 0; number--) {
      const executionId = draws.oneOf([first, ...rest], 'ageing');
      const word = draws.oneOf(words, 'ageing');
      const at = schedule.now + draws.below(ms, 'ageing');
      this.#words.push({ at, say: () => this.#say(executionId, `aged-${number}-${word}`, word) });
    }
  }

  /** The sends that are due by now. The clock looks every hour, so that they are in time; after the end there are none. */
  talk(): void {
    const { now } = this.#world.schedule;
    const due = this.#words.filter(({ at }) => at <= now);
    this.#words = this.#words.filter(({ at }) => at > now);
    for (const { say } of due) say();
  }

  #say(executionId: string, eventId: string, word: (typeof words)[number]): void {
    const { database, schedule } = this.#world;
    const item = database.get(executionId, 'execution');
    // No decision depends on expired items any more.
    if (!item || isExpired(item, schedule.now + hourMs)) return;
    if (word === 'redrive') this.#onRedrive(executionId);
    schedule.begin(this.#users.control(executionId, eventId, word));
  }

  /**
   * Invariant 12: nothing has expired that an execution needs.
   *
   * @throws InvariantError
   */
  async check(): Promise<void> {
    const { database, schedule } = this.#world;
    for (const executionId of database.executionIds()) {
      const item = database.get(executionId, 'execution');
      if (!item || !this.#isNeeded(decodeExecution(item))) continue;
      for (const each of database.items(executionId)) {
        if ((expiryOf(each) ?? Number.POSITIVE_INFINITY) > schedule.now) continue;
        throw new InvariantError(12, executionId, `'${each.item?.S}' has expired, and is needed.`);
      }
      const writtenAt = await this.#store.writtenAt(executionId);
      if (writtenAt === undefined || writtenAt + this.#retention.keptMs + objectGraceMs > schedule.now)
        continue;
      throw new InvariantError(12, executionId, 'its object in the store has expired, and is needed.');
    }
  }

  /** It goes on, can be redriven, or another execution may still redrive it, or has not taken its result. */
  #isNeeded({ executionId, status, endedAt = 0 }: Execution): boolean {
    if (!hasEnded(status)) return true;
    const { database, schedule } = this.#world;
    if (status !== 'SUCCEEDED' && schedule.now - endedAt <= this.#retention.redrivableMs) return true;
    const parent = parentOf(executionId);
    const item = parent === undefined ? undefined : database.get(parent, 'execution');
    if (parent === undefined || !item) return false;
    const execution = decodeExecution(item);
    const number = childNumber(executionId, parent);
    return (
      execution.children?.some(({ task }) => task === number) === true &&
      execution.status !== 'SUCCEEDED' &&
      this.#isNeeded(execution)
    );
  }
}
