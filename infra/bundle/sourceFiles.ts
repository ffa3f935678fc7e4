import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { definitionFile } from '../../asl/document/readDocument.ts';
import { ifThere } from './ifThere.ts';

const module = /\.(?:ts|mts|js|mjs)$/;
const declaration = /\.d\.m?ts$/;
const test = /\.test\.[^.]+$/;
/** JSON files that any project has and that are not machines. */
const projectFile = /^(?:package|package-lock|tsconfig.*|jsconfig.*)\.json$/;

/** All modules under a folder, by path; undefined if there is no such folder. Tests and declarations are left out. */
export async function moduleFiles(directory: string): Promise<string[] | undefined> {
  return filesOf(directory, (name) => module.test(name) && !declaration.test(name));
}

/** The same, with JSON files and definitions in Amazon States Language. */
export async function machineFilesIn(directory: string): Promise<string[] | undefined> {
  return filesOf(
    directory,
    (name) =>
      definitionFile.test(name) ||
      (name.endsWith('.json') ? !projectFile.test(name) : module.test(name) && !declaration.test(name)),
  );
}

async function filesOf(
  directory: string,
  isWanted: (name: string) => boolean,
): Promise<string[] | undefined> {
  const entries = await ifThere(readEntries(directory));
  if (!entries) return undefined;
  const files: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) files.push(...((await filesOf(path, isWanted)) ?? []));
    else if (isWanted(entry.name) && !test.test(entry.name)) files.push(path);
  }
  // Not by locale: the order of files is the order in the bundle, which has to be the same everywhere.
  return files.sort((a, b) => (a < b ? -1 : 1));
}

function readEntries(directory: string) {
  return readdir(directory, { withFileTypes: true });
}
