/** Half of a surrogate pair: a string of JavaScript can hold it, UTF-8 cannot. */
const loneSurrogate = /\p{Surrogate}/u;

/** Whether DynamoDB, which takes UTF-8, keeps a text as it is. */
export function isWellFormed(text: string): boolean {
  return !loneSurrogate.test(text);
}

/** The problem with any other text. */
export const halfOfPair = 'has half of a surrogate pair, which UTF-8 cannot hold';

/** Ends the sentence that says which text it is: "The event id …". */
export const illFormed = `${halfOfPair}: use whole characters`;
