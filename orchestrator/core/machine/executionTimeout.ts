import type { AnyStateMachine } from 'xstate';
import { shown } from '../data/shown.ts';
import { durationMs, InvalidDurationError, isDuration } from '../policy/duration.ts';
import { configOf, property } from './xstateInternals.ts';

/** How long an execution may take: `meta: { millrace: { timeout: '24h' } }` in the machine's config. */
export function executionTimeoutMsOf(machine: AnyStateMachine): number | undefined {
  const setting = settingOf(machine);
  return isDuration(setting) ? durationMs(setting) : undefined;
}

/** The problem with the setting, if there is one. */
export function executionTimeoutProblem(machine: AnyStateMachine): string | undefined {
  const setting = settingOf(machine);
  if (setting === undefined) return undefined;
  try {
    if (isDuration(setting)) {
      return durationMs(setting) > 0 ? undefined : `${shown(setting)} leaves an execution no time at all`;
    }
  } catch (error) {
    if (!(error instanceof InvalidDurationError)) throw error;
  }
  return `${shown(setting)} is not a duration`;
}

function settingOf(machine: AnyStateMachine): unknown {
  return property(property(configOf(machine.root).meta, 'millrace'), 'timeout');
}
