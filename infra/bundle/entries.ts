import { resolve } from 'node:path';
import { describedMachines } from '../machineDefinitions.ts';
import type { RegisteredMachine } from './loadCheck.ts';
import { machineImports } from './machineModules.ts';

/** Loaded with the first definition that is in the table: functions that meet none start as fast as without it. */
const compilerOption = "compiler: async () => (await import('millrace/asl/machine')).definedMachine,";

export function orchestratorEntry(
  module: string,
  machineFiles: readonly string[],
  compiles: boolean,
): string {
  const { imports, machines } = machineImports(machineFiles);
  return `import { createOrchestrator } from ${JSON.stringify(module)};
${imports}
export const { stream, wake, clock, failed, recover, machines, invocationAges, neededWorkers, wantedNudges } = createOrchestrator({
  machines: ${machines},
  ${compiles ? compilerOption : ''}
});
`;
}

export function workerHostEntry(module: string, machineFiles: readonly string[], compiles: boolean): string {
  const { imports, machines } = machineImports(machineFiles);
  return `import { createWorkerHost } from ${JSON.stringify(module)};
${imports}
export const { handler } = createWorkerHost({ machines: ${machines}, ${compiles ? compilerOption : ''} });
`;
}

export function publisherEntry(module: string, userModule: string | undefined): string {
  const from = `import { createPublisher } from ${JSON.stringify(module)};`;
  if (userModule === undefined) return `${from}\nexport const { publish } = createPublisher();\n`;
  return `${from}
import { bus } from ${JSON.stringify(resolve(userModule))};
export const { publish } = createPublisher({ bus });
`;
}

export function ingestEntry(module: string): string {
  return `import { createIngest } from ${JSON.stringify(module)};\nexport const { ingest } = createIngest();\n`;
}

/** The function lists the deployed machines: those of definitions get their substitutions from its environment. */
export async function stepFunctionsEntry(
  module: string,
  machineFiles: readonly string[],
  machines: readonly RegisteredMachine[] | undefined,
): Promise<string> {
  const described = await describedMachines(machineFiles, machines);
  return `import { createStepFunctionsFunction } from ${JSON.stringify(module)};
export const { handler } = createStepFunctionsFunction({ machines: ${JSON.stringify(described)} });
`;
}
