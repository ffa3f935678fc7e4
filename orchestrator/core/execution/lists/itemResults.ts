import type { Json } from '../../data/json.ts';
import { MillraceError } from '../../errors/millraceError.ts';
import type { OutcomeData } from '../../policy/itemOutcomes.ts';
import type { ResultEntry } from '../model/entries.ts';
import type { ItemOutcome } from './runningList.ts';

/** The results of a list's items that the journal has. */
export interface ItemResults {
  /** By index and attempt: `17#1`. */
  readonly entries: ReadonlyMap<string, ResultEntry>;
  /** Only for a list that other executions worked on: for its own items, the execution has them. */
  readonly exceptions?: readonly ItemOutcome[];
  /** Where machines worked on the items: their outputs, with errors marked. */
  readonly outputs?: readonly Json[];
  /** In place of `outputs`, where one of the parts has outcomes. */
  readonly outcomes?: readonly OutcomeData[];
}

export function itemResultsOf(
  entries: readonly ResultEntry[],
  exceptions?: readonly ItemOutcome[],
): ItemResults {
  const byKey = new Map(entries.map((entry) => [`${entry.index}#${entry.attempt}`, entry]));
  return exceptions ? { entries: byKey, exceptions } : { entries: byKey };
}

/** Thrown when the result of an item that was applied is not in the table any more. */
export class ItemResultMissingError extends MillraceError {
  override readonly code = 'ItemResultMissing';
  override readonly name = 'ItemResultMissingError';
  constructor(task: number, { index, attempt }: Omit<ItemOutcome, 'status'>) {
    super(
      `The result 'task#${task}.${index}#${attempt}' was applied and is not in the table: it has expired, or was deleted.`,
    );
  }
}

/** By task: the results of lists that may be done with a step, as far as they were asked for. */
export type KnownItemResults = ReadonlyMap<number, ItemResults>;
