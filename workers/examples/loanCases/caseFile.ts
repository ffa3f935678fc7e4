import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Name of the variable with the path of the bank's case file, for workers. */
export const caseFileVariable = 'MILLRACE_CASE_FILE';

/** The events of the application itself, in the bank's words. */
export const activities = [
  'A_SUBMITTED',
  'A_PARTLYSUBMITTED',
  'A_PREACCEPTED',
  'A_ACCEPTED',
  'A_FINALIZED',
  'A_APPROVED',
  'A_REGISTERED',
  'A_ACTIVATED',
  'A_DECLINED',
  'A_CANCELLED',
] as const;
export type Activity = (typeof activities)[number];

/** One application of the bank's case file. */
export interface LoanCase {
  readonly caseId: string;
  readonly amount: number;
  /** In the order in which they happened. */
  readonly activities: readonly Activity[];
}

/** The case file cannot be opened, or a line of it is not a case. */
export class CaseFileError extends Error {
  readonly code = 'CaseFile';
  override readonly name = 'CaseFileError';
  /** The file will be the same at the next attempt. */
  readonly retryable = false;
}

/**
 * Reads the bank's case file, a line at a time: `{"caseId","amount","events":[[activity, …], …]}`. A name that ends in
 * `.gz` is unpacked.
 *
 * @throws CaseFileError
 */
export async function* readCaseFile(path: string): AsyncGenerator<LoanCase, void, undefined> {
  const file = createReadStream(path);
  let number = 0;
  try {
    for await (const line of createInterface({ input: unpacked(file, path) })) {
      number += 1;
      if (line !== '') yield parseCase(line, `${path}:${number}`);
    }
  } catch (error) {
    if (error instanceof CaseFileError) throw error;
    throw new CaseFileError(`The case file '${path}' cannot be read: ${String(error)}`);
  } finally {
    file.destroy();
  }
}

function unpacked(file: Readable, path: string): Readable {
  if (!path.endsWith('.gz')) return file;
  const text = file.pipe(createGunzip());
  // A pipe does not pass errors on.
  file.once('error', (error) => text.destroy(error));
  return text;
}

function parseCase(line: string, place: string): LoanCase {
  const { caseId, amount, events } = parsed(line, place);
  if (typeof caseId !== 'string' || typeof amount !== 'number' || !Array.isArray(events)) {
    throw new CaseFileError(
      `${place} is not a case: it needs a text 'caseId', a number 'amount' and a list 'events'.`,
    );
  }
  const names: unknown[] = events.map((event: unknown) => (Array.isArray(event) ? event[0] : undefined));
  return {
    caseId,
    amount,
    activities: names.flatMap((name) => activities.find((activity) => activity === name) ?? []),
  };
}

function parsed(line: string, place: string): { caseId?: unknown; amount?: unknown; events?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below, with the line's number.
  }
  throw new CaseFileError(`${place} is not a JSON object.`);
}
