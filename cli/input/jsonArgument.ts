import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseExactJson } from '../../orchestrator/core/data/exactJson.ts';
import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import { NotSerializableError } from '../../orchestrator/core/data/serializable.ts';
import { utf8Text } from '../../orchestrator/core/data/text.ts';
import type { CommandContext } from '../context.ts';
import { InvalidInputError } from '../errors.ts';

/**
 * JSON that is given on the command line: itself, `@file`, or `-` for standard input.
 *
 * @throws InvalidInputError
 */
export async function readJsonArgument(
  context: CommandContext,
  option: string,
  argument: string,
): Promise<Json> {
  const text = await readArgument(context, option, argument);
  try {
    return parseExactJson(text, option);
  } catch (error) {
    if (error instanceof NotSerializableError) throw new InvalidInputError(error.message);
    throw new InvalidInputError(
      `${option} is not JSON (${messageOf(error)}). Quote strings: ${option} '"text"'.`,
    );
  }
}

/** @throws InvalidInputError when it is not a JSON object */
export async function readJsonObjectArgument(
  context: CommandContext,
  option: string,
  argument: string,
): Promise<JsonObject> {
  const value = await readJsonArgument(context, option, argument);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new InvalidInputError(`${option} has to be a JSON object, such as '{"by":"Ada"}'.`);
}

async function readArgument(context: CommandContext, option: string, argument: string): Promise<string> {
  if (argument === '-') return readAll(option, context.terminal.standardInput);
  if (!argument.startsWith('@')) return argument;
  const path = resolve(context.directory, argument.slice(1));
  try {
    return textOfFile(await readFile(path));
  } catch (error) {
    throw new InvalidInputError(`${option}: ${argument.slice(1)} cannot be read (${messageOf(error)}).`);
  }
}

async function readAll(option: string, input: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  try {
    return textOfFile(Buffer.concat(chunks));
  } catch (error) {
    throw new InvalidInputError(`${option}: standard input cannot be read (${messageOf(error)}).`);
  }
}

/** Editors and shells of Windows put a byte order mark before the text. */
function textOfFile(bytes: Uint8Array): string {
  return utf8Text(bytes).replace(/^\uFEFF/, '');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
