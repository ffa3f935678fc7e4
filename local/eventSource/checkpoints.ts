import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
import { type Clock, systemClock } from '../clock.ts';

/** How far each shard was delivered, so that a restart goes on there and not at the beginning of the stream. */
export interface Checkpoints {
  /** The last sequence number before which all was delivered or discarded. */
  read(streamArn: string, shardId: string): string | undefined;
  write(streamArn: string, shardId: string, sequenceNumber: string): void;
  /** Makes what was written permanent. */
  flush(): void;
}

/** Thrown when the file of checkpoints holds something else. */
export class CheckpointFileError extends MillraceError {
  override readonly code = 'CheckpointFileUnreadable';
  override readonly name = 'CheckpointFileError';
  constructor(path: string) {
    super(`${path} holds no checkpoints: delete it to have the stream delivered again from its beginning.`);
  }
}

const writeEveryMs = 1_000;

/**
 * Keeps checkpoints in a JSON file, written at most once a second: after a crash the records of the last second are
 * delivered again, as Lambda may do at any time. Those of another stream, as of a table that was created again, are
 * forgotten.
 */
export function fileCheckpoints(path: string, clock: Clock = systemClock): Checkpoints {
  const stored = readCheckpoints(path);
  let cancelWrite: (() => void) | undefined;

  const flush = (): void => {
    cancelWrite?.();
    cancelWrite = undefined;
    writeFileSync(`${path}.new`, JSON.stringify(stored));
    renameSync(`${path}.new`, path);
  };
  return {
    read: (streamArn, shardId) => (stored.streamArn === streamArn ? stored.shards[shardId] : undefined),
    write(streamArn, shardId, sequenceNumber) {
      if (stored.streamArn !== streamArn) Object.assign(stored, { streamArn, shards: {} });
      stored.shards[shardId] = sequenceNumber;
      cancelWrite ??= clock.after(writeEveryMs, flush);
    },
    flush: () => {
      if (cancelWrite) flush();
    },
  };
}

export interface StoredCheckpoints {
  streamArn: string;
  /** Sequence numbers by shard. */
  shards: Record<string, string>;
}

/**
 * The content of the file; nothing if it does not exist.
 *
 * @throws CheckpointFileError
 */
export function readCheckpoints(path: string): StoredCheckpoints {
  const none: StoredCheckpoints = { streamArn: '', shards: {} };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return none;
    throw error;
  }
  const stored = parsed(text);
  if (!isStored(stored)) throw new CheckpointFileError(path);
  return stored;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isStored(value: unknown): value is StoredCheckpoints {
  return (
    typeof value === 'object' &&
    value !== null &&
    'streamArn' in value &&
    typeof value.streamArn === 'string' &&
    'shards' in value &&
    typeof value.shards === 'object' &&
    value.shards !== null
  );
}

/** Follows which records of a shard are done with, in whatever order, and reports how far there is no gap. */
export class ContiguousPosition {
  readonly #report: (sequenceNumber: string) => void;
  #open: { readonly sequenceNumber: string; settled: boolean }[] = [];

  constructor(report: (sequenceNumber: string) => void) {
    this.#report = report;
  }

  /** Call it in the order of the shard, and call the function that it returns when the record is done. */
  enter(sequenceNumber: string): () => void {
    const entry = { sequenceNumber, settled: false };
    this.#open.push(entry);
    return () => {
      entry.settled = true;
      if (this.#open[0] === entry) this.#advance();
    };
  }

  /** A record that the function is not to see. */
  pass(sequenceNumber: string): void {
    if (this.#open.length === 0) this.#report(sequenceNumber);
    else this.#open.push({ sequenceNumber, settled: true });
  }

  #advance(): void {
    const gap = this.#open.findIndex(({ settled }) => !settled);
    const done = this.#open.splice(0, gap === -1 ? this.#open.length : gap);
    const last = done.at(-1);
    if (last) this.#report(last.sequenceNumber);
  }
}
