import {
  InvalidMockConfigError,
  type MockConfig,
  type MockedResponse,
  type TestCase,
} from '../../asl/index.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { type DefinitionRun, type DefinitionToRun, named, runMocked, tasksIn } from './runDefinition.ts';

/** A test case of a mock configuration file, and what became of its execution. */
export interface TestedCase extends DefinitionRun {
  readonly case: string;
}

/**
 * Runs the test cases that a mock configuration file has for a machine, one after the other.
 *
 * @param only the name of one case
 * @throws InvalidMockConfigError where the file does not have the machine or the case, or a case names a state that is not a task
 */
export async function* testDefinition(
  run: DefinitionToRun,
  config: MockConfig,
  machine: string,
  only: string | undefined,
): AsyncGenerator<TestedCase> {
  const cases = config.machines.get(machine);
  if (cases === undefined) {
    const names = [...config.machines.keys()].join(', ');
    throw new InvalidMockConfigError(
      `The file has no machine '${machine}'; it has: ${names}. Name one with --machine.`,
    );
  }
  if (only !== undefined && !cases.has(only)) {
    throw new InvalidMockConfigError(
      `'${machine}' has no test case '${only}'; it has: ${[...cases.keys()].join(', ')}.`,
    );
  }
  for (const [name, test] of cases) {
    if (only !== undefined && name !== only) continue;
    refuseUnknownStates(run, name, test);
    yield { case: name, ...(await runMocked(run, ({ task }) => answering(task.name, test.get(task.name)))) };
  }
}

function refuseUnknownStates(run: DefinitionToRun, name: string, test: TestCase): void {
  const tasks = tasksIn(run).map(({ task }) => task.name);
  const unknown = [...test.keys()].find((state) => !tasks.includes(state));
  if (unknown === undefined) return;
  throw new InvalidMockConfigError(
    `The test case '${name}' has an answer for '${unknown}', and the tasks of the definition are: ${tasks.join(', ')}.`,
  );
}

function answering(state: string, response: MockedResponse | undefined): () => Json {
  let attempts = 0;
  return () => {
    if (response === undefined) {
      throw named('Millrace.NoAnswer', `The test case has no answer for '${state}': it would run the task.`);
    }
    const answer = response[attempts];
    if (answer === undefined) {
      throw named('States.Runtime', `The response of '${state}' has no answer for its attempt ${attempts}.`);
    }
    attempts++;
    if (answer.type === 'throw') throw named(answer.error, answer.cause);
    return answer.value;
  };
}
