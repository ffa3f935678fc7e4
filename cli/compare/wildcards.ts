import { isArray, isObject, type Json } from '../../asl/json.ts';

/** Whether a value is as expected, where some texts stand for anything. */
export function matches(expected: Json, actual: Json | undefined, wildcards: readonly string[]): boolean {
  if (typeof expected === 'string') {
    if (wildcards.includes(expected)) return true;
    return typeof actual === 'string' && (expected === actual || matchesText(expected, actual, wildcards));
  }
  if (isArray(expected)) {
    return (
      isArray(actual) &&
      actual.length === expected.length &&
      expected.every((each, index) => matches(each, actual[index], wildcards))
    );
  }
  if (!isObject(expected)) return expected === actual;
  if (!isObject(actual)) return false;
  const keys = Object.keys(expected);
  return (
    keys.length === Object.keys(actual).length &&
    keys.every((key) => Object.hasOwn(actual, key) && matches(expected[key] ?? null, actual[key], wildcards))
  );
}

function matchesText(expected: string, actual: string, wildcards: readonly string[]): boolean {
  const found = wildcards.filter((each) => expected.includes(each));
  if (found.length === 0) return false;
  const pattern = found.reduce((text, each) => text.split(escaped(each)).join('.*'), escaped(expected));
  return new RegExp(`^${pattern}$`, 's').test(actual);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
