import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { parseExactJson } from '../../orchestrator/core/data/exactJson.ts';
import { NotSerializableError } from '../../orchestrator/core/data/serializable.ts';
import { executionIdProblem } from '../../orchestrator/table/executionId.ts';
import type { CommandContext } from '../context.ts';
import { InvalidInputError } from '../errors.ts';
import { problemOf } from './userFile.ts';

export interface StartLine {
  readonly executionId?: string;
  readonly input?: unknown;
}

/**
 * The starts in a file of JSON lines, `-` for standard input. A line is the input itself, or
 * `{"executionId": …, "input": …}`, whose other fields are skipped, as are empty lines.
 *
 * @throws InvalidInputError with the number of the line
 */
export async function* readStartLines(
  context: CommandContext,
  file: string,
): AsyncGenerator<StartLine, void, undefined> {
  const isStandardInput = file === '-';
  const source = isStandardInput
    ? Readable.from(context.terminal.standardInput)
    : createReadStream(resolve(context.directory, file));
  let number = 0;
  try {
    for await (const line of createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
      if (text.trim() !== '') yield parseLine(text, `${isStandardInput ? 'stdin' : file}:${number}`);
    }
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new InvalidInputError(`--input: ${file} ${problemOf(error)}.`);
  } finally {
    source.destroy();
  }
}

function parseLine(line: string, place: string): StartLine {
  let value: unknown;
  try {
    value = parseExactJson(line, place);
  } catch (error) {
    if (error instanceof NotSerializableError) throw new InvalidInputError(error.message);
    throw new InvalidInputError(
      `${place} is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  if (!isStart(value)) return { input: value };
  const problem = executionIdProblem(value.executionId);
  if (problem !== undefined) throw new InvalidInputError(`${place}: ${problem}`);
  return { executionId: value.executionId, input: value.input };
}

/** An object with `executionId` and `input`, or with `executionId` alone. */
function isStart(value: unknown): value is { readonly executionId: string; readonly input?: unknown } {
  if (typeof value !== 'object' || value === null || !('executionId' in value)) return false;
  return 'input' in value || Object.keys(value).length === 1;
}
