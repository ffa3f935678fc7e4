import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ExecutionRecording } from '../../client/index.ts';
import { InvalidInputError } from '../errors.ts';
import { statOf } from '../input/userFile.ts';

/**
 * Recordings of a file of JSON lines, or of all `.ndjson` files of a folder, one at a time.
 *
 * @throws InvalidInputError
 */
export async function* readRecordings(path: string): AsyncGenerator<ExecutionRecording, void, undefined> {
  for (const file of await filesOf(path)) {
    let number = 0;
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      number += 1;
      if (line.trim() !== '') yield parseRecording(line, `${file}:${number}`);
    }
  }
}

async function filesOf(path: string): Promise<string[]> {
  const found = await statOf(path);
  if (!found) {
    throw new InvalidInputError(
      `There are no recordings at ${path}: it does not exist. Make it with \`millrace history ID --recording >> FILE\`.`,
    );
  }
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.ndjson')).sort();
  if (names.length === 0) {
    throw new InvalidInputError(
      `There are no .ndjson files in ${path}: make one with \`millrace history ID --recording >> ${join(path, 'order.ndjson')}\`.`,
    );
  }
  return names.map((name) => join(path, name));
}

function parseRecording(line: string, place: string): ExecutionRecording {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InvalidInputError(`${place} is not JSON: ${messageOf(error)}`);
  }
  if (isRecording(value)) return value;
  throw new InvalidInputError(
    `${place} is not a recording of an execution: \`millrace history ID --recording\` prints one.`,
  );
}

function isRecording(value: unknown): value is ExecutionRecording {
  if (typeof value !== 'object' || value === null) return false;
  const { recording, execution, journal, log } = value as Partial<Record<keyof ExecutionRecording, unknown>>;
  const isExecution = typeof execution === 'object' && execution !== null && 'executionId' in execution;
  return recording === 1 && isExecution && Array.isArray(journal) && Array.isArray(log);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
