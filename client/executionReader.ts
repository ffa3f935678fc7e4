import { checkNumber } from '../orchestrator/core/policy/options.ts';
import type { Count, ExecutionVersion, ListedExecution, Page } from '../orchestrator/table/requests.ts';
import {
  type BrowseOptions,
  browseExecutions,
  type CountOptions,
  countExecutions,
  readVersion,
} from './browse.ts';
import { type CheckMachinesOptions, checkMachines } from './checkMachines.ts';
import { describeExecution } from './describe.ts';
import type { ExecutionDescription } from './executionDescription.ts';
import { type HistoryOptions, readHistory, readHistoryPage } from './history.ts';
import type { HistoryEntry } from './historyEntry.ts';
import { type ExecutionInspection, type InspectOptions, inspectExecution } from './inspect.ts';
import { type ListOptions, listAllExecutions, listExecutions } from './list.ts';
import { type MachineReference, type OfMachine, ofMachine } from './machineTypes.ts';
import { checkCallOptions } from './optionKeys.ts';
import {
  type DefinedMachine,
  type ExecutionRecording,
  type ExecutionState,
  type MachineDefinition,
  type ReplayOptions,
  type ReplayReport,
  readStateAt,
  recordExecution,
  replayExecution,
  withDefinitions,
} from './replay.ts';
import type { ClientSurroundings } from './surroundings.ts';

/** The part of the client that reads executions and changes none. */
export abstract class ExecutionReader {
  protected readonly surroundings: ClientSurroundings;

  /** Use {@link createClient}. */
  constructor(surroundings: ClientSurroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Describes an execution, with strongly consistent reads.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError, DifferentMachineError
   */
  describe<M extends MachineReference = string>(
    executionId: string,
    machine?: M,
  ): Promise<ExecutionDescription<M>>;
  describe<M extends MachineReference = string>(
    executionId: string,
    options?: OfMachine<M>,
  ): Promise<ExecutionDescription<M>>;
  async describe<M extends MachineReference = string>(
    executionId: string,
    options?: OfMachine<M> | M,
  ): Promise<ExecutionDescription<M>> {
    const given = ofMachine(options);
    checkCallOptions('describe', given);
    return describeExecution(this.surroundings, executionId, given.machine);
  }

  /**
   * A page of executions of a machine in a status, the latest first (RUNNING: by next wake; with `since`: the earliest
   * first), within each index shard. Eventually consistent.
   *
   * @throws InvalidMachineIdError, InvalidCursorError, IndexNotFoundError
   */
  async list(options: ListOptions = {}): Promise<Page<ListedExecution>> {
    checkCallOptions('list', options);
    return listExecutions(this.surroundings, options);
  }

  /** The executions of all pages of {@link ExecutionReader.list}. */
  listAll(
    options: Omit<ListOptions, 'limit' | 'cursor'> = {},
  ): AsyncGenerator<ListedExecution, void, undefined> {
    checkCallOptions('listAll', options);
    return listAllExecutions(this.surroundings, options);
  }

  /**
   * A page of executions of several machines and statuses: RUNNING ones by next wake, then the others, the latest first. It costs
   * one query per index shard, machine and status. A page may hold fewer executions than `limit` and still have a `cursor`.
   * Eventually consistent.
   *
   * @throws InvalidMachineIdError, InvalidCursorError, IndexNotFoundError
   */
  async browse(options: BrowseOptions): Promise<Page<ListedExecution>> {
    checkCallOptions('browse', options);
    return browseExecutions(this.surroundings, options);
  }

  /**
   * Counts executions of machines in a status, up to a number. It costs one query per index shard and machine. Eventually
   * consistent.
   *
   * @throws InvalidMachineIdError, IndexNotFoundError
   */
  async count(options: CountOptions): Promise<Count> {
    checkCallOptions('count', options);
    return countExecutions(this.surroundings, options);
  }

  /**
   * The status of an execution and the number of its commits, for a view that asks whether there is something new. Undefined
   * before its first commit.
   *
   * @throws InvalidExecutionIdError
   */
  async version(executionId: string): Promise<Pick<ExecutionVersion, 'status' | 'version'> | undefined> {
    return readVersion(this.surroundings, executionId);
  }

  /**
   * An execution with its whole history, by one query for each MB of it.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError, DifferentMachineError
   */
  async inspect(executionId: string, options: InspectOptions = {}): Promise<ExecutionInspection> {
    checkCallOptions('inspect', options);
    return inspectExecution(this.surroundings, executionId, options);
  }

  /**
   * A page of what happened to an execution: what was applied, in order, then what lies in its journal and is not applied
   * yet. With its machine, each entry says from which state it led to which, and what it changed.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError, InvalidCursorError
   */
  async history(executionId: string, options: HistoryOptions = {}): Promise<Page<HistoryEntry>> {
    checkCallOptions('history', options);
    return readHistoryPage(this.surroundings, executionId, options);
  }

  /** The entries of all pages of {@link ExecutionReader.history}, read as they are asked for. */
  historyAll(
    executionId: string,
    options: Omit<HistoryOptions, 'limit' | 'cursor'> = {},
  ): AsyncGenerator<HistoryEntry, void, undefined> {
    checkCallOptions('historyAll', options);
    return readHistory(this.surroundings, executionId, options);
  }

  /**
   * The state of an execution after entry `number` of its history, from journal and log alone.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError, HistoryEntryNotFoundError
   * @throws ReplayDivergedError when the definition is not the one that it ran with
   * @throws JournalIncompleteError when what is needed has expired
   */
  async stateAt<D extends MachineDefinition>(
    executionId: string,
    number: number,
    options: ReplayOptions<D> | readonly D[],
  ): Promise<ExecutionState<DefinedMachine<D>>> {
    const given = withDefinitions(options);
    checkCallOptions('stateAt', given);
    checkNumber('stateAt()', 'number', number, { least: 1, isWhole: true });
    const { machines, machine } = given;
    return readStateAt(this.surroundings, executionId, number, machines, machine);
  }

  /**
   * Takes every step of an execution again, by the definitions given, and compares what comes of it with what is stored.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError
   */
  async replay(
    executionId: string,
    options: ReplayOptions | readonly MachineDefinition[],
  ): Promise<ReplayReport> {
    const given = withDefinitions(options);
    checkCallOptions('replay', given);
    const { machines, machine } = given;
    return replayExecution(this.surroundings, executionId, machines, machine);
  }

  /** Replays what is recorded of machines, those that run first, by today's definitions. */
  checkMachines(options: CheckMachinesOptions): AsyncGenerator<ReplayReport, void, undefined> {
    checkCallOptions('checkMachines', options);
    return checkMachines(this.surroundings, options);
  }

  /**
   * All that a replay of the execution needs, to be kept as a test of its machine: see `replayRecording`.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError
   */
  async record(executionId: string, options: OfMachine = {}): Promise<ExecutionRecording> {
    checkCallOptions('record', options);
    return recordExecution(this.surroundings, executionId, options);
  }
}
