import type { LogLine } from '../../local/index.ts';
import { framesOf } from './execution.ts';
import { printable } from './textTable.ts';

/** Said by the place of the line, or of no use to a person. */
const left = new Set([
  'level',
  'message',
  'timestamp',
  'service',
  'millrace',
  'sampling_rate',
  'cold_start',
  'function_name',
  'function_arn',
  'function_memory_size',
  'function_request_id',
  'xray_trace_id',
  'executionId',
  'machine',
  'machineVersion',
  'error',
  'stack',
]);

/**
 * A line of a log as a person reads it: a structured entry becomes a sentence with what belongs to it.
 *
 * @param directory from which files are named
 */
export function logLineText({ source, text }: LogLine, directory: string): string {
  const entry = entryOf(text);
  const head = `[${source.replace(/^millrace-(?:worker-)?/, '')}]`;
  return entry ? `${head} ${entryText(entry, directory)}` : `${head} ${text.trimEnd()}`;
}

/** The same as JSON, whatever was logged. */
export function logLineJson({ source, text }: LogLine): string {
  return JSON.stringify({ source, ...(entryOf(text) ?? { message: text.trimEnd() }) });
}

interface Entry {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

function entryText(entry: Entry, directory: string): string {
  const { level, message, executionId, machine, machineVersion, error, stack } = entry;
  const of =
    machine === undefined
      ? ''
      : ` (${[machine, machineVersion].filter((each) => each !== undefined).join(' ')})`;
  const subject = executionId === undefined ? '' : ` ${valueText(executionId)}${of}`;
  const why = error === undefined ? '' : `: ${errorText(error)}${placeText(error, stack, directory)}`;
  const others = Object.entries(entry).filter(([name, value]) => !left.has(name) && value !== undefined);
  const rest = others.map(([name, value]) => ` ${name}=${valueText(value)}`).join('');
  const shownLevel = level === 'INFO' ? '' : `${level} `;
  return printable(`${shownLevel}${message}${subject === '' ? '' : `:${subject}`}${why}${rest}`);
}

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return valueText(error);
  const { code, name, message } = error as Partial<Record<'code' | 'name' | 'message', unknown>>;
  const title = name ?? code;
  if (title === undefined || message === undefined) return JSON.stringify(error);
  return message === '' ? String(title) : `${String(title)}: ${String(message)}`;
}

/** Where the user's own code threw. */
function placeText(error: unknown, stack: unknown, directory: string): string {
  const ofError = typeof error === 'object' && error !== null && 'stack' in error ? error.stack : stack;
  const frame = typeof ofError === 'string' ? framesOf(ofError, directory)[0] : undefined;
  return frame === undefined ? '' : ` ${frame}`;
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function entryOf(text: string): Entry | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isEntry(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { level, message } = value as Partial<Record<keyof Entry, unknown>>;
  return typeof level === 'string' && typeof message === 'string';
}
