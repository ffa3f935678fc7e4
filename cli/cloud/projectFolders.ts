import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ifThere } from '../../infra/bundle/ifThere.ts';
import { InvalidInputError } from '../errors.ts';
import { statOf } from '../input/userFile.ts';

export interface DirectoryOptions {
  readonly machines?: string;
  readonly workers?: string;
}

/** Absolute. */
export interface CodeDirectories {
  readonly machinesDirectory: string;
  readonly workersDirectory: string;
}

/**
 * Folders of machines and workers: those of the options, else those that the project's package.json names in `millrace`,
 * else `machines` and `workers`.
 *
 * @throws InvalidInputError for a `millrace` in package.json that says something else
 */
export async function codeDirectories(
  directory: string,
  options: DirectoryOptions,
): Promise<CodeDirectories> {
  const project = await readProject(directory);
  return {
    machinesDirectory: resolve(directory, options.machines ?? project.machines ?? 'machines'),
    workersDirectory: resolve(directory, options.workers ?? project.workers ?? 'workers'),
  };
}

/**
 * A project may have no folder of workers, but a folder that an option names must exist.
 *
 * @throws InvalidInputError
 */
export async function checkFolder(option: string, directory: string, folder: string): Promise<void> {
  const found = await statOf(resolve(directory, folder));
  if (found?.isDirectory()) return;
  const problem = found ? 'is not a folder' : 'does not exist';
  throw new InvalidInputError(`${option}: ${folder} ${problem}.`);
}

/**
 * The same for a file.
 *
 * @throws InvalidInputError
 */
export async function checkFile(option: string, directory: string, file: string): Promise<void> {
  const found = await statOf(resolve(directory, file));
  if (found?.isFile()) return;
  const problem = found ? 'is not a file' : 'does not exist';
  throw new InvalidInputError(`${option}: ${file} ${problem}.`);
}

const settings = ['machines', 'workers'] as const;

async function readProject(directory: string): Promise<DirectoryOptions> {
  const file = join(directory, 'package.json');
  const text = await ifThere(readFile(file, 'utf8'));
  if (text === undefined) return {};
  const project = millraceOf(text, file);
  if (project === undefined) return {};
  const given = isObject(project) ? Object.entries(project) : undefined;
  const isKnown = ([key, value]: [string, unknown]) =>
    settings.some((known) => known === key) && typeof value === 'string';
  const wrong = given?.find((entry) => !isKnown(entry));
  if (given && !wrong) return Object.fromEntries(given);
  throw new InvalidInputError(
    `${file} has ${wrong ? `'${wrong[0]}' in ` : ''}"millrace", which must be an object of folders: {"machines": "src/machines", "workers": "src/workers"}.`,
  );
}

function millraceOf(text: string, file: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && 'millrace' in value ? value.millrace : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InvalidInputError(`${file} is not valid JSON: ${error.message}`);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
