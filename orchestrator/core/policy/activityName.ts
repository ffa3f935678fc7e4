/** Characters that the name of an activity does not have, beside white space and control characters. */
export const refusedInNames = '<>{}[]?*"#%\\^|~`$&,;:/';

const longestName = 80;

/** As Step Functions takes them: https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html */
export function isActivityName(name: unknown): name is string {
  if (typeof name !== 'string' || name === '' || name.length > longestName) return false;
  return ![...name].some((char) => /[\s\p{Cc}]/u.test(char) || refusedInNames.includes(char));
}

/** The error of a task for an activity that was not created. */
export const activityNotFound = 'Millrace.ActivityNotFound';
