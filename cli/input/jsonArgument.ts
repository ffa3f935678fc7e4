import { parseExactJson } from '../../orchestrator/core/data/exactJson.ts';
import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import { NotSerializableError } from '../../orchestrator/core/data/serializable.ts';
import type { CommandContext } from '../context.ts';
import { InvalidInputError } from '../errors.ts';
import { readUserText, textOfFile } from './userFile.ts';

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
    if (text.trim() === '') throw new InvalidInputError(`${named(option, argument)} is empty: give JSON.`);
    const advice = isInline(argument) ? ` Quote strings: ${option} '"text"'.` : '';
    throw new InvalidInputError(
      `${named(option, argument)} is not JSON (${messageOf(error).trim()}).${advice}`,
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
  const example = isInline(argument) ? `, such as '{"by":"Ada"}'` : '';
  throw new InvalidInputError(`${named(option, argument)} has to be a JSON object${example}.`);
}

async function readArgument(context: CommandContext, option: string, argument: string): Promise<string> {
  if (argument === '-') return readAll(option, context.terminal.standardInput);
  if (isInline(argument)) return argument;
  return readUserText({ directory: context.directory, file: argument.slice(1), option });
}

function isInline(argument: string): boolean {
  return argument !== '-' && !argument.startsWith('@');
}

/** The option, with the file that it names. */
function named(option: string, argument: string): string {
  if (argument === '-') return `${option}: standard input`;
  return isInline(argument) ? option : `${option}: ${argument.slice(1)}`;
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
