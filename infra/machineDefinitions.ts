import { readFile } from 'node:fs/promises';
import { formatOf } from '../asl/document/readDocument.ts';
import { loadDefinition } from '../asl/load.ts';
import { type Substitutions, substituted } from '../asl/substitutions.ts';
import { definitionId, isDefinitionFile } from './bundle/definitions.ts';

/** The definitions in Amazon States Language among files of machines, as JSON, by the ids of their machines. */
export async function definitionsIn(
  machineFiles: readonly string[],
  substitutions: Substitutions,
): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    machineFiles.filter(isDefinitionFile).map(async (file) => {
      const { definition } = loadDefinition(await readFile(file, 'utf8'), formatOf(file));
      return (
        definition && ([definitionId(file), JSON.stringify(substituted(definition, substitutions))] as const)
      );
    }),
  );
  return new Map(found.filter((each) => each !== undefined));
}

/** Whether a machine is a part of the machine of a definition: it works on the items of a Map state. */
export function isOfAnother(machine: string, definitions: ReadonlyMap<string, string>): boolean {
  return [...definitions.keys()].some((id) => machine.startsWith(`${id}.`));
}
