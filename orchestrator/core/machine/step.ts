import { DefinitionMismatchError } from './definitionMismatch.ts';
import { Hosting } from './hosting.ts';
import type { PreparedMachine } from './prepare.ts';
import { mayHoldReferences } from './references.ts';
import { type MachineState, parseMachineState } from './state.ts';
import type { MachineInput, MachineStep } from './step.types.ts';
import { stepOne, storedBefore } from './stepOne.ts';
import { type StepAt, StepRun } from './stepRun.ts';

/**
 * Takes a machine one step on: what XState's actor would do with the input, as data. It runs no action, timer or task,
 * and the same arguments give the same bytes.
 * @param stored the state as an earlier step gave it; undefined for the start
 * @throws InputOrderError
 * @throws DefinitionMismatchError where the machine does not have the stored state
 */
export function stepMachine(
  prepared: PreparedMachine,
  stored: string | undefined,
  input: MachineInput,
  at: StepAt,
): MachineStep {
  if (prepared.items.size > 0) return new Hosting(prepared, stored, at).step(input);
  return stepOne(prepared, stored === undefined ? undefined : storedBefore(stored), input, at);
}

/**
 * Refuses a machine that could not go on from a state that is stored.
 *
 * @throws DefinitionMismatchError
 */
export function checkTakesUp(prepared: PreparedMachine, stored: string, at: StepAt): void {
  checkState(prepared, parseMachineState(stored), mayHoldReferences(stored), at);
}

function checkState(
  prepared: PreparedMachine,
  state: MachineState,
  hasReferences: boolean,
  at: StepAt,
): void {
  new StepRun(prepared, () => state, state, at).rehydrated(state, hasReferences);
  for (const { src, open } of state.lists ?? []) {
    const item = prepared.items.get(src);
    if (!item) {
      throw new DefinitionMismatchError(prepared, `'${src}' is no longer an each() of a machine`);
    }
    for (const hosted of Object.values(open)) checkState(item, hosted, hasReferences, at);
  }
}
