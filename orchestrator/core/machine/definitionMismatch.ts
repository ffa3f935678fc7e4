import { MillraceError } from '../errors/millraceError.ts';
/**
 * Thrown when the machine cannot be in the state that is stored: it was stored by another definition. Nothing is lost:
 * the execution goes on when a machine that has the state is registered.
 */
export class DefinitionMismatchError extends MillraceError {
  override readonly code = 'DefinitionMismatch';
  override readonly name = 'DefinitionMismatchError';
  constructor({ id, version }: { readonly id: string; readonly version: string }, problem: string) {
    super(
      `Machine '${id}' version '${version}' cannot take up the stored state: ${problem}. ` +
        'Register the definition that stored it, and give a changed machine a new version.',
    );
  }
}
