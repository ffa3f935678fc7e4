import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
/** Thrown where the items of a file cannot be read; named as in Step Functions. Another attempt would fail alike. */
export class ItemReaderError extends MillraceError {
  override readonly code = 'ItemReaderFailed';
  override readonly name = 'States.ItemReaderFailed';
}
