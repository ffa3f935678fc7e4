import { shown } from '../orchestrator/core/data/shown.ts';
import { type ExecutionEntry, entryText } from './entry.ts';
import { ImpossibleTestError } from './errors.ts';
import { check, type Expectation } from './expectation.ts';
import type { MachineDefinition } from './machineTypes.ts';
import { RecordedExecution } from './recordedExecution.ts';
import { checkMachines } from './testCloudOptions.ts';

/** An execution with a past, for which something is to happen next. */
export interface Given<M extends MachineDefinition> {
  when(entry: ExecutionEntry<M>): When<M>;
}

/** The entry that has just come, for which something is expected. Not a promise, though it has a `then`. */
export interface When<M extends MachineDefinition> {
  /** @throws AssertionError that says what is not as expected */
  then(expected: Expectation<M>): void;
}

/**
 * The pure step of an execution, as the orchestrator takes it, with no table, worker or clock:
 * `given(machine, past).when(entry).then(expected)`. The machine's plain actions are not run.
 *
 * @throws MachineNotDurableError for a machine that cannot be durable
 * @throws ImpossibleTestError for an entry that cannot come then, such as the result of a task that is not open
 */
export function given<M extends MachineDefinition>(
  machine: M,
  past: readonly ExecutionEntry<NoInfer<M>>[] = [],
): Given<M> {
  checkMachines('given()', [machine]);
  if (!Array.isArray(past)) {
    throw new ImpossibleTestError(`given() is given ${shown(past)} as the past: give a list of entries.`);
  }
  const execution = new RecordedExecution(machine);
  for (const entry of past) execution.take(entry as ExecutionEntry);
  let isTaken = false;
  return {
    when: (entry) => {
      if (isTaken)
        throw new ImpossibleTestError('An execution goes on once from its past: call given again.');
      isTaken = true;
      const outcome = execution.take(entry as ExecutionEntry);
      const what = `${execution.machine.id}, when ${entryText(entry)}`;
      const then = (expected: Expectation<M>): void => {
        if (typeof expected === 'function') {
          throw new ImpossibleTestError(
            'given(…).when(…) is not a promise: call its then with your expectations.',
          );
        }
        check(expected as Expectation, outcome, execution.now, what, then);
      };
      return { then };
    },
  };
}
