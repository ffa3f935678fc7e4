import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import type { Database, SqlJsStatic } from 'sql.js';
import { readCheckpoints } from '../eventSource/checkpoints.ts';

export interface TrimStreamOptions {
  readonly dataFile: string;
  /** Only delivered records are trimmed, however old the others are: a laptop may be off for a weekend. */
  readonly checkpointFile: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A smaller file is left as it is. @default 16 MB */
  readonly worthwhileBytes?: number;
}

/** As long as DynamoDB keeps them. */
const keptForSeconds = 24 * 60 * 60;
/** The file is worked on in memory. */
const largestBytes = 512 * 1024 ** 2;

/**
 * Takes stream records out of an engine's data file that were delivered and are older than a day: the engine keeps them
 * for ever. To be called while no engine has the file open. Answers how many were taken out.
 */
export async function trimStream(options: TrimStreamOptions): Promise<number> {
  const { dataFile, checkpointFile, worthwhileBytes = 16 * 1024 ** 2 } = options;
  const bytes = await sizeOf(dataFile);
  if (bytes < worthwhileBytes || bytes > largestBytes) return 0;
  // Left behind by an engine that did not end by itself, or in use: the next one puts it in order.
  if ((await sizeOf(`${dataFile}-wal`)) + (await sizeOf(`${dataFile}-shm`)) > 0) return 0;
  const { streamArn, shards } = readCheckpoints(checkpointFile);
  const sqlite = await loadSqlite();
  const database = new sqlite.Database(withoutWriteAheadLog(await readFile(dataFile)));
  try {
    const oldest = Math.floor(options.now / 1000) - keptForSeconds;
    let trimmed = 0;
    for (const [shardId, sequenceNumber] of Object.entries(shards)) {
      trimmed += trimShard(database, { streamArn, shardId, sequenceNumber, oldest });
    }
    if (trimmed === 0) return 0;
    database.run('VACUUM');
    const unfinished = `${dataFile}.${process.pid}.new`;
    await writeFile(unfinished, database.export());
    await rename(unfinished, dataFile);
    return trimmed;
  } finally {
    database.close();
  }
}

/** 30 MB that only a large file needs: it is not installed with Millrace. */
async function loadSqlite(): Promise<SqlJsStatic> {
  try {
    const { default: initSqlJs } = await import('sql.js');
    return await initSqlJs();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new SqliteNotInstalledError();
  }
}

/** Thrown where a file is large enough to be trimmed and the package that does it is not installed. */
class SqliteNotInstalledError extends Error {
  override readonly name = 'SqliteNotInstalledError';
  constructor() {
    super(
      'to remove those that are older than a day, install the package sql.js ("npm install --save-dev sql.js").',
    );
  }
}

interface Delivered {
  readonly streamArn: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** Seconds since the epoch. */
  readonly oldest: number;
}

/** The last one stays: the engine counts on from it. */
function trimShard(database: Database, { streamArn, shardId, sequenceNumber, oldest }: Delivered): number {
  database.run(
    `DELETE FROM _stream_records
     WHERE shard_id = :shard AND created_at < :oldest
       AND CAST(sequence_number AS INTEGER) <= CAST(:delivered AS INTEGER)
       AND table_name IN
         (SELECT table_name FROM _tables
          WHERE :arn LIKE '%:table/' || table_name || '/stream/' || stream_label)
       AND id NOT IN (SELECT MAX(id) FROM _stream_records GROUP BY table_name)`,
    { ':shard': shardId, ':oldest': oldest, ':delivered': sequenceNumber, ':arn': streamArn },
  );
  return database.getRowsModified();
}

/** A file in WAL mode cannot be written in memory; the engine turns the mode on again. https://www.sqlite.org/fileformat.html */
function withoutWriteAheadLog(file: Buffer): Buffer {
  file.writeUInt8(1, 18);
  file.writeUInt8(1, 19);
  return file;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
