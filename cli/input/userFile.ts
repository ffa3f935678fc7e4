import type { Stats } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ifThere } from '../../infra/bundle/ifThere.ts';
import { utf8Text } from '../../orchestrator/core/data/text.ts';
import { InvalidInputError } from '../errors.ts';

/** A file as the user has named it. */
export interface UserFile {
  readonly directory: string;
  /** From that directory, or absolute. */
  readonly file: string;
  /** Absent where the file is an argument. */
  readonly option?: string;
}

/** @throws InvalidInputError that says what is wrong with which file */
export async function readUserFile(given: UserFile): Promise<Uint8Array> {
  try {
    return await readFile(resolve(given.directory, given.file));
  } catch (error) {
    throw refusal(given, problemOf(error));
  }
}

/** @throws InvalidInputError */
export async function readUserText(given: UserFile): Promise<string> {
  const bytes = await readUserFile(given);
  try {
    return textOfFile(bytes);
  } catch {
    throw refusal(given, 'cannot be read: it is not text in UTF-8');
  }
}

/**
 * Editors and shells of Windows put a byte order mark before the text.
 *
 * @throws TypeError where it is not UTF-8
 */
export function textOfFile(bytes: Uint8Array): string {
  return utf8Text(bytes).replace(/^\uFEFF/, '');
}

/** The reason why a file was not read, for a message that begins with its name. */
export function problemOf(error: unknown): string {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'cannot be read: it does not exist';
    case 'EISDIR':
      return 'cannot be read: it is a folder. Name a file';
    case 'EACCES':
    case 'EPERM':
      return 'cannot be read: you have no permission';
    default:
      return `cannot be read (${error instanceof Error ? error.message : String(error)})`;
  }
}

/**
 * Refuses the place of a file that is written at the end, before any work is done for it.
 *
 * @throws InvalidInputError
 */
export async function checkWritable(given: UserFile): Promise<void> {
  const path = resolve(given.directory, given.file);
  const [found, folder] = await Promise.all([statOf(path), statOf(dirname(path))]);
  if (found?.isDirectory()) throw refusal(given, 'is a folder: name a file');
  if (!folder?.isDirectory()) throw refusal(given, 'is in a folder that does not exist: create it');
}

const beginOfTable = 'SQLite format 3\0';

/**
 * Refuses a file that is there and that `dev --data` has not kept a table in.
 *
 * @throws InvalidInputError
 */
export async function checkTableFile(given: UserFile, { mustExist }: { mustExist: boolean }): Promise<void> {
  const path = resolve(given.directory, given.file);
  const found = await statOf(path);
  if (!found) {
    if (mustExist) throw refusal(given, 'does not exist: make it with `millrace dev --data FILE`');
    return;
  }
  if (found.isDirectory()) throw refusal(given, 'is a folder: name a file');
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(beginOfTable.length), 0, beginOfTable.length, 0);
    if (buffer.toString('latin1') === beginOfTable) return;
  } finally {
    await file.close();
  }
  throw refusal(given, 'is not a table that was kept with --data: name another file');
}

function refusal({ file, option }: UserFile, problem: string): InvalidInputError {
  return new InvalidInputError(`${option === undefined ? '' : `${option}: `}${file} ${problem}.`);
}

/**
 * The file or folder at a path that the user has named; undefined where there is nothing.
 *
 * @throws InvalidInputError where that is not known, as in a folder that may not be read
 */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await ifThere(stat(path));
  } catch (error) {
    throw new InvalidInputError(`${path} ${problemOf(error)}.`);
  }
}
