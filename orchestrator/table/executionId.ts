import { illFormed, isWellFormed } from '../core/data/text.ts';

/** An execution's id is part of keys and of children's ids: at most 256 characters, without `#` and `.`. */
export const maximumExecutionIdLength = 256;

/** The problem with an execution id that a user gives, if there is one. */
export function executionIdProblem(executionId: unknown): string | undefined {
  if (typeof executionId !== 'string' || executionId === '')
    return 'An execution id is a string that is not empty.';
  if (executionId.length > maximumExecutionIdLength) {
    return `An execution id has at most ${maximumExecutionIdLength} characters; this one has ${executionId.length}.`;
  }
  if (/[#.]/.test(executionId)) {
    return `The execution id '${executionId}' has '#' or '.', which Millrace uses itself: write '-' or ':' instead.`;
  }
  if (!isWellFormed(executionId)) return `The execution id '${executionId}' ${illFormed}.`;
  return undefined;
}
