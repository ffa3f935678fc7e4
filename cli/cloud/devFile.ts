import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What `millrace dev` leaves in its directory, so that other commands find it. */
export interface DevFile {
  /** The `dev` process's id. */
  readonly pid: number;
  readonly tableName: string;
  /** Variables that any AWS SDK or CLI needs to use it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where its machines come from; absolute. */
  readonly machinesDirectory?: string;
  /** The files that its functions are made of. Until the fingerprint is that of the files, a reload is under way. */
  readonly code?: { readonly directories: readonly string[]; readonly fingerprint: string };
}

export type DevFileState =
  | { readonly type: 'running'; readonly file: DevFile }
  /** Left behind by a process that is no more. */
  | { readonly type: 'stale'; readonly pid: number | undefined }
  | { readonly type: 'absent' };

export function devFilePath(directory: string): string {
  return join(directory, '.millrace', 'dev.json');
}

export async function readDevFile(directory: string): Promise<DevFileState> {
  let text: string;
  try {
    text = await readFile(devFilePath(directory), 'utf8');
  } catch (error) {
    if (isMissing(error)) return { type: 'absent' };
    throw error;
  }
  const file = parse(text);
  if (!file) return { type: 'stale', pid: undefined };
  return isAlive(file.pid) ? { type: 'running', file } : { type: 'stale', pid: file.pid };
}

/** Whole or not at all: a command that reads at the same time never sees half of it. */
export async function writeDevFile(directory: string, file: DevFile): Promise<void> {
  const path = devFilePath(directory);
  const temporary = `${path}.${file.pid}`;
  await mkdir(join(directory, '.millrace'), { recursive: true });
  await writeFile(temporary, `${JSON.stringify(file, undefined, 2)}\n`);
  await rename(temporary, path);
}

/** Removes the file, unless it is another process's by now. */
export async function removeDevFile(directory: string, pid: number): Promise<void> {
  const state = await readDevFile(directory);
  const owner = state.type === 'running' ? state.file.pid : state.type === 'stale' ? state.pid : undefined;
  if (owner === pid) await rm(devFilePath(directory), { force: true });
}

function parse(text: string): DevFile | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isDevFile(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isDevFile(value: unknown): value is DevFile {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, tableName, environment } = value as Partial<Record<keyof DevFile, unknown>>;
  const isPid = Number.isInteger(pid) && Number(pid) > 0;
  return isPid && typeof tableName === 'string' && typeof environment === 'object' && environment !== null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
