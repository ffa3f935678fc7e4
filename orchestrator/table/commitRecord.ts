import type { Emission } from '../core/execution/model/emission.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import { type Attributes, UnreadableAttributeError } from './attributes.ts';
import { emittedOf } from './emitted.ts';
import { decodeExecution, UnreadableExecutionError } from './executionItem.ts';
import { attribute, sortKey } from './schema.ts';

/** The part of the stream's record of a commit that is for the bus. */
export interface CommitRecord {
  readonly execution: Pick<
    Execution,
    | 'executionId'
    | 'machine'
    | 'machineVersion'
    | 'version'
    | 'status'
    | 'startedAt'
    | 'updatedAt'
    | 'endedAt'
    | 'output'
    | 'outputAt'
    | 'error'
  >;
  /** In the order in which it happened. */
  readonly emitted: readonly Emission[];
}

/**
 * The commit that wrote an item; undefined where the item is not an `execution`, or has nothing for the bus.
 *
 * @throws UnreadableExecutionError for what no orchestrator has written
 */
export function decodeCommitRecord(item: Attributes): CommitRecord | undefined {
  // The bus does not need the state, which may take long to unpack.
  const { [attribute.emitted]: emitted, snapshot: _, tasks: __, ...rest } = item;
  if (item.item?.S !== sortKey.execution || emitted === undefined) return undefined;
  const execution = decodeExecution(rest);
  try {
    return { execution, emitted: emittedOf(emitted) };
  } catch (error) {
    if (!(error instanceof UnreadableAttributeError)) throw error;
    throw new UnreadableExecutionError(execution.executionId, attribute.emitted);
  }
}
