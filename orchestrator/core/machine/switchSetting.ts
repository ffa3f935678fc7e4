import type { AnyStateMachine } from 'xstate';
import { shown } from '../data/shown.ts';
import { configOf, property } from './xstateInternals.ts';

/** Settings of a machine that the deployment has, too, and that are on or off: the machine's own decides. */
export type Switch =
  /** Whether the worker host may take the steps of the machine's promises itself. */
  | 'chain'
  /** Whether workers invoke the orchestrator with their results. */
  | 'nudge';

/**
 * `meta: { millrace: { chain: true } }` in the machine's config. Undefined where the machine leaves it to the deployment.
 */
export function switchSettingOf(machine: AnyStateMachine, name: Switch): boolean | undefined {
  const setting = settingOf(machine, name);
  return typeof setting === 'boolean' ? setting : undefined;
}

/** The problem with the setting, if there is one. */
export function switchProblem(machine: AnyStateMachine, name: Switch): string | undefined {
  const setting = settingOf(machine, name);
  if (setting === undefined || typeof setting === 'boolean') return undefined;
  return `${shown(setting)} is neither true nor false`;
}

function settingOf(machine: AnyStateMachine, name: Switch): unknown {
  return property(property(configOf(machine.root).meta, 'millrace'), name);
}
