import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { hasInlined } from '../core/execution/model/log.ts';
import { maximumItemBytes } from './schema.ts';

/** The text of a log: a String, or deflated in a Binary. Undefined where no orchestrator can have written it. */
export function logTextOf(value: AttributeValue | undefined): string | undefined {
  if (value?.B === undefined) return value?.S;
  try {
    return inflateRawSync(value.B, { maxOutputLength: longestLogBytes }).toString('utf8');
  } catch {
    return undefined;
  }
}

const longestLogBytes = 40 * maximumItemBytes;

/** Only a log with inlined results is worth deflating, and only its readers know of it. A short one would become longer. */
export function deflatedLog(log: string): AttributeValue {
  return hasInlined(log) && deflated(log).length < Buffer.byteLength(log) ? { B: deflated(log) } : { S: log };
}

/** A log by itself is deflated where that saves write units. */
export function segmentLog(log: string): AttributeValue {
  return Buffer.byteLength(log) <= smallSegmentBytes ? { S: log } : deflatedLog(log);
}

/** With its key, within one write unit. */
const smallSegmentBytes = 600;

/** Bytes that a log takes at least. */
export function deflatedLogBytes(log: string): number {
  const bytes = Buffer.byteLength(log);
  return hasInlined(log) ? Math.min(deflated(log).length, bytes) : bytes;
}

/** A chain measures a log before it commits it, so the same text is deflated several times in a row. */
function deflated(log: string): Uint8Array {
  const known = recent.find((each) => each.log === log);
  if (known) return known.bytes;
  const bytes = deflateRawSync(log, Buffer.byteLength(log) <= shortLogBytes ? forShortTexts : {});
  recent.unshift({ log, bytes });
  recent.length = Math.min(recent.length, mostRecent);
  return bytes;
}

/** Fits into the window of {@link forShortTexts}. */
const shortLogBytes = 7500;
/** Deflates to the same bytes with half of the work: by default, zlib clears memory for far longer texts. */
const forShortTexts = { windowBits: 13, memLevel: 7 };

const recent: { readonly log: string; readonly bytes: Uint8Array }[] = [];
/** A log, the same without its last entry, and the log before, which that is then. */
const mostRecent = 3;
