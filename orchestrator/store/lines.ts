import type { ObjectStore } from './objectStore.ts';
import { ObjectTooLargeError } from './objectStore.ts';

/** A line of an object, without its line end. */
export interface Line {
  readonly text: string;
  /** Where the next line begins: what a later call goes on from. */
  readonly nextByte: number;
}

export interface LinesOptions {
  /** Where a line begins. @default 0 */
  readonly fromByte?: number;
  /** @default 1 MB */
  readonly maximumLineBytes?: number;
}

const lineEnd = 0x0a;
const carriageReturn = 0x0d;

/**
 * The lines of an object in UTF-8, such as NDJSON or CSV, read as they are taken and no faster: an object of any size needs the
 * memory of a few chunks. An end without a line end is a line too, unless it is empty.
 *
 * @throws ObjectNotFoundError, StoreUnavailableError, InvalidObjectKeyError
 * @throws ObjectTooLargeError for a line that is longer than `maximumLineBytes`
 */
export async function* linesOf(
  store: ObjectStore,
  key: string,
  { fromByte = 0, maximumLineBytes = 1024 * 1024 }: LinesOptions = {},
): AsyncGenerator<Line, void, undefined> {
  let begun: Uint8Array[] = [];
  let begunBytes = 0;
  let nextByte = fromByte;
  const take = (last: Uint8Array): Line => {
    const bytes = Buffer.concat([...begun, last]);
    begun = [];
    begunBytes = 0;
    const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
    return { text: bytes.toString('utf8', 0, end), nextByte };
  };
  const refuseTooLong = (bytes: number) => {
    if (bytes <= maximumLineBytes) return;
    throw new ObjectTooLargeError(`A line of the object '${key}'`, maximumLineBytes);
  };
  for await (const chunk of store.stream(key, fromByte)) {
    let from = 0;
    for (let end = chunk.indexOf(lineEnd); end !== -1; end = chunk.indexOf(lineEnd, from)) {
      refuseTooLong(begunBytes + end - from);
      nextByte += begunBytes + end - from + 1;
      yield take(chunk.subarray(from, end));
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    begunBytes += rest.length;
    refuseTooLong(begunBytes);
    if (rest.length > 0) begun.push(rest);
  }
  if (begunBytes === 0) return;
  nextByte += begunBytes;
  yield take(new Uint8Array());
}
