import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { temporaryRoot } from '../../local/dynamodb/dataFile.ts';

/** A table that is fast while a cloud works on it, and a file afterwards. */
export interface KeptTable {
  /** The file to start the cloud with. */
  readonly workingFile: string;
  /** Copies the table to its place, with what the cloud keeps beside it. Call it when the cloud has stopped. */
  readonly keep: () => Promise<void>;
}

/** @param path where the table is kept; an earlier one there goes, since its executions would not be started again */
export async function keptTable(path: string): Promise<KeptTable> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true });
  const isOfTable = (name: string) => name.startsWith(basename(path));
  for (const name of (await readdir(directory)).filter(isOfTable)) {
    await rm(join(directory, name), { recursive: true });
  }
  const working = await mkdtemp(join(await temporaryRoot(), 'millrace-'));
  return {
    workingFile: join(working, basename(path)),
    keep: async () => {
      await cp(working, directory, { recursive: true });
      await rm(working, { recursive: true });
    },
  };
}
