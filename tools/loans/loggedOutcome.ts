import type { Activity } from '../../workers/examples/loanCases/caseFile.ts';

export const loanOutcomes = ['approved', 'declined', 'cancelled', 'open'] as const;
export type LoanOutcome = (typeof loanOutcomes)[number];

/** The outcome of an application. */
export interface LoanEnd {
  readonly outcome: LoanOutcome;
  /** State of the `loan` machine that it has. */
  readonly state: string;
}

const closing: readonly Activity[] = ['A_APPROVED', 'A_REGISTERED', 'A_ACTIVATED'];

const openStates: Readonly<Partial<Record<Activity, string>>> = {
  A_SUBMITTED: 'submitted',
  A_PARTLYSUBMITTED: 'partlySubmitted',
  A_PREACCEPTED: 'preaccepted',
  A_ACCEPTED: 'accepted',
  A_FINALIZED: 'finalized',
};

/** Thrown for a case whose activities are none of the ways through the bank's process. */
export class UnknownCourseError extends Error {
  readonly code = 'UnknownCourse';
  override readonly name = 'UnknownCourseError';
}

/**
 * The outcome of an application in the bank's log, found from its activities alone: the machine is checked
 * against.
 *
 * @throws UnknownCourseError
 */
export function loggedEnd(caseId: string, activities: readonly Activity[]): LoanEnd {
  if (activities.includes('A_DECLINED')) return { outcome: 'declined', state: 'declined' };
  if (activities.includes('A_CANCELLED')) return { outcome: 'cancelled', state: 'cancelled' };
  if (closing.every((activity) => activities.includes(activity)))
    return { outcome: 'approved', state: 'approved' };
  const last = activities.at(-1);
  const state = last && openStates[last];
  if (state !== undefined) return { outcome: 'open', state };
  throw new UnknownCourseError(
    `The log leaves case '${caseId}' at ${last ?? 'nothing'}, where no application can stay.`,
  );
}
