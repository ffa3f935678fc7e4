import { hostedName } from './sources.ts';
import { type HostedList, type MachineState, type OrphanedChild, runningChild } from './state.ts';

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

/** Whether machines work on the items of a list, which has this number. */
export function hostsList(state: MachineState, task: number): boolean {
  for (const { lists = [] } of statesWithin(state)) if (lists.some((list) => list.task === task)) return true;
  return false;
}

/** A machine within an execution, with the names that its actors have in the execution's machine. */
export interface NamedState {
  readonly state: MachineState;
  nameOf(src: string): string;
}

/** The machine, and those that it hosts at any depth. */
export function* namedStates(
  state: MachineState,
  nameOf: NamedState['nameOf'] = (src) => src,
): Generator<NamedState> {
  yield { state, nameOf };
  for (const { src: list, open } of state.lists ?? []) {
    for (const item of Object.values(open)) {
      yield* namedStates(item, (src) => nameOf(hostedName(list, src)));
    }
  }
}

/** The lists on whose items machines work, with the names of their actors. */
export function hostedListsOf(
  state: MachineState,
): readonly { readonly name: string; readonly list: HostedList }[] {
  return [...namedStates(state)].flatMap(({ state: { lists = [] }, nameOf }) =>
    lists.map((list) => ({ name: nameOf(list.src), list })),
  );
}
