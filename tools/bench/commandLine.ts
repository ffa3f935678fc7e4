import { parseArgs } from 'node:util';

/** Says on stderr what a bench is doing: stdout is for its result. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints what was measured: with `--json` one JSON object as the last line, else text to read. */
export function printResult(result: object, text: () => string): void {
  const { values } = parseArgs({ options: { json: { type: 'boolean' } }, strict: false });
  process.stdout.write(`${values.json === true ? JSON.stringify(result) : text()}\n`);
}

/** The value of an option that is one of a few words; the first is the default. */
export function choice<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
  const { values } = parseArgs({ options: { [name]: { type: 'string' } }, strict: false });
  const given = values[name];
  if (given === undefined) return words[0];
  const word = words.find((each) => each === given);
  if (word === undefined) throw new UsageError(`--${name} is one of ${words.join(', ')}; it is '${given}'.`);
  return word;
}

/** The value of an option that is a whole number of at least 1. */
export function count(name: string, fallback: number): number {
  const { values } = parseArgs({ options: { [name]: { type: 'string' } }, strict: false });
  const given = values[name];
  const value = given === undefined ? fallback : Number(given);
  if (!Number.isInteger(value) || value < 1) {
    throw new UsageError(`--${name} is a whole number of at least 1; it is '${given}'.`);
  }
  return value;
}

/** Whether an option without a value is given. */
export function isGiven(name: string): boolean {
  const { values } = parseArgs({ options: { [name]: { type: 'boolean' } }, strict: false });
  return values[name] === true;
}

/** Thrown for an option that cannot be used. */
export class UsageError extends Error {
  readonly code = 'Usage';
  override readonly name = 'UsageError';
}

/** Runs a bench: what it throws goes to stderr, and the exit code is 2 for wrong usage, 1 for anything else. */
export async function runBench(bench: () => Promise<void>): Promise<void> {
  try {
    await bench();
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    progress(
      error instanceof UsageError ? error.message : String(error instanceof Error ? error.stack : error),
    );
  }
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
