import { timeAfter } from '../policy/time.ts';
import { statesWithin } from './hostedStates.ts';
import { mapValues } from './mapValues.ts';
import { type MachineState, type MachineTimer, parseMachineState, storeMachineState } from './state.ts';

/** When a machine's next timer fires, in milliseconds since the epoch. */
export function nextTimerDueAt(state: MachineState): number | undefined {
  let first: number | undefined;
  for (const { timers } of statesWithin(state)) {
    const dueAt = timers[earliestTimer(timers)]?.dueAt;
    if (dueAt !== undefined && dueAt < (first ?? Number.POSITIVE_INFINITY)) first = dueAt;
  }
  return first;
}

/** The state with its timers later by so much: they stood still. */
export function shiftTimers(stored: string, ms: number): string {
  const state = parseMachineState(stored);
  if (ms === 0 || nextTimerDueAt(state) === undefined) return stored;
  return storeMachineState(withLaterTimers(state, ms));
}

function withLaterTimers({ lists, ...state }: MachineState, ms: number): MachineState {
  return {
    ...state,
    timers: state.timers.map((timer) => ({ ...timer, dueAt: timeAfter(timer.dueAt, ms) })),
    ...(lists && {
      lists: lists.map((list) => ({
        ...list,
        open: mapValues(list.open, (item) => withLaterTimers(item, ms)),
      })),
    }),
  };
}

/** Place of the timer that fires first: of those due together the one set first. -1 where there is none. */
export function earliestTimer(timers: readonly MachineTimer[]): number {
  let earliest = -1;
  let dueAt = Number.POSITIVE_INFINITY;
  for (const [index, timer] of timers.entries()) {
    if (timer.dueAt >= dueAt) continue;
    earliest = index;
    dueAt = timer.dueAt;
  }
  return earliest;
}

/** As in XState's scheduler, both fire where an id is used twice, and `cancel` reaches only the later. */
export function withTimer(timers: readonly MachineTimer[], timer: MachineTimer): readonly MachineTimer[] {
  return [...loosened(timers, timer.id), timer];
}

/** When one fires, another of the same id is out of `cancel`'s reach, too. */
export function withoutFired(timers: readonly MachineTimer[], index: number): readonly MachineTimer[] {
  return loosened(
    timers.filter((_, place) => place !== index),
    timers[index]?.id,
  );
}

export function withoutCancelled(timers: readonly MachineTimer[], sendId: unknown): readonly MachineTimer[] {
  return timers.filter(({ id, loose }) => loose || id === undefined || id !== sendId);
}

function loosened(timers: readonly MachineTimer[], id: string | undefined): readonly MachineTimer[] {
  return timers.map((timer) => (id !== undefined && timer.id === id ? { ...timer, loose: true } : timer));
}
