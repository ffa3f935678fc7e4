/** From here on JavaScript itself writes a number with an exponent: it is a measure, and not an id. */
const firstWithExponent = 1e21;

const advice = 'which JavaScript rounds: send a string';

/**
 * Why a number that a program gives is not taken, if so. Beyond 2^53, two whole numbers are one in JavaScript, and it cannot be
 * told whether this one has been another.
 */
export function numberProblem(value: number): string | undefined {
  if (!Number.isFinite(value)) return `is ${value}: store null or a string`;
  const mayBeRounded =
    Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < firstWithExponent;
  return mayBeRounded ? `is ${value}, a whole number beyond ±(2^53 - 1), ${advice}` : undefined;
}

/**
 * The same for a number that is still text: JSON, or DynamoDB's. It is taken if its digits come back. A fraction is not: it
 * becomes the nearest double, as for every JSON reader.
 */
export function numberTextProblem(text: string): string | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return `is ${shown(text)}, which is too large for a number: send a string`;
  if (value === 0) {
    return hasDigit.test(text) ? `is ${shown(text)}, which is too close to 0: send a string` : undefined;
  }
  if (Number.isSafeInteger(value) || !Number.isInteger(value)) return undefined;
  return digitsOf(text) === digitsOf(String(value)) ? undefined : `is ${shown(text)}, ${advice}`;
}

const hasDigit = /^[^eE]*[1-9]/;

/** The significant ones. */
function digitsOf(text: string): string {
  return text
    .replace(/[eE].*$/, '')
    .replace(/[-+.]/g, '')
    .replace(/^0+|0+$/g, '');
}

function shown(text: string): string {
  return text.length > 50 ? `${text.slice(0, 50)}…` : text;
}
