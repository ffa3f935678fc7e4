import type { AnyStateMachine } from 'xstate';
import type { JsonObject } from '../orchestrator/core/data/json.ts';
import { PageNeeded } from '../orchestrator/core/execution/lists/listItems.ts';
import type { JournalEntry } from '../orchestrator/core/execution/model/entries.ts';
import {
  type Execution,
  type ExecutionStatus,
  hasEnded,
} from '../orchestrator/core/execution/model/execution.ts';
import { journalEntryOf } from '../orchestrator/core/execution/model/inlinedResult.ts';
import { parseLog } from '../orchestrator/core/execution/model/log.ts';
import { type MachineLookup, machineLookup } from '../orchestrator/core/execution/model/machines.ts';
import type { Divergence, DivergenceCode } from '../orchestrator/core/execution/replay/divergence.ts';
import { ItemResultsNeeded } from '../orchestrator/core/execution/replay/itemResultsNeeded.ts';
import { Replay } from '../orchestrator/core/execution/replay/replay.ts';
import { JournalIncompleteError } from '../orchestrator/core/execution/replay/replayed.ts';
import { advance } from '../orchestrator/core/execution/step/advance.ts';
import { findMachine } from '../orchestrator/core/execution/step/waiting.ts';
import { prepareMachines } from '../orchestrator/core/machine/index.ts';
import { noLists, type OthersLists, withListResults } from '../orchestrator/table/listResults.ts';
import { checkIsOf, descriptionOf } from './describe.ts';
import { ExecutionNotFoundError, HistoryEntryNotFoundError, ReplayDivergedError } from './errors.ts';
import type { ExecutionDescription } from './executionDescription.ts';
import { type LoggedEntry, logStart, readLog } from './executionLog.ts';
import { checkExecutionId } from './identifiers.ts';
import type { MachineReference, OfMachine } from './machineTypes.ts';
import type { ClientSurroundings } from './surroundings.ts';

/** An XState machine, or the config of one that is JSON alone. */
export type MachineDefinition = AnyStateMachine | JsonObject;

export interface ReplayOptions<D extends MachineDefinition = MachineDefinition> extends OfMachine {
  /** Definitions of its machine, that of its version among them. They give the answer its types. */
  readonly machines: readonly D[];
}

/** The machine that a definition is, as calls refer to it. */
export type DefinedMachine<D> = D extends AnyStateMachine ? D : string;

/** Options with definitions, of options or a list of definitions. */
export function withDefinitions<D extends MachineDefinition>(
  given: ReplayOptions<D> | readonly D[],
): ReplayOptions<D> {
  return isList(given) ? { machines: given } : given;
}

function isList<D extends MachineDefinition>(given: ReplayOptions<D> | readonly D[]): given is readonly D[] {
  return Array.isArray(given);
}

/** @throws MachineNotDurableError, DuplicateMachineError, AmbiguousVersionError */
export function lookupOf(machines: readonly MachineDefinition[]): MachineLookup {
  return machineLookup(prepareMachines(machines));
}

/** As it was started: a redrive may have changed its version, and the journal says to which. */
export function asStarted(execution: Execution): Execution {
  const { startedOnVersion } = execution;
  return startedOnVersion === undefined ? execution : { ...execution, machineVersion: startedOnVersion };
}

/** The outcome of a replay by today's definitions. */
export interface ReplayReport {
  readonly executionId: string;
  readonly machine: string;
  readonly machineVersion?: string;
  /** As it is stored. */
  readonly status: ExecutionStatus;
  /** Entries of its log that were replayed. */
  readonly entries: number;
  readonly outcome: ReplayOutcome;
  /** Where the replay leaves what was recorded, and how. */
  readonly divergence?: Divergence;
  /** Its machine's structure is another one than when it started: states, transitions, invokes. */
  readonly isStructureChanged?: true;
}

/**
 * `equal`: the same state, byte for byte. `diverges`: not so. `notDeployed`: there is no such machine or version.
 * `incomplete`: unknown, because a part of its journal or log has expired, or a version that it was on before a
 * redrive is not there (`divergence` says which). `notStarted`: nothing has been applied.
 */
export type ReplayOutcome = 'equal' | 'diverges' | 'notDeployed' | 'incomplete' | 'notStarted';

