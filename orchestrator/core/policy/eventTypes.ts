/**
 * Whether an event of this type from outside is refused. To XState `*` is not one event but every event; `xstate.`
 * and `millrace.` begin types of their own, of which only routes come from outside.
 */
export function isReservedEventType(type: unknown): boolean {
  if (typeof type !== 'string' || type === '*') return true;
  return type !== 'xstate.route' && (type.startsWith('xstate.') || type.startsWith('millrace.'));
}
