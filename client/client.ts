import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClientConfig } from '@aws-sdk/client-lambda';
import { createDynamoDBClient } from '../orchestrator/aws/client.ts';
import {
  functionNames,
  InvalidConfigurationError,
  readConfiguration,
} from '../orchestrator/configuration/configuration.ts';
import { readExecutionClock } from '../orchestrator/configuration/executionClock.ts';
import { checkOptions, type KeysOf } from '../orchestrator/core/policy/options.ts';
import { storeUrlProblem } from '../orchestrator/store/openStore.ts';
import type { Units } from '../orchestrator/table/dynamodb/dynamoDBCalls.ts';
import { DynamoDBTable } from '../orchestrator/table/dynamodb/dynamoDBTable.ts';
import type { ListedExecution, Page } from '../orchestrator/table/requests.ts';
import { openStoredJson, withStore } from '../orchestrator/table/stored/withStore.ts';
import { type CheckMachinesOptions, checkMachines } from './checkMachines.ts';
import {
  type ControlOptions,
  checkPatch,
  controlContent,
  type RedriveOptions,
  sendControl,
} from './control.ts';
import { type ControlledExecution, type ControlManyOptions, controlMany } from './controlMany.ts';
import { describeExecution, type ExecutionDescription } from './describe.ts';
import { doctor } from './doctor/doctor.ts';
import type { DoctorOptions } from './doctor/options.ts';
import { recoveryFunction } from './doctor/recovery.ts';
import type { TreatedFinding } from './doctor/treatment.ts';
import { NotRedrivableError } from './errors.ts';
import { type HistoryEntry, type HistoryOptions, readHistory, readHistoryPage } from './history.ts';
import { type ListOptions, listAllExecutions, listExecutions } from './list.ts';
import type { ExecutionEvent, MachineEvents, MachineReference, OptionalIfEmpty } from './machineTypes.ts';
import { optionKeys } from './optionKeys.ts';
import {
  type ExecutionRecording,
  type ExecutionState,
  type MachineDefinition,
  type ReplayReport,
  readStateAt,
  recordExecution,
  replayExecution,
} from './replay.ts';
import { type SendOptions, type SentEvent, sendEvent } from './send.ts';
import {
  type StartedExecution,
  type StartManyOptions,
  type StartOptions,
  startExecution,
  startExecutions,
} from './start.ts';
import { type ClientSurroundings, type Sleep, sleep } from './surroundings.ts';
import { completeTask, failTask, heartbeatTask, type TaskFailure } from './tasks.ts';
import { type WaitOptions, waitForExecution } from './wait.ts';
import {
  type ExecutionIds,
  type ExecutionsAtRest,
  type WaitForAllOptions,
  waitForAllExecutions,
} from './waitForAll.ts';

export interface ClientOptions {
  /** @default the environment's `MILLRACE_TABLE`, else `millrace` */
  readonly tableName?: string;
  /** @default one whose endpoint, region and credentials are the environment's, as with any AWS SDK */
  readonly dynamodb?: DynamoDBClient;
  /** Partitions that each index group is spread over, as deployed. @default `MILLRACE_INDEX_SHARDS`, else 4 */
  readonly indexShards?: number;
  /** Days that items are kept; 0: for ever. @default `MILLRACE_RETENTION_DAYS`, else 90 */
  readonly retentionDays?: number;
  /** Where large data is, as deployed: `s3://bucket/prefix` or `file:///folder`. @default `MILLRACE_STORE`, else nowhere */
  readonly store?: string;
  /** Data over so many KB goes there. @default `MILLRACE_STORE_OVER_KB`, else 32 */
  readonly storeOverKb?: number;
  /** Begins the names of the functions, as deployed: one of them is called by `doctor`. @default `MILLRACE_FUNCTION_PREFIX`, else `millrace-` */
  readonly functionPrefix?: string;
  /** Of Lambda's client, which `doctor` alone uses. @default endpoint, region and credentials of the environment */
  readonly lambda?: LambdaClientConfig;
  /** Told the capacity units that each call took. @default not asked for */
  readonly onConsumedCapacity?: (consumed: Units) => void;
  /** Milliseconds since the epoch. @default the system's clock; in a local cloud whose time passes faster, its time */
  readonly now?: () => number;
  /** Makes ids of executions and events. @default random UUIDs */
  readonly newId?: () => string;
  /** Waits between two looks. @default the system's timers */
  readonly sleep?: Sleep;
}

