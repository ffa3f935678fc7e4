/** Redrives of an execution after it had ended. */
export interface Redrives {
  readonly count: number;
  /** The time of the last one, in milliseconds since the epoch. */
  readonly lastAt: number;
}

/** Where a step keeps them on the actor that a machine sees as `self`. A registered symbol: bundles have copies. */
export const redrivesKey: unique symbol = Symbol.for('millrace.redrives') as never;

/**
 * How often the execution was redriven after it had ended, and when last; undefined where it never was.
 *
 * @param self as actions, guards and `input` get it
 */
export function redrivesOf(self: object): Redrives | undefined {
  const redrives: unknown = Reflect.get(self, redrivesKey);
  return isRedrives(redrives) ? redrives : undefined;
}

function isRedrives(value: unknown): value is Redrives {
  return typeof value === 'object' && value !== null && 'count' in value && 'lastAt' in value;
}
