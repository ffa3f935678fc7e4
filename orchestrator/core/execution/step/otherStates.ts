import {
  checkTakesUp,
  DefinitionMismatchError,
  hasSameStates,
  type PreparedMachine,
  parseMachineState,
  remembersPositions,
} from '../../machine/index.ts';
import type { Draft } from './draft.ts';

/**
 * A changed machine without the state that is stored is refused before anything is decided by it: a task that is tried
 * again would go by another's policy. History and the order of parallel states are stored as the states' positions in the
 * machine, which another structure gives to other states.
 *
 * @throws DefinitionMismatchError
 */
export function refuseOtherStates(machine: PreparedMachine, draft: Draft): void {
  const { definitionHash, snapshot } = draft.execution;
  if (definitionHash === undefined || snapshot === undefined) return;
  if (hasSameStates(definitionHash, machine.definitionHash)) return;
  if (remembersPositions(parseMachineState(snapshot))) {
    throw new DefinitionMismatchError(
      machine,
      'its structure has changed, and parallel or history states are remembered by it',
    );
  }
  checkTakesUp(machine, snapshot, draft.stepAt);
}
