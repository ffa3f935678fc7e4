/** Where a step keeps its time on the actor that a machine sees as `self`. A registered symbol: bundles have copies. */
export const entryTimeKey: unique symbol = Symbol.for('millrace.entryTime') as never;

/**
 * The time of what a machine takes now, in milliseconds since the epoch: the same whenever the entry is applied or replayed.
 * A machine that is run by plain XState gets the time of the process.
 *
 * @param self as actions, guards and `input` get it
 */
export function entryTime(self: object): number {
  const time: unknown = Reflect.get(self, entryTimeKey);
  return typeof time === 'number' ? time : Date.now();
}
