import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { formatOf, type MachineInUse } from '../../asl/index.ts';
import { InvalidInputError } from '../errors.ts';
import { problemOf } from '../input/userFile.ts';
import type { CountedUse } from './readCounts.ts';

const definitionFile = /^(?<name>.+?)(\.asl)?\.(json|ya?ml)$/;

/**
 * The definitions of a folder, each named by its file, with their use. Files in `node_modules`, and files that are not JSON or
 * YAML objects with `States`, are left out.
 *
 * @throws InvalidInputError where the folder has none, or a count is for a name that it does not have
 */
export async function readFolder(
  folder: string,
  counts: ReadonlyMap<string, CountedUse>,
): Promise<readonly MachineInUse[]> {
  const machines: MachineInUse[] = [];
  for (const file of await filesIn(folder)) {
    const name = definitionFile.exec(file.split('/').at(-1) ?? '')?.groups?.name;
    if (name === undefined) continue;
    const text = await readFile(join(folder, file), 'utf8');
    if (!/["']?States["']?\s*:/.test(text)) continue;
    const { type = 'STANDARD', ...use } = counts.get(name) ?? {};
    machines.push({
      name,
      type,
      text,
      format: formatOf(file),
      ...('executions' in use && { use }),
    });
  }
  if (machines.length === 0) {
    throw new InvalidInputError(
      `${folder} has no definitions: name a folder with JSON or YAML files that have States.`,
    );
  }
  const names = machines.map(({ name }) => name);
  const unknown = [...counts.keys()].filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new InvalidInputError(
      `The counts name ${unknown.map((name) => `'${name}'`).join(', ')}, and the definitions of ${folder} are: ${names.join(', ')}.`,
    );
  }
  return machines;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const files = await readdir(resolve(folder), { recursive: true });
    return files
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => !file.split('/').includes('node_modules'))
      .toSorted();
  } catch (error) {
    const isFile = error instanceof Error && 'code' in error && error.code === 'ENOTDIR';
    throw new InvalidInputError(`${folder} ${isFile ? 'is a file. Name a folder' : problemOf(error)}.`);
  }
}
