import type { FanOut } from '../lists/fanOut.ts';

/** Thrown by a replay at the entry that ends a list which other executions worked on: it can be taken again with `itemResults`. */
export class ItemResultsNeeded extends Error {
  readonly code = 'ItemResultsNeeded';
  override readonly name = 'ItemResultsNeeded';
  readonly fanOut: FanOut;
  constructor(fanOut: FanOut) {
    super(`The replay needs the results of task ${fanOut.task}, which other executions worked on.`);
    this.fanOut = fanOut;
  }
}
