/** Whether a worker may be deployed under a name: every prefix of Millrace's leaves room within Lambda's 64 characters. */
export function isWorkerName(name: unknown): name is string {
  return typeof name === 'string' && /^[\w-]{1,40}$/.test(name);
}

/**
 * Whether Lambda takes it for a function: a name or an ARN, either with a version or an alias.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function isFunctionName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= longestFunctionName && functionName.test(name);
}

const longestFunctionName = 170;
const functionName =
  /^(arn:aws[\w-]*:lambda:)?((eusc-)?[a-z]{2}(-[a-z]+)+-\d:)?(\d{12}:)?(function:)?[\w-]{1,64}(:(\$LATEST(\.PUBLISHED)?|[\w-]{1,129}))?$/;
