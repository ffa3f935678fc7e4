import type { DefinitionRun } from '../asl/runDefinition.ts';
import type { TestedCase } from '../asl/testDefinition.ts';

/** The states that an execution went through, and how it ended. */
export function aslRunLines({ path, status, output, error }: DefinitionRun): readonly string[] {
  return [
    ...path.map(({ state, at }) => `${`${at} s`.padStart(10)}  ${state}`),
    '',
    error ? `${status}  ${error.name}: ${error.message}` : `${status}  ${JSON.stringify(output ?? null)}`,
  ];
}

/** The same below the name of the test case. */
export function aslTestLines(tested: TestedCase): readonly string[] {
  return [tested.case, ...aslRunLines(tested), ''];
}
