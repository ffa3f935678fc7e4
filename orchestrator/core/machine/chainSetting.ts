import type { AnyStateMachine } from 'xstate';
import { configOf, property } from './xstateInternals.ts';

/**
 * Whether the worker host may take the steps of the machine's promises itself: `meta: { millrace: { chain: true } }` in
 * the machine's config. Undefined where the machine leaves it to the deployment.
 */
export function chainSettingOf(machine: AnyStateMachine): boolean | undefined {
  const setting = settingOf(machine);
  return typeof setting === 'boolean' ? setting : undefined;
}

/** The problem with the setting, if there is one. */
export function chainProblem(machine: AnyStateMachine): string | undefined {
  const setting = settingOf(machine);
  if (setting === undefined || typeof setting === 'boolean') return undefined;
  return `${JSON.stringify(setting)} is neither true nor false`;
}

function settingOf(machine: AnyStateMachine): unknown {
  return property(property(configOf(machine.root).meta, 'millrace'), 'chain');
}
