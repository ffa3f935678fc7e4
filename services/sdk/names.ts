/**
 * Names as Step Functions has them: those of the AWS SDK for Java, in Pascal case. Its rules:
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */

/** `DBInstanceIdentifier` → `DbInstanceIdentifier`, `taskArn` → `TaskArn`, `ETag` → `ETag`. */
export function memberName(native: string): string {
  return overrides.get(native) ?? capitalized(withoutLeadingAcronym(native));
}

/** Members whose names are taken in Java. */
const overrides = new Map([
  ['NULL', 'Nul'],
  ['equals', 'EqualsValue'],
  ['Equals', 'EqualsValue'],
]);

export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Takes a leading acronym down: its last capital begins the next word, where a small letter follows it. */
function withoutLeadingAcronym(name: string): string {
  let end = 1;
  while (isUpper(name.charAt(end)) && !isLower(name.charAt(end + 1))) end++;
  return name.slice(0, end).toLowerCase() + name.slice(end);
}

function isUpper(character: string): boolean {
  return /^[A-Z]$/.test(character);
}

function isLower(character: string): boolean {
  return /^[a-z]$/.test(character);
}

/** The words of a name, each with one capital: `DynamoDB` → `DynamoDb`, `WAFV2` → `Wafv2`, `Secrets Manager` → `SecretsManager`. */
export function pascalCase(name: string): string {
  return wordsOf(name)
    .map((word) => capitalized(word.toLowerCase()))
    .join('');
}

function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/[^A-Za-z0-9]+/g, ' ')
    .replaceAll(/([^a-z]{2,})v([0-9]+)/g, '$1 v$2 ')
    .replaceAll(/([^A-Z]{2,})V([0-9]+)/g, '$1 V$2 ')
    .split(/(?<=[a-z])(?=[A-Z](?:[a-zA-Z]|[0-9]))/)
    .join(' ')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replaceAll(/([0-9])([a-zA-Z])/g, '$1 $2')
    .split(' ')
    .filter((word) => word !== '');
}

/** The prefix of a service's errors, from its id in the API's model: `DynamoDB` → `DynamoDb`. */
export function errorPrefix(serviceId: string): string {
  const words = serviceId.replace(/^(?:Amazon|AWS)\s+/i, '').replace(/\s+Service$/i, '');
  return pascalCase(words);
}

/** The name of a service in resources: `Secrets Manager` → `secretsmanager`. */
export function serviceName(serviceId: string): string {
  return errorPrefix(serviceId).toLowerCase();
}

/** `NoSuchKey` → `NoSuchKeyException`, `DBInstanceNotFoundFault` → `DbInstanceNotFoundException`. */
export function exceptionName(shape: string): string {
  const stem = shape.replace(/(?:Fault|Exception)$/, '');
  return `${pascalCase(stem)}Exception`;
}
