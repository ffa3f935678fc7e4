import { access, constants, mkdir, mkdtemp, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import initSqlJs from 'sql.js';

/** The engine's database file. */
export interface DataFile {
  readonly path: string;
  /** The folder that lives as long as the engine; undefined for a file that is to stay. */
  readonly temporaryDirectory: string | undefined;
}

const memoryDirectory = '/dev/shm';
const enoughMemoryBytes = 2 * 1024 ** 3;

/**
 * The stream's table as the engine itself would create it, but for two things. It has an index that the engine lacks:
 * without it each write looks for the last sequence number in all of the stream, and 16,000 records make writes twenty
 * times slower. The index's two last columns let DescribeStream be answered from it alone. And its ids are not counted in a
 * table of their own (AUTOINCREMENT), which is one page less to log with each write; nothing reads them.
 */
const streamSchema = `
  CREATE TABLE _stream_records (
    id INTEGER PRIMARY KEY,
    table_name TEXT NOT NULL,
    event_name TEXT NOT NULL,
    keys_json TEXT NOT NULL,
    new_image TEXT,
    old_image TEXT,
    sequence_number TEXT NOT NULL,
    shard_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    user_identity TEXT
  );
  CREATE INDEX millrace_stream_order ON _stream_records
    (table_name, CAST(sequence_number AS INTEGER), shard_id, sequence_number);
`;

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
  await writeFile(unfinished, await seed());
  await rename(unfinished, path);
}

let seedBytes: Promise<Uint8Array> | undefined;

function seed(): Promise<Uint8Array> {
  seedBytes ??= createSeed();
  return seedBytes;
}

async function createSeed(): Promise<Uint8Array> {
  const sqlite = await initSqlJs();
  const database = new sqlite.Database();
  try {
    database.run(streamSchema);
    return database.export();
  } finally {
    database.close();
  }
}

async function temporaryRoot(): Promise<string> {
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
