import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  InternalServerError,
  ProvisionedThroughputExceededException,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { logTextOf } from '../../orchestrator/table/logText.ts';
import type { SimulatedDatabase } from './database.ts';
import type { Draws } from './draws.ts';
import type { FaultKind } from './faults.ts';
import type { Schedule } from './schedule.ts';

export interface World {
  readonly schedule: Schedule;
  readonly draws: Draws;
  readonly database: SimulatedDatabase;
  /** Milliseconds that a process of this run can be ahead of the true time, or behind it. */
  readonly mostSkewMs: number;
  trace(line: () => string): void;
}

/** Thrown to code that waits for a process that died. */
export class ProcessDiedError extends Error {
  override readonly name = 'ProcessDiedError';
}

/** A client of the table, with no connection: its `send` is replaced for each process. */
const shared = new DynamoDBClient({
  region: 'nowhere',
  credentials: { accessKeyId: 'a', secretAccessKey: 's' },
});

const longestSlowMs = 3000;
const longestFrozenMs = 150_000;
const longestLateMs = 3000;
/** As long as another committer needs for a few calls. */
const longestSegmentMs = 120;

export interface ProcessFaults {
  /** Kinds of faults that end it before and after a call. */
  readonly crashes?: readonly FaultKind[];
  /** It can stand still, and its writes can be taken when no one waits for them any more. */
  readonly isHost?: boolean;
}

