import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { configOf, property } from './xstateInternals.ts';

/**
 * How a machine holds events that come too early: `meta: { millrace: { heldEvents: true } }` in the machine's config, or
 * `{ maximum: 20 }` in place of `true`.
 */
export interface HeldEvents {
  /** Events held at once; one more is ignored. */
  readonly maximum: number;
}

const defaultMaximum = 20;
/** Held events are in the execution item and written with each commit. */
const largestMaximum = 100;

/** The setting for held events in the machine's config; undefined: nothing is held. */
export function heldEventsOf(machine: AnyStateMachine): HeldEvents | undefined {
  const setting = settingOf(machine);
  if (setting === true) return { maximum: defaultMaximum };
  const maximum = property(setting, 'maximum');
  return typeof maximum === 'number' ? { maximum } : undefined;
}

/** The problem with the setting, if there is one. */
export function heldEventsProblem(machine: AnyStateMachine): string | undefined {
  const setting = settingOf(machine);
  if (setting === undefined || typeof setting === 'boolean') return undefined;
  const maximum = property(setting, 'maximum');
  const isNumber = typeof maximum === 'number' && Number.isInteger(maximum);
  if (isNumber && maximum >= 1 && maximum <= largestMaximum) return undefined;
  return `heldEvents is neither true nor { maximum } with a whole number from 1 to ${largestMaximum}`;
}

function settingOf(machine: AnyStateMachine): unknown {
  return property(property(configOf(machine.root).meta, 'millrace'), 'heldEvents');
}

/** Whether any active state takes the event now. A guard that throws is for the step itself to meet. */
export function isTaken(
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  event: AnyEventObject,
): boolean {
  try {
    return machine.getTransitionData(snapshot, event).length > 0;
  } catch {
    return true;
  }
}
