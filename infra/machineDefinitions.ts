import { readFile } from 'node:fs/promises';
import { formatOf } from '../asl/document/readDocument.ts';
import { loadDefinition } from '../asl/load.ts';
import { definitionId, isDefinitionFile } from './bundle/definitions.ts';
import type { RegisteredMachine } from './bundle/loadCheck.ts';

/** A machine as the API of Step Functions shows it. */
export interface DescribedMachine {
  readonly id: string;
  readonly version: string;
  /** Its definition in Amazon States Language, as JSON, with placeholders. Absent for a machine of code. */
  readonly definition?: string;
}

/** The machines of files, without those that work on the items of a Map state. */
export async function describedMachines(
  machineFiles: readonly string[],
  machines: readonly RegisteredMachine[] = [],
): Promise<readonly DescribedMachine[]> {
  const definitions = new Map<string, string>();
  for (const file of machineFiles.filter(isDefinitionFile)) {
    const { definition } = loadDefinition(await readFile(file, 'utf8'), formatOf(file));
    if (definition) definitions.set(definitionId(file), JSON.stringify(definition));
  }
  const isOfItems = (machine: string) => [...definitions.keys()].some((id) => machine.startsWith(`${id}.`));
  return machines
    .filter(({ machine }) => !isOfItems(machine))
    .map(({ machine, version }) => {
      const definition = definitions.get(machine);
      return { id: machine, version, ...(definition !== undefined && { definition }) };
    });
}
