import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { implementationsOf, isStateMachine } from '../../orchestrator/core/machine/xstateInternals.ts';
import type { ChartInvoke, Trigger } from './model.ts';

const prefixes = {
  done: 'xstate.done.actor.',
  error: 'xstate.error.actor.',
  snapshot: 'xstate.snapshot.',
  doneState: 'xstate.done.state.',
  after: 'xstate.after.',
} as const;

/** The trigger that an event descriptor of XState stands for; an empty one stands for `always`. */
export function triggerOf(node: AnyStateNode, descriptor: string): Trigger {
  if (descriptor === '') return { type: 'always' };
  const after = (prefix: string) =>
    descriptor.startsWith(prefix) ? descriptor.slice(prefix.length) : undefined;
  const done = after(prefixes.done);
  if (done !== undefined) return { type: 'done', of: 'actor', src: srcOf(node, done) };
  const error = after(prefixes.error);
  if (error !== undefined) return { type: 'error', src: srcOf(node, error) };
  const snapshot = after(prefixes.snapshot);
  if (snapshot !== undefined) return { type: 'snapshot', src: srcOf(node, snapshot) };
  if (after(prefixes.doneState) !== undefined) return { type: 'done', of: 'state', src: node.key };
  const delay = after(prefixes.after);
  if (delay !== undefined) return { type: 'after', delay: delayText(delay.slice(0, -(node.id.length + 1))) };
  if (descriptor === '*') return { type: 'wildcard' };
  if (descriptor.endsWith('.*')) return { type: 'wildcard', prefix: descriptor.slice(0, -2) };
  return { type: 'event', name: descriptor };
}

export function invokesOf(machine: AnyStateMachine, node: AnyStateNode): readonly ChartInvoke[] {
  const { actors } = implementationsOf(machine);
  return node.invoke.map(({ id, src }, index): ChartInvoke => {
    // XState names logic that is written into an invoke by its place, and so does the orchestrator.
    const isInline = typeof src !== 'string' || src.startsWith('xstate.invoke.');
    if (isInline) return { id, src: `inline:${index}.${node.id}`, label: '(inline)' };
    const logic = actors[src];
    return isStateMachine(logic) ? { id, src, machine: logic.id } : { id, src };
  });
}

/** The source of an actor as it is shown. */
function srcOf(node: AnyStateNode, id: string): string {
  const src = node.invoke.find((each) => each.id === id)?.src;
  return typeof src === 'string' && !src.startsWith('xstate.invoke.') ? src : id;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** `90000` is `1.5 min`; a name stays as it is. */
export function delayText(delay: string): string {
  const ms = Number(delay);
  if (delay === '' || Number.isNaN(ms)) return delay;
  for (const [unit, length] of units)
    if (ms >= length && (ms * 10) % length === 0) return `${ms / length} ${unit}`;
  return `${ms} ms`;
}
