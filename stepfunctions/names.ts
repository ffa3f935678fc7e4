import { ApiError } from './apiError.ts';

/**
 * Letters, digits, `-`, `_` and most others: no white space, brackets, wildcards or control characters.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}\ufffe\uffff]/u;

/** @throws ApiError `InvalidName` */
export function checkName(name: string): void {
  if (forbidden.test(name)) throw new ApiError('InvalidName', `Invalid Name: '${name}'`);
}
