import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';

/** Thrown for a part of a definition that cannot be written as TypeScript. */
export class UnconvertibleDefinitionError extends MillraceError {
  override readonly code = 'UnconvertibleDefinition';
  override readonly name = 'UnconvertibleDefinitionError';
  /** JSON pointer of the state. */
  readonly pointer: string;
  constructor(pointer: string, line: number | undefined, cause: string) {
    const place = line === undefined ? pointer : `line ${line}, ${pointer}`;
    super(`The definition cannot be converted. ${place}: ${cause}. Nothing was written.`);
    this.pointer = pointer;
  }
}

/** Where a part is that something is wrong with. */
export class PlacedError extends Error {
  override readonly name = 'PlacedError';
  readonly pointer: string;
  constructor(pointer: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.pointer = pointer;
  }
}

/** Names the innermost state in which something is thrown. */
export function located<Value>(pointer: string, write: () => Value): Value {
  try {
    return write();
  } catch (error) {
    throw error instanceof PlacedError ? error : new PlacedError(pointer, error);
  }
}
