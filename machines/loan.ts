import { worker } from 'millrace/workers';
import { type DoneActorEvent, setup } from 'xstate';
import type { DecideActivityInput, Decision } from '../workers/examples/decideActivity.ts';
import type { Activity } from '../workers/examples/loanCases/caseFile.ts';

export interface LoanInput {
  readonly caseId: string;
  readonly amount: number;
}

export interface LoanOutput {
  readonly outcome: 'approved' | 'declined' | 'cancelled';
}

/** Events by which staff act on an application that is not decided yet. RESUME asks for the decision again. */
type LoanEvent = { type: 'RESUME' } | { type: 'DECLINE' } | { type: 'CANCEL' };

/** Asks what came after an activity. */
const after =
  (activity: Activity, only?: Activity) =>
  ({ context: { caseId } }: { context: LoanInput }): DecideActivityInput =>
    only === undefined ? { caseId, after: activity } : { caseId, after: activity, only };

function next(...activities: readonly Activity[]) {
  const guard = ({ event: { output } }: { event: DoneActorEvent<Decision> }) =>
    output.next !== null && activities.includes(output.next);
  // Charts show the names of guards.
  const name = activities.map((activity) => activity.slice('A_'.length).toLowerCase()).join(' or ');
  return Object.defineProperty(guard, 'name', { value: name });
}

const declinedOrCancelled = [
  { target: 'declined', guard: next('A_DECLINED') },
  { target: 'cancelled', guard: next('A_CANCELLED') },
] as const;

/** Asks for one of the activities that follow in any order, until it is there. */
const decided = (activity: Activity) =>
  ({
    initial: 'deciding',
    states: {
      deciding: {
        on: { RESUME: { target: 'deciding', reenter: true } },
        invoke: {
          src: 'decideActivity',
          input: after('A_FINALIZED', activity),
          onDone: { target: 'decided', guard: next(activity) },
        },
      },
      decided: { type: 'final' },
    },
  }) as const;

/**
 * A loan application at a Dutch bank, as its case file records it. Without a decision an application stays where it is,
 * RUNNING, until an event moves it on.
 */
export const loan = setup({
  types: {
    input: {} as LoanInput,
    context: {} as LoanInput,
    output: {} as LoanOutput,
    events: {} as LoanEvent,
  },
  actors: { decideActivity: worker<DecideActivityInput, Decision>({ retry: { maxAttempts: 3 } }) },
}).createMachine({
  id: 'loan',
  version: '1',
  context: ({ input: { caseId, amount } }) => ({ caseId, amount }),
  initial: 'submitted',
  on: { DECLINE: '.declined', CANCEL: '.cancelled' },
  states: {
    submitted: {
      on: { RESUME: { target: 'submitted', reenter: true } },
      invoke: {
        src: 'decideActivity',
        input: after('A_SUBMITTED'),
        onDone: { target: 'partlySubmitted', guard: next('A_PARTLYSUBMITTED') },
      },
    },
    partlySubmitted: {
      on: { RESUME: { target: 'partlySubmitted', reenter: true } },
      invoke: {
        src: 'decideActivity',
        input: after('A_PARTLYSUBMITTED'),
        onDone: [{ target: 'preaccepted', guard: next('A_PREACCEPTED') }, ...declinedOrCancelled],
      },
    },
    preaccepted: {
      on: { RESUME: { target: 'preaccepted', reenter: true } },
      invoke: {
        src: 'decideActivity',
        input: after('A_PREACCEPTED'),
        onDone: [{ target: 'accepted', guard: next('A_ACCEPTED') }, ...declinedOrCancelled],
      },
    },
    accepted: {
      on: { RESUME: { target: 'accepted', reenter: true } },
      invoke: {
        src: 'decideActivity',
        input: after('A_ACCEPTED'),
        onDone: [{ target: 'finalized', guard: next('A_FINALIZED') }, ...declinedOrCancelled],
      },
    },
    finalized: {
      on: { RESUME: { target: 'finalized', reenter: true } },
      invoke: {
        src: 'decideActivity',
        input: after('A_FINALIZED'),
        onDone: [
          { target: 'closing', guard: next('A_APPROVED', 'A_REGISTERED', 'A_ACTIVATED') },
          ...declinedOrCancelled,
        ],
      },
    },
    // The three follow in any order.
    closing: {
      type: 'parallel',
      states: {
        approval: decided('A_APPROVED'),
        registration: decided('A_REGISTERED'),
        activation: decided('A_ACTIVATED'),
      },
      onDone: 'approved',
    },
    approved: { type: 'final', output: { outcome: 'approved' } },
    declined: { type: 'final', output: { outcome: 'declined' } },
    cancelled: { type: 'final', output: { outcome: 'cancelled' } },
  },
  output: ({ event }) => event.output as LoanOutput,
});