/**
 * Whether today's definitions break it: one that runs could not go on as it began, and one that has ended shows that its
 * version is not what it was. One that has ended needs no machine any more.
 */
export function isBroken({ outcome, status }: ReplayReport): boolean {
  return outcome === 'diverges' || (outcome === 'notDeployed' && !hasEnded(status));
}

/** An execution with all that a replay needs: one line of a file of recordings. */
export interface ExecutionRecording {
  /** Version of this format. */
  readonly recording: 1;
  readonly execution: Execution;
  readonly journal: readonly JournalEntry[];
  /** The whole log, older segments first. */
  readonly log: readonly string[];
}

/** The execution's state after an entry of its history. */
export type ExecutionState<M extends MachineReference = string> = Omit<
  ExecutionDescription<M>,
  'version' | 'startPending' | 'waiting'
>;

/** @throws ExecutionNotFoundError, InvalidExecutionIdError */
export async function recordExecution(
  { table }: ClientSurroundings,
  executionId: string,
  { machine }: OfMachine = {},
): Promise<ExecutionRecording> {
  checkExecutionId(executionId);
  const { execution, journal, segments } = await table.executions.readHistory(executionId);
  if (!execution) throw new ExecutionNotFoundError(executionId);
  checkIsOf(machine, executionId, execution.machine);
  return { recording: 1, execution, journal, log: [...segments, execution.log] };
}

/** Replays a recording by today's definitions, without a table. */
export function replayRecording(
  { execution, journal, log }: ExecutionRecording,
  machines: readonly MachineDefinition[] | MachineLookup,
): ReplayReport {
  const run = new ReplayRun(asLookup(machines), execution);
  const items = new Map(journal.map((entry) => [entry.reference, entry]));
  for (const entry of log.flatMap(parseLog)) {
    try {
      if (!run.take({ entry, item: journalEntryOf(entry, items), isAfterGap: false })) break;
    } catch (error) {
      // The results of other executions are in their journals.
      if (!(error instanceof ItemResultsNeeded || error instanceof PageNeeded)) throw error;
      return run.incomplete();
    }
  }
  return run.report();
}

/** Entries that are in memory at once. */
const chunk = 1000;

/** @throws ExecutionNotFoundError, InvalidExecutionIdError */
export async function replayExecution(
  { table }: Pick<ClientSurroundings, 'table'>,
  executionId: string,
  machines: readonly MachineDefinition[] | MachineLookup,
  expected?: MachineReference,
): Promise<ReplayReport> {
  checkExecutionId(executionId);
  const execution = await table.executions.read(executionId);
  if (!execution) {
    const start = await table.journal.readStart(executionId);
    if (start?.kind !== 'start') throw new ExecutionNotFoundError(executionId);
    const { machine } = start;
    checkIsOf(expected, executionId, machine);
    return { executionId, machine, status: 'RUNNING', entries: 0, outcome: 'notStarted' };
  }
  checkIsOf(expected, executionId, execution.machine);
  const lists = noLists();
  const run = new ReplayRun(asLookup(machines), execution, lists);
  for await (const logged of readLog(table, execution, logStart, chunk)) {
    if (!(await withListResults(table, executionId, lists, () => run.take(logged)))) break;
  }
  return run.report();
}

/**
 * The state after entry `number` of the history.
 *
 * @throws ExecutionNotFoundError, HistoryEntryNotFoundError
 * @throws ReplayDivergedError when the machines given do not come to it
 * @throws JournalIncompleteError when what is needed has expired
 */
export async function readStateAt<M extends MachineReference = string>(
  { table }: Pick<ClientSurroundings, 'table'>,
  executionId: string,
  number: number,
  machines: readonly MachineDefinition[] | MachineLookup,
  expected?: MachineReference,
): Promise<ExecutionState<M>> {
  checkExecutionId(executionId);
  const execution = await table.executions.read(executionId);
  if (!execution) throw new ExecutionNotFoundError(executionId);
  checkIsOf(expected, executionId, execution.machine);
  const lists = noLists();
  const replay = new Replay(asLookup(machines), { ...asStarted(execution), ...lists });
  let entries = 0;
  for await (const { entry, item, isAfterGap } of readLog(
    table,
    execution,
    logStart,
    Math.min(number, chunk),
  )) {
    if (isAfterGap) throw new JournalIncompleteError('log#');
    const { divergence, after } = await withListResults(table, executionId, lists, () =>
      replay.take(entry, item),
    );
    if (divergence) throw new ReplayDivergedError(executionId, divergence);
    entries += 1;
    if (entries === number && after) {
      const { version: _, startPending: __, waiting: ___, ...state } = descriptionOf<M>(after);
      return state;
    }
  }
  throw new HistoryEntryNotFoundError(executionId, number, entries);
}

