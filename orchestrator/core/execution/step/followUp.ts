import type { Json } from '../../data/json.ts';
import type { MachineInput } from '../../machine/index.ts';
import type { ExecutionError, HeldEvent } from '../model/execution.ts';
import type { LogVerdict } from '../model/log.ts';
import type { Need } from './advance.types.ts';

/** The outcome of a task, as the machine gets it. */
export type Outcome = Extract<MachineInput, { type: 'taskSucceeded' | 'taskFailed' }>;

/**
 * The next thing to do with an execution's machine. The functions that handle entries and effects return it, and
 * call nothing that it leads to; one loop (drain.ts) does it, and everything that follows from it. A new kind is
 * added here: the compiler then names the places that must know of it.
 */
export type FollowUp =
  /** Gives the machine an input. */
  | { readonly type: 'step'; readonly input: MachineInput }
  /** Offers the machine an event. Where it holds events, one that no active state takes now is kept for later. */
  | { readonly type: 'offer'; readonly held: HeldEvent }
  /** Gives the machine the outcome of a task, which is then no longer open. */
  | {
      readonly type: 'settle';
      readonly outcome: Outcome;
      /** For a list: the item whose outcome decided. */
      readonly item?: number;
      /** Where the machine fails by it, a redrive has nothing to repeat but the journal item. */
      readonly isGivenAgain?: true;
    }
  /** The machine has ended. */
  | { readonly type: 'succeed'; readonly output?: Json; readonly markedOutput?: Json | undefined }
  | { readonly type: 'fail'; readonly error: ExecutionError };

/** The answer to an entry: its verdict, or the next thing to do for one, or the data that it needs first. */
export type Handled = LogVerdict | FollowUp | { readonly type: 'needs'; readonly need: Need };

export const applied: LogVerdict = { type: 'applied' };

export function isFollowUp(handled: Exclude<Handled, { type: 'needs' }>): handled is FollowUp {
  switch (handled.type) {
    case 'applied':
    case 'held':
    case 'ignored':
    case 'failed':
      return false;
    default:
      return true;
  }
}