const clientKeys: KeysOf<ClientOptions> = {
  tableName: true,
  dynamodb: true,
  indexShards: true,
  retentionDays: true,
  store: true,
  storeOverKb: true,
  functionPrefix: true,
  lambda: true,
  onConsumedCapacity: true,
  now: true,
  newId: true,
  sleep: true,
};

/**
 * A client for the executions of one table.
 *
 * @throws UnknownOptionError
 * @throws InvalidConfigurationError when a `MILLRACE_` variable of the environment is unusable
 */
export function createClient(options: ClientOptions = {}): MillraceClient {
  checkOptions('createClient()', options, clientKeys);
  const configuration = readConfiguration(process.env);
  const {
    tableName = configuration.tableName,
    indexShards = configuration.indexShards,
    retentionDays = configuration.retentionDays,
    functionPrefix = configuration.functionPrefix,
    onConsumedCapacity,
  } = options;
  const now = options.now ?? readExecutionClock(process.env).now;
  const { store = configuration.store, storeOverKb = configuration.storeOverKb } = options;
  const problem = store === undefined ? undefined : storeUrlProblem(store);
  if (problem !== undefined) throw new InvalidConfigurationError(problem);
  const settings = { storeOverKb, ...(store !== undefined && { store }) };
  const items = new DynamoDBTable({
    client: options.dynamodb ?? createDynamoDBClient(),
    tableName,
    now,
    indexShards,
    ...(retentionDays > 0 && { retentionDays }),
    ...(onConsumedCapacity && { onConsumedCapacity }),
  });
  return new MillraceClient({
    table: withStore(items, openStoredJson(settings), settings, { fetches: true }),
    now,
    newId: options.newId ?? (() => randomUUID()),
    sleep: options.sleep ?? sleep,
    retentionDays,
    catchUp: recoveryFunction(functionNames(functionPrefix).recovery, options.lambda),
    // Whoever waits does so in the time of this process.
    ...(options.sleep === undefined && { waitClock: () => performance.now() }),
  });
}

/**
 * What an application does with executions. What the AWS SDK throws (no access, no table, throttled) is passed on as it
 * is. Every call refuses an option that it does not have, with `UnknownOptionError`.
 */
export class MillraceClient {
  readonly #surroundings: ClientSurroundings;
  /** Versions of executions that this client has redriven since it waited for them. */
  readonly #redriven = new Map<string, number>();