function asLookup(machines: readonly MachineDefinition[] | MachineLookup): MachineLookup {
  return 'find' in machines && 'versionsOf' in machines ? machines : lookupOf(machines);
}

/** A replay of one whole execution, and what comes of it. */
class ReplayRun {
  readonly #machines: MachineLookup;
  readonly #stored: Execution;
  readonly #replay: Replay;
  #entries = 0;
  #end: Pick<ReplayReport, 'outcome' | 'divergence'> | undefined;

  constructor(machines: MachineLookup, stored: Execution, lists: OthersLists = noLists()) {
    this.#machines = machines;
    this.#stored = stored;
    this.#replay = new Replay(machines, { ...asStarted(stored), ...lists });
    const { machine, machineVersion } = stored;
    const found = findMachine(machines, machine, machineVersion);
    if (found.type === 'missing') this.#diverge('MachineNotDeployed', found.error.message);
  }

  /** Answers whether it goes on. */
  take({ entry, item, isAfterGap }: Pick<LoggedEntry, 'entry' | 'item' | 'isAfterGap'>): boolean {
    if (this.#end) return false;
    try {
      if (isAfterGap) throw new JournalIncompleteError('log#');
      const { divergence } = this.#replay.take(entry, item);
      this.#entries += 1;
      // Its own version is there: one that it was on before a redrive is not, and no other execution needs it.
      if (divergence?.code === 'MachineNotDeployed') this.#end = { outcome: 'incomplete', divergence };
      else if (divergence) this.#end = { outcome: 'diverges', divergence };
    } catch (error) {
      if (!(error instanceof JournalIncompleteError)) throw error;
      this.#end = { outcome: 'incomplete' };
    }
    return this.#end === undefined;
  }

  incomplete(): ReplayReport {
    this.#end = { outcome: 'incomplete' };
    return this.report();
  }

  report(): ReplayReport {
    const { executionId, machine, machineVersion, status, definitionHash } = this.#stored;
    const today = this.#machines.find(machine, machineVersion);
    const isStructureChanged =
      today !== undefined && definitionHash !== undefined && definitionHash !== today.definitionHash;
    return {
      executionId,
      machine,
      ...(machineVersion !== undefined && { machineVersion }),
      status,
      entries: this.#entries,
      ...(this.#end ?? this.#comparison()),
      ...(isStructureChanged && { isStructureChanged }),
    };
  }

  #comparison(): Pick<ReplayReport, 'outcome' | 'divergence'> {
    const divergence = this.#replay.compareWith(this.#stored) ?? this.#refusal();
    return divergence ? { outcome: 'diverges', divergence } : { outcome: 'equal' };
  }

  /** The orchestrator's objection if it had to take up the stored state now. */
  #refusal(): Divergence | undefined {
    const { executionId, updatedAt, status, waiting: _, wakeAt: __, ...rest } = this.#stored;
    if (status !== 'RUNNING') return undefined;
    const step = advance(
      this.#machines,
      { waitForMachineMs: Number.POSITIVE_INFINITY },
      {
        executionId,
        execution: { ...rest, executionId, updatedAt, status },
        entries: [],
        wakeId: 'wake#',
        now: updatedAt,
      },
    );
    const error = step.type === 'commit' && step.execution.waiting ? step.execution.error : undefined;
    if (!error) return undefined;
    return {
      number: this.#entries,
      reference: '',
      code: error.code as DivergenceCode,
      message: error.message,
    };
  }

  #diverge(code: DivergenceCode, message: string): void {
    const divergence = { number: 1, reference: 'start', code, message };
    this.#end = { outcome: 'notDeployed', divergence };
  }
}
