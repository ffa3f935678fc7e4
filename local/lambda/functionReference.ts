import { ResourceNotFoundException } from './errors.ts';

export const accountId = '000000000000';
export const latestVersion = '$LATEST';

const reference =
  /^(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:)?(?:\d{12}:)?(?:function:)?(?<name>[A-Za-z0-9_-]+)(?::(?<qualifier>\$LATEST|[A-Za-z0-9_-]+))?$/;

export function functionArn(region: string, functionName: string): string {
  return `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
}

/**
 * The function's name from any of the forms that `Invoke` takes: a name, `name:qualifier`, a partial or a whole ARN.
 * There are no versions or aliases here: the one qualifier is `$LATEST`.
 *
 * @throws ResourceNotFoundException for another qualifier, or for what is none of these forms
 */
export function resolveFunctionName(region: string, functionReference: string, qualifier?: string): string {
  const groups = reference.exec(functionReference)?.groups;
  if (groups?.name === undefined) throw new ResourceNotFoundException(functionArn(region, functionReference));
  const wanted = qualifier ?? groups.qualifier ?? latestVersion;
  if (wanted !== latestVersion) {
    throw new ResourceNotFoundException(`${functionArn(region, groups.name)}:${wanted}`);
  }
  return groups.name;
}