/** Something that can die between any two of its calls: every call that it makes goes through here. */
export class SimulatedProcess {
  readonly name: string;
  readonly client: DynamoDBClient;
  /** Executions of which an operation on the table has failed. */
  readonly failed = new Set<string>();
  /** Told of each commit that another has come before. */
  onLostCommit: (executionId: string, version: number) => void = () => {};
  readonly #world: World;
  readonly #crashes: readonly FaultKind[];
  readonly #isHost: boolean;
  readonly #skewMs: number;
  #isDead = false;
  #tellDeath: (error: ProcessDiedError) => void = () => {};
  /** Rejects when it dies. */
  readonly #death = new Promise<never>((_, reject) => {
    this.#tellDeath = reject;
  });

  constructor(
    name: string,
    world: World,
    { crashes = ['crashBeforeCall', 'crashAfterCall'], isHost = false }: ProcessFaults = {},
  ) {
    this.name = name;
    this.#world = world;
    this.#crashes = crashes;
    this.#isHost = isHost;
    const skew = world.mostSkewMs;
    this.#skewMs = skew === 0 ? 0 : Math.round((world.draws.fraction('skew') * 2 - 1) * skew);
    this.#death.catch(() => {});
    this.client = Object.create(shared, { send: { value: (command: object) => this.#send(command) } });
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** By its own clock. */
  now(): number {
    return this.#world.schedule.now + this.#skewMs;
  }

  /** Its work; rejects with ProcessDiedError where it dies meanwhile. */
  doing<Result>(work: Promise<Result>): Promise<Result> {
    return Promise.race([work, this.#death]);
  }

  sleep(ms: number): Promise<void> {
    return this.#alive(this.#world.schedule.wait(ms));
  }

  /** A call of another service. */
  async call<Result>(what: () => string, effect: () => Result): Promise<Result> {
    const { schedule, draws } = this.#world;
    this.#dieIf(0);
    const slowMs = draws.strikes('slowCall') ? draws.below(longestSlowMs, 'slow') : 0;
    if (this.#isHost) await this.#freeze();
    await this.#alive(schedule.wait(1 + draws.below(8, 'latency') + slowMs));
    if (this.#isDead) return new Promise(() => {});
    let result: Result;
    try {
      result = effect();
      this.#world.trace(() => `${this.name}: ${what()}`);
    } catch (error) {
      this.#world.trace(() => `${this.name}: ${what()}: ${error instanceof Error ? error.name : error}`);
      if (this.#isDead) return new Promise(() => {});
      throw error;
    }
    this.#dieIf(1);
    if (this.#isHost) await this.#freeze();
    if (draws.chance(0.25, 'answer')) await this.#alive(schedule.wait(draws.below(12, 'latency')));
    return this.#isDead ? new Promise(() => {}) : result;
  }

  #dieIf(place: 0 | 1): void {
    const kind = this.#crashes[place];
    if (this.#isDead || kind === undefined || !this.#world.draws.strikes(kind)) return;
    this.#die();
  }

  async #freeze(): Promise<void> {
    const { draws, schedule } = this.#world;
    if (!draws.strikes('frozenHost')) return;
    this.#world.trace(() => `${this.name}: is frozen`);
    await this.#alive(schedule.wait(draws.below(longestFrozenMs, 'frozen')));
    this.#world.trace(() => `${this.name}: goes on`);
  }

  #die(): void {
    this.#isDead = true;
    this.#world.trace(() => `${this.name}: dies`);
    this.#tellDeath(new ProcessDiedError(`${this.name} died.`));
  }

  /** Work in a process that died never goes on. */
  #alive(waiting: Promise<void>): Promise<void> {
    if (this.#isDead) return new Promise(() => {});
    return waiting.then(() => (this.#isDead ? new Promise(() => {}) : undefined));
  }

  async #send(command: object): Promise<object> {
    const what = () => describe(command);
    const output = await this.call(what, () => {
      try {
        return this.#execute(command);
      } catch (error) {
        for (const executionId of executionsOf(command)) this.failed.add(executionId);
        if (error instanceof ConditionalCheckFailedException) this.#tellLost(command);
        throw error;
      }
    });
    if (isSegment(command) && this.#strikes('slowSegment')) {
      const { schedule, draws } = this.#world;
      await this.#alive(schedule.wait(draws.below(longestSegmentMs, 'segment')));
    }
    return output;
  }

  #execute(command: object): object {
    const { database } = this.#world;
    if (command instanceof PutItemCommand) return this.#put(command);
    if (command instanceof TransactWriteItemsCommand) return this.#transact(command);
    if (command instanceof UpdateItemCommand) return this.#update(command);
    if (this.#strikes('failedRead')) throw throttled();
    if (command instanceof BatchGetItemCommand && this.#strikes('unprocessedKeys')) {
      return { $metadata: {}, Responses: {}, UnprocessedKeys: command.input.RequestItems };
    }
    return database.execute(command);
  }

  #tellLost(command: object): void {
    if (!(command instanceof PutItemCommand)) return;
    const { executionId, item, version } = command.input.Item ?? {};
    if (item?.S === 'execution') this.onLostCommit(executionId?.S ?? '', Number(version?.N));
  }

  #put(command: PutItemCommand): object {
    this.#failBefore();
    if (this.#isHost && this.#strikes('lateWrite')) this.#putLater(command);
    if (this.#strikes('transactionConflict')) {
      throw new TransactionConflictException({ message: 'Another transaction is at it', $metadata: {} });
    }
    const { database } = this.#world;
    const output = database.execute(command);
    if (this.#strikes('ambiguousWrite')) throw timedOut();
    // The SDK does this of its own accord: it sends again a request that was answered with an error.
    if (!this.#strikes('repeatedWrite')) return output;
    try {
      return database.execute(command);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) error.$metadata.attempts = 2;
      throw error;
    }
  }

  /** It is taken, or not, when this process has an error for an answer, or is dead. */
  #putLater(command: PutItemCommand): never {
    const { draws, schedule, database } = this.#world;
    schedule.later(draws.below(longestLateMs, 'late'), () => {
      try {
        database.execute(command);
        this.#world.trace(() => `${this.name}: late ${describe(command)}`);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    });
    if (draws.chance(0.5, 'late')) this.#die();
    throw timedOut();
  }

  #update(command: UpdateItemCommand): object {
    this.#failBefore();
    const output = this.#world.database.execute(command);
    if (this.#strikes('ambiguousWrite')) throw timedOut();
    return output;
  }

  #transact(command: TransactWriteItemsCommand): object {
    this.#failBefore();
    const { database, draws } = this.#world;
    if (this.#strikes('transactionConflict')) {
      const count = command.input.TransactItems?.length ?? 0;
      const at = draws.below(count, 'conflict');
      const reasons = Array.from({ length: count }, (_, i) => ({
        Code: i === at ? 'TransactionConflict' : 'None',
      }));
      throw new TransactionCanceledException({
        message: 'Conflict',
        $metadata: {},
        CancellationReasons: reasons,
      });
    }
    // Sent again by the SDK, it has the same token, and is answered as it was before.
    const output = database.execute(command);
    if (this.#strikes('ambiguousWrite')) throw timedOut();
    return output;
  }

  #failBefore(): void {
    if (this.#strikes('throttledWrite')) throw throttled();
    if (this.#strikes('failedWrite')) throw new InternalServerError({ message: 'Internal', $metadata: {} });
  }

  #strikes(kind: FaultKind): boolean {
    return this.#world.draws.strikes(kind);
  }
}

function isSegment(command: object): boolean {
  return command instanceof PutItemCommand && command.input.Item?.item?.S?.startsWith('log#') === true;
}

function throttled(): Error {
  return new ProvisionedThroughputExceededException({ message: 'The table is throttled', $metadata: {} });
}

function timedOut(): Error {
  return Object.assign(new Error('No answer came in time.'), { name: 'TimeoutError' });
}

/** Whose items it reads or writes. */
function executionsOf(command: object): string[] {
  const ids: (string | undefined)[] = [];
  if (command instanceof GetItemCommand || command instanceof UpdateItemCommand) {
    ids.push(command.input.Key?.executionId?.S);
  } else if (command instanceof PutItemCommand) {
    ids.push(command.input.Item?.executionId?.S);
  } else if (command instanceof QueryCommand) {
    ids.push(command.input.ExpressionAttributeValues?.[':id']?.S);
  } else if (command instanceof TransactWriteItemsCommand) {
    ids.push(...(command.input.TransactItems ?? []).map(({ Put }) => Put?.Item?.executionId?.S));
  } else if (command instanceof BatchGetItemCommand) {
    const requests = Object.values(command.input.RequestItems ?? {});
    ids.push(...requests.flatMap(({ Keys = [] }) => Keys.map(({ executionId }) => executionId?.S)));
  }
  return ids.filter((id) => id !== undefined);
}

function describe(command: object): string {
  if (command instanceof GetItemCommand) {
    return `get ${command.input.Key?.executionId?.S}/${command.input.Key?.item?.S}`;
  }
  if (command instanceof PutItemCommand) return `put ${itemText(command.input.Item)}`;
  if (command instanceof QueryCommand) {
    return `query ${Object.values(command.input.ExpressionAttributeValues ?? {})
      .map(({ S, N }) => S ?? N)
      .join(' ')}`;
  }
  if (command instanceof TransactWriteItemsCommand) {
    return `transact ${(command.input.TransactItems ?? []).map(({ Put }) => itemText(Put?.Item)).join(', ')}`;
  }
  return command.constructor.name;
}

function itemText(item: PutItemCommand['input']['Item']): string {
  const { executionId, item: sort, version, status, log } = item ?? {};
  const rest = version ? ` version ${version.N} ${status?.S} ${logTextOf(log)}` : '';
  return `${executionId?.S}/${sort?.S}${rest}`;
}
