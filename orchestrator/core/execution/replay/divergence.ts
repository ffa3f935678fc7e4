import type { Json } from '../../data/json.ts';
import { jsonChanges } from '../../data/jsonChanges.ts';
import { type Execution, hasEnded } from '../model/execution.ts';
import type { LogVerdict } from '../model/log.ts';

/** Where a replay by today's definition leaves what was recorded. */
export interface Divergence {
  /** Number of the entry in the log, from 1. */
  readonly number: number;
  /** The entry's source: the sort key of a journal item, the id of a wake. */
  readonly reference: string;
  readonly code: DivergenceCode;
  readonly message: string;
}

export type DivergenceCode =
  /** The log says another verdict than the replay comes to. */
  | 'DifferentVerdict'
  /** The replay ends with this entry, and the execution went on. */
  | 'EndsEarlier'
  /** The execution ended with this entry, and the replay goes on. */
  | 'EndsLater'
  /** All entries were applied as they were then, and yet the state is not the one that is stored. */
  | 'DifferentState'
  /** The machine cannot be in the state that the execution is in. */
  | 'DefinitionMismatch'
  /** There is no machine of that id and version to replay with. */
  | 'MachineNotDeployed'
  /** The replay could not take the entry at all. */
  | 'ReplayFailed';

export function verdictText(verdict: LogVerdict | undefined): string {
  switch (verdict?.type) {
    case undefined:
      return 'not taken';
    case 'applied':
    case 'held':
      return verdict.type;
    case 'ignored':
      return `ignored (${verdict.reason})`;
    case 'failed':
      return `failed (${verdict.code})`;
  }
}

export function isSameVerdict(a: LogVerdict, b: LogVerdict | undefined): boolean {
  return verdictText(a) === verdictText(b);
}

export function isEndedVerdict(verdict: LogVerdict | undefined): boolean {
  return verdict?.type === 'ignored' && verdict.reason === 'Ended';
}

/** In what a replayed execution differs from the stored one; nothing where it does not. */
export function differenceOf(stored: Execution, replayed: Execution): string | undefined {
  if (endOf(stored) !== endOf(replayed)) {
    return `it is ${withReason(replayed)}, where ${withReason(stored)} is stored`;
  }
  const state = snapshotDifference(stored.snapshot, replayed.snapshot);
  if (state !== undefined) return state;
  const isUnknown = hasUnfetchedInput([...stored.tasks, ...replayed.tasks]);
  return (
    changesText('output', jsonChanges(stored.output, replayed.output)) ??
    changesText('task', jsonChanges(tasksOf(stored, isUnknown), tasksOf(replayed, isUnknown))) ??
    changesText('child', jsonChanges(childrenOf(stored), childrenOf(replayed))) ??
    changesText('held events', jsonChanges(heldOf(stored), heldOf(replayed)))
  );
}

/** One that waits, or is to be redriven, has not ended: whether it waits is not the machine's doing. */
function endOf({ status, error }: Execution): string {
  if (!hasEnded(status)) return 'RUNNING';
  return error === undefined ? status : `${status} (${error.code})`;
}

function withReason(execution: Execution): string {
  const { status, error } = execution;
  return error === undefined || error.message === '' || !hasEnded(status)
    ? endOf(execution)
    : `${status} (${error.code}: ${error.message})`;
}

function snapshotDifference(stored: string | undefined, replayed: string | undefined): string | undefined {
  if (stored === replayed) return undefined;
  const changes = jsonChanges(parsed(stored), parsed(replayed));
  return changesText('', changes) ?? 'its state has the same values in another order of keys';
}

function parsed(snapshot: string | undefined): Json | undefined {
  return snapshot === undefined ? undefined : JSON.parse(snapshot);
}

/** Finds by number the tasks whose input is in the object store, and was not fetched. */
function hasUnfetchedInput(tasks: Execution['tasks']): (task: number) => boolean {
  const unfetched = new Set(
    tasks.flatMap(({ task, input, inputAt }) => (input === undefined && inputAt !== undefined ? [task] : [])),
  );
  return (task) => unfetched.has(task);
}

/**
 * By number. The cause of a task depends on the entries that were delivered together, which the log does not say;
 * the place of its input depends on the store.
 */
function tasksOf({ tasks }: Execution, isInputUnknown: (task: number) => boolean): Json {
  return Object.fromEntries(
    tasks.map(({ cause: _, inputAt: __, input, starts, ...task }) => [
      task.task,
      {
        ...task,
        ...(starts && { starts: { ...starts } }),
        ...(input !== undefined && !isInputUnknown(task.task) && { input }),
      },
    ]),
  );
}

function childrenOf({ children = [] }: Execution): Json {
  return Object.fromEntries(children.map(({ task, machine }) => [task, machine]));
}

function heldOf({ held = [] }: Execution): Json {
  return held.map(({ reference }) => reference);
}

const mostChanges = 3;
const longestValue = 80;

function changesText(what: string, changes: ReturnType<typeof jsonChanges>): string | undefined {
  if (changes.length === 0) return undefined;
  const texts = changes.slice(0, mostChanges).map(({ path, before, after }) => {
    const name = what === '' ? path || 'its state' : `${what}${path === '' ? '' : ` ${path}`}`;
    return `${name} is ${valueText(after)}, where ${valueText(before)} is stored`;
  });
  const more = changes.length - texts.length;
  return texts.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

function valueText(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}…`;
}
