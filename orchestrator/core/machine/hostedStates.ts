import { type MachineState, type OrphanedChild, runningChild } from './state.ts';

/** The machine's state, and those of the items' machines that it hosts, at any depth. */
export function* statesWithin(state: MachineState): Generator<MachineState> {
  yield state;
  for (const { open } of state.lists ?? []) {
    for (const item of Object.values(open)) yield* statesWithin(item);
  }
}

/** The running child that a task number belongs to, of the machine or of one that it hosts. */
export function runningChildWithin(state: MachineState, task: number): OrphanedChild | undefined {
  for (const each of statesWithin(state)) {
    const child = runningChild(each, task);
    if (child) return child;
  }
  return undefined;
}

/** Whether a running child belongs to an item's machine. */
export function isChildOfItem(state: MachineState, task: number): boolean {
  return runningChild(state, task) === undefined && runningChildWithin(state, task) !== undefined;
}

/** Whether something in it is stored by the positions of states in their machine. */
export function remembersPositions(state: MachineState): boolean {
  for (const { order, history } of statesWithin(state)) if (order || history) return true;
  return false;
}
