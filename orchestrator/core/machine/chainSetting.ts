import type { AnyStateMachine } from 'xstate';
import { type Duration, durationMs, InvalidDurationError, isDuration } from '../policy/duration.ts';
import { configOf, property } from './xstateInternals.ts';

/**
 * Whether the worker host may take the steps of the machine's promises itself: `meta: { millrace: { chain: true } }` in
 * the machine's config. Undefined where the machine leaves it to the deployment.
 */
export function chainSettingOf(machine: AnyStateMachine): boolean | undefined {
  const setting = settingOf(machine, 'chain');
  // Checkpoints are a chain's.
  if (setting === undefined && everyOf(machine) !== undefined) return true;
  return typeof setting === 'boolean' ? setting : undefined;
}

/** The problem with the setting, if there is one. */
export function chainProblem(machine: AnyStateMachine): string | undefined {
  const setting = settingOf(machine, 'chain');
  if (setting === undefined || typeof setting === 'boolean') return undefined;
  return `${JSON.stringify(setting)} is neither true nor false`;
}

/**
 * How long the steps of a chain may be uncommitted: `meta: { millrace: { checkpoint: { every: '5s' } } }`. Undefined where each is
 * committed.
 */
export function checkpointMsOf(machine: AnyStateMachine): number | undefined {
  const every = everyOf(machine);
  return isDuration(every) ? durationMs(every) : undefined;
}

/** The problem with the setting, if there is one. */
export function checkpointProblem(machine: AnyStateMachine): string | undefined {
  const checkpoint = settingOf(machine, 'checkpoint');
  if (checkpoint === undefined || checkpoint === 'step') return undefined;
  const every = everyOf(machine);
  const keys = typeof checkpoint === 'object' && checkpoint !== null ? Object.keys(checkpoint) : [];
  if (keys.join() === 'every' && isDuration(every) && isValid(every)) {
    return settingOf(machine, 'chain') === false ? 'it has no effect beside chain: false' : undefined;
  }
  return `${JSON.stringify(checkpoint)} is neither 'step' nor a time from 1 ms to 1 minute`;
}

const longestEveryMs = 60_000;

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
