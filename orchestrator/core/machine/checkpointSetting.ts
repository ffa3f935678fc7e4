import type { AnyStateMachine } from 'xstate';
import { shown } from '../data/shown.ts';
import { type Duration, durationMs, InvalidDurationError, isDuration } from '../policy/duration.ts';
import { configOf, property } from './xstateInternals.ts';

const longestEveryMs = 60_000;

/**
 * How long the steps of a chain may be uncommitted: `meta: { millrace: { checkpoint: { every: '5s' } } }`. Undefined where each is
 * committed.
 */
export function checkpointMsOf(machine: AnyStateMachine): number | undefined {
  const every = everyOf(machine);
  return isDuration(every) && isValid(every) ? durationMs(every) : undefined;
}

/** The problem with the setting, if there is one. */
export function checkpointProblem(machine: AnyStateMachine): string | undefined {
  const checkpoint = settingOf(machine, 'checkpoint');
  if (checkpoint === undefined || checkpoint === 'step') return undefined;
  const every = everyOf(machine);
  const keys = typeof checkpoint === 'object' && checkpoint !== null ? Object.keys(checkpoint) : [];
  if (keys.join() !== 'every' || !isDuration(every) || !isValid(every)) {
    return `${shown(checkpoint)} is neither 'step' nor a time from 1 ms to 1 minute`;
  }
  return settingOf(machine, 'chain') === false ? 'it has no effect beside chain: false' : undefined;
}

function isValid(every: Duration): boolean {
  try {
    const ms = durationMs(every);
    return ms >= 1 && ms <= longestEveryMs;
  } catch (error) {
    if (!(error instanceof InvalidDurationError)) throw error;
    return false;
  }
}

function everyOf(machine: AnyStateMachine): unknown {
  return property(settingOf(machine, 'checkpoint'), 'every');
}

function settingOf(machine: AnyStateMachine, name: 'chain' | 'checkpoint'): unknown {
  return property(property(configOf(machine.root).meta, 'millrace'), name);
}
