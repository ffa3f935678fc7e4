import { isBuiltIn, property, prototypesOf } from './errorName.ts';
import type { Json } from './json.ts';

/** Reported by themselves. */
const ofEveryError: readonly string[] = ['name', 'message', 'stack', 'cause', 'errors'];
const reported: readonly string[] = [...ofEveryError, 'retryable'];

/** The names of an error's own fields that any code which lists keys finds. */
export function listedFields(error: object): readonly string[] {
  return Object.keys(error).filter((key) => !ofEveryError.includes(key));
}

/**
 * The names of what code reads of an error beside those: fields that are not enumerable, such as the `issues` of Zod's
 * errors, and getters of its class. Names that begin with `_` or `$` are private by convention.
 */
export function unlistedFields(error: object): readonly string[] {
  const own = Object.getOwnPropertyNames(error).filter((key) => !isEnumerable(error, key));
  return [...own, ...gettersOf(error)].filter((key) => !reported.includes(key) && !/^[_$]/.test(key));
}

/** The getters of an object's class, such as the `status` of a `Response`, unless it is built into the language. */
export function gettersOf(instance: object): readonly string[] {
  const names = new Set<string>();
  for (const prototype of prototypesOf(instance)) {
    if (isBuiltIn(property(prototype, 'constructor'))) break;
    for (const [key, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (get !== undefined && !Object.hasOwn(instance, key) && !/^[_$]/.test(key)) names.add(key);
    }
  }
  return [...names];
}

/** Whether it is the response of an HTTP client, as its errors have it. */
export function isHttpResponse(value: object): boolean {
  return typeof property(value, 'status') === 'number' || typeof property(value, 'statusCode') === 'number';
}

/** Whether it is the request of an HTTP client, or the options that it was made from. */
export function isHttpRequest(value: object): boolean {
  return typeof property(value, 'headers') === 'object' && !isHttpResponse(value);
}

/** The status of a response and the like, without its headers and the request that it answers. */
export function ofResponse(described: Json | undefined): Json | undefined {
  if (typeof described !== 'object' || described === null) return described;
  const says = ([key, part]: [string, Json | undefined]) => typeof part !== 'object' && !key.startsWith('_');
  return Object.fromEntries(Object.entries(described).filter(says));
}

function isEnumerable(holder: object, key: string): boolean {
  return Object.prototype.propertyIsEnumerable.call(holder, key);
}
