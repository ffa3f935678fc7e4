import { nearest } from '../data/nearest.ts';
import {
  anyErrorName,
  cancelledErrorName,
  dataLimitErrorName,
  heartbeatTimeoutErrorName,
  invocationLostErrorName,
  taskFailedErrorName,
  timeoutErrorName,
  unknownOutcomeErrorName,
} from './errorNames.ts';

/** Names of Step Functions and of Millrace. No other error has a name with one of their prefixes. */
const reservedNames: readonly string[] = [
  anyErrorName,
  timeoutErrorName,
  heartbeatTimeoutErrorName,
  taskFailedErrorName,
  dataLimitErrorName,
  'States.BranchFailed',
  'States.ExceedToleratedFailureThreshold',
  'States.Http.Socket',
  'States.IntrinsicFailure',
  'States.ItemReaderFailed',
  'States.NoChoiceMatched',
  'States.ParameterPathFailure',
  'States.Permissions',
  'States.QueryEvaluationError',
  'States.ResultPathMatchFailure',
  'States.ResultWriterFailed',
  'States.Runtime',
  invocationLostErrorName,
  unknownOutcomeErrorName,
  cancelledErrorName,
  'Millrace.ActivityNotFound',
  'Millrace.ClientNotInstalled',
  'Millrace.ClientTooOld',
  'Millrace.InvalidInput',
  'Millrace.InvalidItems',
  'Millrace.InvalidResult',
  'Millrace.NoAnswer',
  'Millrace.NotRecorded',
  'Millrace.UnsupportedResource',
];

/** `States.Http.StatusCode.404` and the like. */
const statusCodeName = /^States\.Http\.StatusCode\.\d{3}$/;
const reservedPrefix = /^(?:states|millrace)\./i;
/** Not reserved, but a usual slip. */
const nearPrefix = /^states?\.|^mill?race\./i;

/**
 * A name with a reserved prefix that no error has: a policy or a guard for it would never match.
 *
 * @returns the problem with it and, where there is one, the name that is meant
 */
export function unknownReservedName(
  name: string,
): { readonly problem: string; readonly meant?: string } | undefined {
  if (reservedNames.includes(name) || statusCodeName.test(name)) return undefined;
  const meant = nearPrefix.test(name) ? nearest(name, reservedNames) : undefined;
  if (meant !== undefined) {
    return { problem: `no error has the name '${name}': did you mean '${meant}'?`, meant };
  }
  if (!reservedPrefix.test(name)) return undefined;
  const prefix = name.slice(0, name.indexOf('.') + 1);
  const known = reservedNames.filter((each) => each.toLowerCase().startsWith(prefix.toLowerCase()));
  return {
    problem: `no error has the name '${name}', and names with '${prefix}' are reserved: there are ${known.join(', ')}`,
  };
}

/** The problem with the first such name of a list, if there is one. */
export function reservedNameProblem(names: readonly string[]): string | undefined {
  for (const name of names) {
    const unknown = unknownReservedName(name);
    if (unknown) return unknown.problem;
  }
  return undefined;
}
