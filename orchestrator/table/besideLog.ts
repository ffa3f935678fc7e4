import type { Emission } from '../core/execution/model/emission.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import { type Attributes, attributesSize } from './attributes.ts';
import type { TableLayout } from './retention.ts';

/** The parts from which an `execution` item is made. */
export interface ItemSource {
  readonly execution: Execution;
  readonly layout: TableLayout;
  readonly emitted: readonly Emission[];
}

/** An `execution` item without its log. */
export interface BesideLog {
  readonly attributes: Attributes;
  readonly bytes: number;
  /** The same with the parts compressed that may be. */
  readonly compressed: () => Omit<BesideLog, 'compressed'>;
}

/**
 * The item without its log, made once for the same source: a chain asks for the room that a log has, says on the log how it is
 * cut, and commits it, and nothing but the log differs.
 */
export function besideLog(
  source: ItemSource,
  make: (source: ItemSource) => Attributes,
  compress: (plain: Attributes, source: ItemSource) => Attributes,
): BesideLog {
  if (last && isSame(last.source, source)) return last.item;
  const plain = sized(make(source));
  let compressed: Omit<BesideLog, 'compressed'> | undefined;
  const item = {
    ...plain,
    compressed: () => {
      compressed ??= sized(compress(plain.attributes, source));
      return compressed;
    },
  };
  last = { source, item };
  return item;
}

let last: { readonly source: ItemSource; readonly item: BesideLog } | undefined;

function sized(attributes: Attributes): Omit<BesideLog, 'compressed'> {
  return { attributes, bytes: attributesSize(attributes) };
}

function isSame(a: ItemSource, b: ItemSource): boolean {
  return (
    a.layout.indexShards === b.layout.indexShards &&
    a.layout.retentionDays === b.layout.retentionDays &&
    (a.emitted === b.emitted || a.emitted.length + b.emitted.length === 0) &&
    isSameBesideLog(a.execution, b.execution)
  );
}

/** By its parts themselves: what changes an execution makes new ones. */
function isSameBesideLog(a: Execution, b: Execution): boolean {
  let parts = 0;
  let key: keyof Execution;
  for (key in a) {
    if (key !== 'log' && a[key] !== b[key]) return false;
    parts += 1;
  }
  for (const _ in b) parts -= 1;
  return parts === 0;
}
