import { workerOf } from '../../machine/sources.ts';
import type { ResultEntry } from '../model/entries.ts';
import type { Execution } from '../model/execution.ts';
import type { LogEntry, LogVerdict } from '../model/log.ts';
import type { MachineLookup } from '../model/machines.ts';
import { type Divergence, isEndedVerdict, verdictText } from './divergence.ts';

/** An entry of the log: its number, and its journal item or wake. */
export type EntryPlace = Pick<Divergence, 'number' | 'reference'>;

/** How far a replay has come when it takes an entry. */
export interface ReplayProgress {
  readonly execution: Execution | undefined;
  /** The last entry that was more than ignored because the execution had ended. */
  readonly lastTaken: EntryPlace;
  /** The entry that ended the replayed execution. */
  readonly ended: EntryPlace | undefined;
}

/** The verdict of the replay is not the one in the log. */
export function verdictDivergence(
  { verdict: recorded }: LogEntry,
  verdict: LogVerdict | undefined,
  place: EntryPlace,
  { execution, lastTaken, ended }: ReplayProgress,
): Divergence {
  const error = verdict?.type === 'failed' ? execution?.error : undefined;
  if (error?.code === 'DefinitionMismatch' || error?.code === 'MachineNotDeployed') {
    return { ...place, code: error.code, message: error.message };
  }
  if ((isEndedVerdict(verdict) || error) && ended && execution) {
    const { status, error: end } = execution;
    const why = end ? ` (${end.code}: ${end.message})` : '';
    const on = ended.reference === place.reference ? '' : `, with '${place.reference}'`;
    const message = `By today's definition the execution ends here, ${status}${why}; it went on${on}.`;
    return { ...ended, code: 'EndsEarlier', message };
  }
  if (isEndedVerdict(recorded)) {
    const message = "The execution ended here; by today's definition it goes on.";
    return { ...lastTaken, code: 'EndsLater', message };
  }
  const then = verdictText(recorded);
  const message = `The log says ${then}; by today's definition it is ${verdictText(verdict)}.`;
  return { ...place, code: 'DifferentVerdict', message };
}

/** The held events that were taken with an entry are not those in the log. */
export function heldDivergence(
  place: EntryPlace,
  recorded: readonly string[],
  replayed: readonly string[],
): Divergence | undefined {
  const then = recorded.join(', ') || 'none';
  const now = replayed.join(', ') || 'none';
  if (then === now) return undefined;
  const message = `The log took these held events here: ${then}. Today's definition takes: ${now}.`;
  return { ...place, code: 'DifferentVerdict', message };
}

/**
 * A task's result was written by another of the machine's workers than the one that today's definition names. Workers may
 * write any name, so that this is a sign only where the end differs as well.
 */
export function workerDivergence(
  place: EntryPlace,
  item: ResultEntry,
  execution: Execution | undefined,
  machines: MachineLookup,
): Divergence | undefined {
  const { machine = '', machineVersion, tasks = [] } = execution ?? {};
  if (item.index !== undefined) return undefined;
  const open = tasks.find((task) => task.task === item.task && task.attempt === item.attempt);
  const prepared = machines.find(machine, machineVersion);
  if (!open || !prepared || item.worker === undefined) return undefined;
  const nameOf = (src: string) => workerOf(prepared.sourceOf(src), src);
  const isOther = nameOf(open.worker) !== item.worker;
  if (!isOther || ![...prepared.sources.keys()].some((src) => nameOf(src) === item.worker)) return undefined;
  const message = `Task ${open.task} is of '${open.worker}' by today's definition; its result was written by '${item.worker}'.`;
  return { ...place, code: 'DifferentState', message };
}
