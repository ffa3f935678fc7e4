import { PageNeeded } from '../lists/listItems.ts';
import type { JournalEntry } from '../model/entries.ts';
import type { Execution, ExecutionErrorCode } from '../model/execution.ts';
import { type LogEntry, type LogVerdict, parseLog } from '../model/log.ts';
import type { MachineLookup } from '../model/machines.ts';
import { advance } from '../step/advance.ts';
import type { Advance, AdvanceInput, Decided } from '../step/advance.types.ts';
import { failExecution } from '../step/withoutMachine.ts';
import { ItemResultsNeeded } from './itemResultsNeeded.ts';

/** How long it has waited for its machine, as far as the log shows. */
export interface Wait {
  readonly phase: 'waiting' | 'pendingRedrive';
  readonly code: ExecutionErrorCode;
  readonly at: number;
}

export const noLimits = { waitForMachineMs: Number.POSITIVE_INFINITY };

export interface Taken {
  readonly step: Decided | undefined;
  readonly verdict: LogVerdict | undefined;
  /** Held events that were taken, or dropped, with it. */
  readonly held?: readonly string[];
}

/** True for the redrive of an operator or, where the item begins with one, of the parent. */
export function isRedrive(item: JournalEntry | undefined): boolean {
  if (item?.kind === 'message') return item.messages[0]?.type === 'redrive';
  return item?.kind === 'control' && item.control === 'redrive';
}

export function waitingExecution(execution: Execution, { phase, code }: Wait): Execution {
  return {
    ...execution,
    status: phase === 'pendingRedrive' ? 'PENDING_REDRIVE' : 'RUNNING',
    // The message was in the item while it waited, and is not in the log.
    error: { code, name: code, message: '' },
  };
}

/** Takes the step that an entry of the log describes. */
export function takeEntry(machines: MachineLookup, entry: LogEntry, input: AdvanceInput): Decided {
  const { verdict } = entry;
  // The journal does not show that a table refused a state; the log says it.
  if (verdict.type === 'failed' && verdict.code === 'StateTooLarge') {
    return failExecution(input, { code: verdict.code, name: verdict.code, message: '' });
  }
  return decided(advance(machines, noLimits, input));
}

/** A replay has everything at hand, but the results of lists that other executions worked on. */
export function decided(step: Advance): Decided {
  if (step.type !== 'needs') return step;
  const { need } = step;
  if (need.type === 'itemResults') throw new ItemResultsNeeded(need.list);
  if (need.type === 'page') throw new PageNeeded(need.address);
  throw new Error(`The journal was given without its data in the object store (${need.type}).`);
}

/** The verdicts that the step has logged: first for held events, then for the entry. */
export function loggedOf({ log }: Execution, entry: LogEntry): Pick<Taken, 'verdict' | 'held'> {
  const logged = parseLog(log);
  const last = logged.at(-1);
  const isOfEntry = last?.reference === entry.reference || last?.kind === 'waiting';
  const held: string[] = [];
  for (let place = logged.length - 2; ; place--) {
    const before = logged[place];
    if (before?.kind === 'held') held.unshift(before.reference);
    else if (before?.kind !== 'beat') break;
  }
  return { verdict: isOfEntry ? last?.verdict : undefined, held };
}
