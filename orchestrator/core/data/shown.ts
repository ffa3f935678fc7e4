import { inspect } from 'node:util';

/** A value of any kind as a message shows it, also one that JSON cannot hold. */
export function shown(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
}
