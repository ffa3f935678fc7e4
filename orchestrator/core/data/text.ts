/** Half of a surrogate pair: a string of JavaScript can hold it, UTF-8 cannot. */
const loneSurrogate = /\p{Surrogate}/u;

/** Whether DynamoDB, which takes UTF-8, keeps a text as it is. */
export function isWellFormed(text: string): boolean {
  return !loneSurrogate.test(text);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of bytes, none of which is replaced by another character.
 *
 * @throws TypeError where they are not UTF-8
 */
export function utf8Text(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** The problem with any other text. */
export const halfOfPair = 'has half of a surrogate pair, which UTF-8 cannot hold';

/** Ends the sentence that says which text it is: "The event id …". */
export const illFormed = `${halfOfPair}: use whole characters`;
