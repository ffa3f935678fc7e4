import { access, constants, mkdir, mkdtemp, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { seed } from './seed.ts';

/** The engine's database file. */
export interface DataFile {
  readonly path: string;
  /** The folder that lives as long as the engine; undefined for a file that is to stay. */
  readonly temporaryDirectory: string | undefined;
}

const memoryDirectory = '/dev/shm';
const enoughMemoryBytes = 2 * 1024 ** 3;

/**
 * Makes the file for the engine to open. A file that exists is left as it is; without a path the file is in a new
 * folder, in memory where there is room for it.
 */
export async function prepareDataFile(path: string | undefined): Promise<DataFile> {
  if (path !== undefined) {
    const absolute = resolve(path);
    await mkdir(dirname(absolute), { recursive: true });
    if (!(await exists(absolute))) await writeSeed(absolute);
    return { path: absolute, temporaryDirectory: undefined };
  }
  const temporaryDirectory = await mkdtemp(join(await temporaryRoot(), 'millrace-'));
  try {
    const file = join(temporaryDirectory, 'dynamodb.sqlite');
    await writeSeed(file);
    return { path: file, temporaryDirectory };
  } catch (error) {
    await rm(temporaryDirectory, { recursive: true, force: true });
    throw error;
  }
}

/** Renamed into place, so that an interrupted start leaves no half of a database behind. */
async function writeSeed(path: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.new`;
  await writeFile(unfinished, seed());
  await rename(unfinished, path);
}

/** In memory where there is room for a table: an engine on a disk takes half as long again. */
export async function temporaryRoot(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(memoryDirectory);
    if (bavail * bsize < enoughMemoryBytes) return tmpdir();
    await access(memoryDirectory, constants.W_OK);
    return memoryDirectory;
  } catch {
    return tmpdir(); // No memory file system, or one that this user may not write to.
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
