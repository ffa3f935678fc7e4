import { illFormed, isWellFormed } from '../orchestrator/core/data/text.ts';
import { executionIdProblem, maximumExecutionIdLength } from '../orchestrator/table/executionId.ts';
import { InvalidExecutionIdError, InvalidMachineIdError } from './errors.ts';
import type { MachineReference } from './machineTypes.ts';

/** @throws InvalidExecutionIdError for an id that a new execution cannot have */
export function checkNewExecutionId(executionId: unknown): void {
  const problem = executionIdProblem(executionId);
  if (problem !== undefined) throw new InvalidExecutionIdError(problem);
}

/**
 * The id of an execution that may exist: children's ids, which Millrace makes, end in `.<n>`.
 *
 * @throws InvalidExecutionIdError
 */
export function checkExecutionId(executionId: string): void {
  checkNewExecutionId(typeof executionId === 'string' ? executionId.replace(/(\.\d+)+$/, '') : executionId);
}

/** @throws InvalidMachineIdError */
export function machineId(machine: MachineReference): string {
  const id: unknown = typeof machine === 'string' ? machine : machine?.id;
  if (typeof id !== 'string' || id === '') {
    throw new InvalidMachineIdError('A machine is an XState machine or its id, a string that is not empty.');
  }
  if (id.includes('#') || id.length > maximumExecutionIdLength) {
    throw new InvalidMachineIdError(
      `The machine id '${id}' has a '#', or more than ${maximumExecutionIdLength} characters. Rename the machine.`,
    );
  }
  if (!isWellFormed(id)) throw new InvalidMachineIdError(`The machine id '${id}' ${illFormed}.`);
  return id;
}
