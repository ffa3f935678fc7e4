import { property } from '../../orchestrator/core/machine/xstateInternals.ts';

/** Names of actions as a reader knows them. XState starts and cancels the timers of `after` by actions: those are left out. */
export function actionNames(actions: readonly unknown[]): readonly string[] {
  return actions.filter((action) => !isOfAfter(action)).map(actionName);
}

function isOfAfter(action: unknown): boolean {
  const id =
    property(action, 'type') === 'xstate.raise' ? property(action, 'id') : property(action, 'sendId');
  return typeof id === 'string' && id.startsWith('xstate.after.');
}

const withEvent: ReadonlyMap<unknown, string> = new Map([
  ['xstate.raise', 'raise'],
  ['xstate.sendTo', 'send'],
  ['xstate.emit', 'emit'],
]);

function actionName(action: unknown): string {
  if (typeof action === 'string') return action;
  const type = property(action, 'type');
  const verb = withEvent.get(type);
  if (verb !== undefined) {
    const event = property(property(action, 'event') ?? property(action, 'eventOrExpr'), 'type');
    return typeof event === 'string' ? `${verb} ${event}` : verb;
  }
  if (typeof type === 'string') return type.replace(/^xstate\./, '');
  return functionName(action);
}

function functionName(value: unknown): string {
  const name = property(value, 'name');
  const isGiven = typeof name === 'string' && !['', 'guard', 'actions', 'entry', 'exit'].includes(name);
  return isGiven ? name : 'ƒ';
}

/** A guard's name, and the source text of one that is a function. */
export function guardOf(guard: unknown): { readonly guard?: string; readonly guardSource?: string } {
  if (guard === undefined) return {};
  const name = guardName(guard);
  return typeof guard === 'function' && !('check' in guard)
    ? { guard: name, guardSource: String(guard) }
    : { guard: name };
}

function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  if (typeof guard !== 'function') {
    const params = property(guard, 'params');
    const shown =
      typeof params === 'object' && params !== null ? `(${Object.values(params).join(', ')})` : '';
    return `${String(property(guard, 'type'))}${shown}`;
  }
  if (!('check' in guard)) return functionName(guard);
  // XState's own: and, or, not, stateIn.
  const inner = property(guard, 'guards');
  if (Array.isArray(inner)) {
    const names = inner.map(guardName);
    return names.length === 1 ? `not ${names[0]}` : names.join(` ${guard.name} `);
  }
  const state = property(guard, 'stateValue');
  return `in ${typeof state === 'string' ? state : JSON.stringify(state)}`;
}
