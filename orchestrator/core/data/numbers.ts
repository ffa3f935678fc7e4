/** From here on JavaScript itself writes a number with an exponent: it is a measure, and not an id. */
const firstWithExponent = 1e21;

/**
 * Why a number that has come from outside is not taken, if so. A whole number that is written with digits alone names
 * something, and beyond 2^53 two of them are one in JavaScript. Fractions are the nearest double, as for every JSON reader.
 */
export function numberProblem(value: number): string | undefined {
  if (!Number.isFinite(value)) return 'is not a number that JSON can hold: store null or a string';
  const isRounded =
    Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < firstWithExponent;
  return isRounded ? `is ${value}, ${beyondSafe}` : undefined;
}

const beyondSafe = 'a whole number beyond ±(2^53 - 1), which would be rounded: send a string';

/** The same for a number that is still text: JSON, or DynamoDB's. */
export function numberTextProblem(text: string): string | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return `is ${shown(text)}, which is too large for a number: send a string`;
  if (value === 0) {
    return hasDigit.test(text) ? `is ${shown(text)}, which is too close to 0: send a string` : undefined;
  }
  if (Math.abs(value) < firstWithExponent) {
    return numberProblem(value) === undefined ? undefined : `is ${shown(text)}, ${beyondSafe}`;
  }
  // DynamoDB writes out what had an exponent: it has come back if its digits have.
  return digitsOf(text) === digitsOf(String(value)) ? undefined : `is ${shown(text)}, ${beyondSafe}`;
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
