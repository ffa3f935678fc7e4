export function mapValues<Value, Result>(
  values: Readonly<Record<string, Value>>,
  to: (value: Value, key: string) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, to(value, key)]));
}
