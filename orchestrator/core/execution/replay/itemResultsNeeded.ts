import { MillraceError } from '../../errors/millraceError.ts';
import type { RunningList } from '../lists/runningList.ts';

/** Thrown by a replay at the entry that ends a list which other executions worked on: it can be taken again with `itemResults`. */
export class ItemResultsNeeded extends MillraceError {
  override readonly code = 'ItemResultsNeeded';
  override readonly name = 'ItemResultsNeeded';
  readonly list: RunningList;
  constructor(list: RunningList) {
    super(`The replay needs the results of task ${list.task}, which other executions worked on.`);
    this.list = list;
  }
}
