/**
 * A record's own property: records are keyed by names that anybody gives, and every object inherits a `constructor` and a
 * `toString`.
 */
export function ownProperty<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  key: string,
): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
