/** Something that is wrong with a definition, or that a user should know of it. */
export interface Problem {
  /** `error`: Step Functions does not take the definition, and nor does Millrace. */
  readonly severity: 'error' | 'warning';
  readonly code: ProblemCode;
  /** JSON Pointer (RFC 6901) to the field that it is about. */
  readonly pointer: string;
  readonly message: string;
  /** The text to write instead, or the thing to do. */
  readonly remedy: string;
}

export type ProblemCode =
  /** The text is not JSON or YAML. */
  | 'INVALID_SYNTAX'
  /** A field is missing, unknown, of another type, or out of range. */
  | 'SCHEMA_VALIDATION_FAILED'
  | 'DUPLICATE_STATE_NAME'
  /** A transition leads nowhere, or nothing leads to a state. */
  | 'MISSING_TRANSITION_TARGET'
  | 'INVALID_JSON_PATH'
  | 'INVALID_JSONATA'
  | 'INVALID_INTRINSIC'
  /** It works, and Step Functions or Millrace does something else than its author may think. */
  | 'DIFFERS'
  /** A resource that Millrace does not call by itself. */
  | 'UNSUPPORTED_RESOURCE';

/** Collects problems. */
export type Report = (
  problem: Omit<Problem, 'severity'> & { readonly severity?: Problem['severity'] },
) => void;

/** A pointer to a part of what another points to. */
export function within(pointer: string, ...keys: readonly (string | number)[]): string {
  return keys.reduce<string>(
    (path, key) => `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    pointer,
  );
}
