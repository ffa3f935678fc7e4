import type { AnyStateNode } from 'xstate';
import { MillraceError } from '../errors/millraceError.ts';
import { isoDurationMs } from '../policy/isoDuration.ts';
import { mapValues } from './mapValues.ts';
import { type Implementations, property } from './xstateInternals.ts';

/**
 * XState sends at once an event whose delay is not a number, or has no implementation. In a durable machine that
 * must be an error: these functions put a check around each delay that is computed or named.
 */

/** Thrown within a step when a delay is not a number of milliseconds. */
export class InvalidDelayError extends MillraceError {
  override readonly code = 'InvalidDelay';
  override readonly name = 'InvalidDelayError';
  constructor(delay: string, problem: string) {
    super(`The ${delay} ${problem}: a delay is a number of milliseconds.`);
  }
}

/**
 * Delays that have no implementation and that are ISO 8601 durations, as in `after: { PT2H: … }`: XState would not
 * wait.
 */
export function isoDelays(nodes: Iterable<AnyStateNode>): Record<string, number> {
  const found: Record<string, number> = {};
  for (const node of nodes) {
    for (const name of Object.keys(node.config.after ?? {})) {
      const ms = isoDurationMs(name);
      if (ms !== undefined) found[name] = ms;
    }
  }
  return found;
}

export function withCheckedDelays(delays: Implementations['delays']): Implementations['delays'] {
  return mapValues(delays, (delay, name) =>
    typeof delay === 'function' ? checkedDelay(delay, `delay '${name}'`) : delay,
  );
}

/** The action itself, or where it delays something a copy that checks the delay. */
export function withCheckedDelay(action: unknown, delays: Implementations['delays']): unknown {
  const type = property(action, 'type');
  if (typeof action !== 'function' || typeof type !== 'string') return action;
  if (type === 'xstate.enqueueActions') return copyOf(action, { resolve: checkedEnqueue(action, delays) });
  if (type !== 'xstate.raise' && type !== 'xstate.sendTo') return action;
  const delay = property(action, 'delay');
  if (typeof delay === 'function') {
    return copyOf(action, { delay: checkedDelay(delay, `delay of a ${type.slice('xstate.'.length)}`) });
  }
  if (typeof delay !== 'string' || Object.hasOwn(delays, delay)) return action;
  return copyOf(action, {
    delay: isoDurationMs(delay) ?? (() => refuse(`delay '${delay}'`, 'is not implemented')),
  });
}

function checkedDelay(delay: object, what: string): (...args: unknown[]) => number {
  return (...args) => {
    const delayMs: unknown = call(delay, args);
    return typeof delayMs === 'number' && Number.isFinite(delayMs)
      ? delayMs
      : refuse(what, `is ${String(delayMs)}`);
  };
}

/** Checks enqueued actions as they are enqueued: they are not known before. */
function checkedEnqueue(action: object, delays: Implementations['delays']): (...args: unknown[]) => unknown {
  return (...args) => {
    const resolution: unknown = call(property(action, 'resolve'), args);
    if (!Array.isArray(resolution)) return resolution;
    const [snapshot, params, enqueued]: unknown[] = resolution;
    return Array.isArray(enqueued)
      ? [snapshot, params, enqueued.map((each) => withCheckedDelay(each, delays))]
      : resolution;
  };
}

function call(callee: unknown, args: readonly unknown[]): unknown {
  if (typeof callee !== 'function')
    throw new TypeError('XState calls something here that is not a function.');
  return Reflect.apply(callee, undefined, args);
}

/** Built-in actions are functions that carry what they do as properties. */
function copyOf(action: object, changed: object): unknown {
  return Object.assign(() => undefined, action, changed);
}

function refuse(delay: string, problem: string): never {
  throw new InvalidDelayError(delay, problem);
}