  /** Use {@link createClient}. */
  constructor(surroundings: ClientSurroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * Starts an execution with one write. The same id with the same machine, version and input is the same execution.
   *
   * @throws ExecutionAlreadyExistsError when the id is there with another machine, version or input
   * @throws InvalidExecutionIdError, InvalidMachineIdError, NotSerializableError, ItemTooLargeError before anything is
   * written
   */
  async start<M extends MachineReference>(
    machine: M,
    ...[options]: OptionalIfEmpty<StartOptions<M>>
  ): Promise<StartedExecution> {
    check('start', options);
    return startExecution(this.#surroundings, machine, options);
  }

  /**
   * Starts many, with bounded calls under way, as the answer is iterated; results come in order of completion. An
   * error stops it: those under way are still made, and starting the same again goes on from there.
   */
  startMany<M extends MachineReference>(
    machine: M,
    starts: Iterable<StartOptions<M>> | AsyncIterable<StartOptions<M>>,
    options: StartManyOptions = {},
  ): AsyncGenerator<StartedExecution, void, undefined> {
    check('startMany', options);
    return startExecutions(this.#surroundings, machine, starts, options);
  }

  /**
   * What is known of an execution, strongly consistent.
   *
   * @param machine its machine, for the types of its context and output
   * @throws ExecutionNotFoundError, InvalidExecutionIdError
   * @throws DifferentMachineError when it is not one of `machine`
   */
  describe<M extends MachineReference = string>(
    executionId: string,
    machine?: M,
  ): Promise<ExecutionDescription<M>> {
    return describeExecution(this.#surroundings, executionId, machine);
  }

  /**
   * A page of executions of a machine in a status, the latest first (RUNNING: by next wake; with `since`: the earliest
   * first), within each index shard. Eventually consistent.
   *
   * @throws InvalidMachineIdError, InvalidCursorError, IndexNotFoundError
   */
  async list(options: ListOptions): Promise<Page<ListedExecution>> {
    check('list', options);
    return listExecutions(this.#surroundings, options);
  }

  /** The executions of all pages of {@link MillraceClient.list}. */
  listAll(options: Omit<ListOptions, 'limit' | 'cursor'>): AsyncGenerator<ListedExecution, void, undefined> {
    check('listAll', options);
    return listAllExecutions(this.#surroundings, options);
  }

  /**
   * Sends an event with one write. It is not checked that there is such an execution: an event may come before the
   * start.
   *
   * @throws InvalidEventError, ReservedEventTypeError, InvalidExecutionIdError, NotSerializableError, ItemTooLargeError
   * before anything is written
   */
  async send<M extends MachineReference = string>(
    executionId: string,
    event: MachineEvents<M>,
    options: SendOptions = {},
  ): Promise<SentEvent> {
    check('send', options);
    return sendEvent(this.#surroundings, executionId, event as ExecutionEvent, options);
  }

  /**
   * Gives the result of a task with `waitForResult`, by the token that its worker got. The same result may be given again.
   *
   * @throws InvalidTaskTokenError, NotSerializableError, ItemTooLargeError, ExecutionNotFoundError before anything is written
   * @throws TaskNotOpenError when nobody waits for it any more
   * @throws TaskAlreadyCompletedError when it has another result
   */
  completeTask(token: string, output?: unknown): Promise<void> {
    return completeTask(this.#surroundings, token, output);
  }

  /**
   * Lets a task with `waitForResult` fail: it is tried again, or its machine is told, as with an error of its worker.
   *
   * @throws InvalidTaskTokenError, InvalidTaskErrorError, ExecutionNotFoundError before anything is written
   * @throws TaskNotOpenError when nobody waits for it any more
   * @throws TaskAlreadyCompletedError when it has another result
   */
  failTask(token: string, failure: TaskFailure | Error): Promise<void> {
    return failTask(this.#surroundings, token, failure);
  }

  /**
   * Says that whoever works on a task lives, as `task.heartbeat` in its worker does, and how far it is.
   *
   * @throws InvalidTaskTokenError, NotSerializableError, ItemTooLargeError, ExecutionNotFoundError, TaskNotOpenError before
   * anything is written
   */
  async heartbeatTask(token: string, beat: { readonly progress?: unknown } = {}): Promise<void> {
    check('heartbeatTask', beat);
    return heartbeatTask(this.#surroundings, token, beat);
  }

  /**
   * Ends an execution as ABORTED. One that has ended stays as it is.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError
   */
  async stop(executionId: string, options: ControlOptions = {}): Promise<void> {
    check('stop', options);
    await this.describe(executionId);
    await sendControl(this.#surroundings, executionId, controlContent('stop', options));
  }

  /**
   * Lets an execution that is FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE go on from where it was: what succeeded is not
   * repeated, what failed is tried again, its children are redriven with it.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError, NotSerializableError
   * @throws NotRedrivableError when it is in another status
   * @throws InputPatchNotApplicableError when nothing that failed has an input
   */
  async redrive(executionId: string, options: RedriveOptions = {}): Promise<void> {
    check('redrive', options);
    const { status, version } = await this.describe(executionId);
    if (status === 'RUNNING' || status === 'SUSPENDED' || status === 'SUCCEEDED') {
      throw new NotRedrivableError(executionId, status);
    }
    await checkPatch(this.#surroundings, executionId, options);
    await sendControl(this.#surroundings, executionId, controlContent('redrive', options));
    this.#redriven.set(executionId, version);
    const [oldest] = this.#redriven.keys();
    if (oldest !== undefined && this.#redriven.size > mostRemembered) this.#redriven.delete(oldest);
  }

  /**
   * Lets an execution stand still: results and events go to its journal, its timers wait. Workers that run are not stopped,
   * and the execution's own timeout runs on, to be found by the resume.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError
   */
  async suspend(executionId: string, options: ControlOptions = {}): Promise<void> {
    check('suspend', options);
    await this.describe(executionId);
    await sendControl(this.#surroundings, executionId, controlContent('suspend', options));
  }

  /**
   * Lets a SUSPENDED execution go on, with everything that has come meanwhile.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError
   */
  async resume(executionId: string, options: ControlOptions = {}): Promise<void> {
    check('resume', options);
    await this.describe(executionId);
    await sendControl(this.#surroundings, executionId, controlContent('resume', options));
  }

  /**
   * Stops, redrives, suspends or resumes the executions of a list, as the answer is iterated. May be repeated at any time:
   * what has moved on is skipped, and what was told before and has not moved is told nothing twice.
   *
   * @throws ControlMismatchError when executions in that status cannot be told that
   * @throws InvalidMachineIdError, NotSerializableError
   */
  controlMany(options: ControlManyOptions): AsyncGenerator<ControlledExecution, void, undefined> {
    check('controlMany', options);
    return controlMany(this.#surroundings, options);
  }

  /**
   * Looks through the whole table for executions that do not go on as they should, and has them caught up by the recovery
   * function, as the answer is iterated. Safe at any time, beside the orchestrator and other runs; may be broken off, and
   * gone on with from the `cursor` of its progress.
   *
   * @throws RecoveryUnavailableError when there is something to mend, and the recovery function cannot be called
   * @throws IndexNotFoundError when the table has no index
   * @throws InvalidCursorError
   */
  doctor(options: DoctorOptions = {}): AsyncGenerator<TreatedFinding, void, undefined> {
    check('doctor', options);
    return doctor(this.#surroundings, options);
  }

  /**
   * Resolves when the execution has ended (SUCCEEDED, FAILED, TIMED_OUT, ABORTED) or is PENDING_REDRIVE; with `state` or
   * `tag`, also when it is found in that state. A state that it passes between two looks is not seen.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError, DifferentMachineError, InvalidWaitError, WaitTimeoutError
   */
  async wait<M extends MachineReference = string>(
    executionId: string,
    options: WaitOptions<M> = {},
  ): Promise<ExecutionDescription<M>> {
    check('wait', options);
    // The end from which it was redriven is not the one that is waited for.
    const before = this.#redriven.get(executionId);
    this.#redriven.delete(executionId);
    return waitForExecution(this.#surroundings, executionId, options, before);
  }

  /**
   * Resolves when each of many executions of one machine has ended, is PENDING_REDRIVE or waits only for events. Takes
   * what {@link MillraceClient.startMany} answers, so that starting and following go side by side.
   *
   * @throws WaitTimeoutError, ExecutionNotFoundError, DifferentMachineError, and what `executions` throws
   */
  async waitForAll(
    machine: MachineReference,
    executions: ExecutionIds,
    options: WaitForAllOptions = {},
  ): Promise<ExecutionsAtRest> {
    check('waitForAll', options);
    return waitForAllExecutions(this.#surroundings, machine, executions, options);
  }

  /**
   * A page of what happened to an execution: what was applied, in order, then what lies in its journal and is not applied
   * yet. With its machine, each entry says from which state it led to which, and what it changed.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError, InvalidCursorError
   */
  async history(executionId: string, options: HistoryOptions = {}): Promise<Page<HistoryEntry>> {
    check('history', options);
    return readHistoryPage(this.#surroundings, executionId, options);
  }

  /** The entries of all pages of {@link MillraceClient.history}, read as they are asked for. */
  historyAll(
    executionId: string,
    options: Pick<HistoryOptions, 'machines' | 'from'> = {},
  ): AsyncGenerator<HistoryEntry, void, undefined> {
    check('historyAll', options);
    return readHistory(this.#surroundings, executionId, options);
  }

  /**
   * The state of an execution after entry `number` of its history, from journal and log alone.
   *
   * @param machines definitions of its machine, that of its version among them
   * @throws ExecutionNotFoundError, InvalidExecutionIdError, HistoryEntryNotFoundError
   * @throws ReplayDivergedError when the definition is not the one that it ran with
   * @throws JournalIncompleteError when what is needed has expired
   */
  stateAt(
    executionId: string,
    number: number,
    machines: readonly MachineDefinition[],
  ): Promise<ExecutionState> {
    return readStateAt(this.#surroundings, executionId, number, machines);
  }

  /**
   * Takes every step of an execution again, by the definitions given, and compares what comes of it with what is stored.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError
   */
  replay(executionId: string, machines: readonly MachineDefinition[]): Promise<ReplayReport> {
    return replayExecution(this.#surroundings, executionId, machines);
  }

  /** Replays what is recorded of machines, those that run first, by today's definitions. */
  checkMachines(options: CheckMachinesOptions): AsyncGenerator<ReplayReport, void, undefined> {
    check('checkMachines', options);
    return checkMachines(this.#surroundings, options);
  }

  /**
   * All that a replay of the execution needs, to be kept as a test of its machine: see `replayRecording`.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError
   */
  record(executionId: string): Promise<ExecutionRecording> {
    return recordExecution(this.#surroundings, executionId);
  }
}

/** Redrives that a client remembers, until it waits for their executions. */
const mostRemembered = 1000;

/** @throws UnknownOptionError */
function check(call: keyof typeof optionKeys, options: unknown): void {
  checkOptions(`${call}()`, options, optionKeys[call]);
}
