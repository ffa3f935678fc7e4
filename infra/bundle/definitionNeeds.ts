import { readFile } from 'node:fs/promises';
import { type DefinitionNeeds, needsOf } from '../../asl/check/needs.ts';
import { formatOf } from '../../asl/document/readDocument.ts';
import { loadDefinition } from '../../asl/load.ts';
import { definitionId, isDefinitionFile } from './definitions.ts';

/** The needs that definitions among machines' files have of their deployment, by their machine. */
export type DefinitionsNeeds = Readonly<Record<string, DefinitionNeeds>>;

export async function definitionNeedsIn(machineFiles: readonly string[]): Promise<DefinitionsNeeds> {
  const needs = await Promise.all(
    machineFiles.filter(isDefinitionFile).map(async (file) => {
      const { definition } = loadDefinition(await readFile(file, 'utf8'), formatOf(file));
      return definition === undefined ? [] : [[definitionId(file), needsOf(definition)] as const];
    }),
  );
  return Object.fromEntries(needs.flat());
}
