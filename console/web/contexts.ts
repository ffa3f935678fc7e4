import type { HistoryEntry, JsonChange } from '../../client/index.ts';

/** The context after each entry of a history, as far as it was replayed. */
export class Contexts {
  readonly #after: ({ readonly value: unknown } | undefined)[] = [];
  #last: unknown;

  /** Adds entries that came after those that it has, in order. */
  add(entries: Iterable<HistoryEntry>): void {
    for (const { transition } of entries) {
      if (transition) this.#last = applied(this.#last, transition.changes);
      this.#after.push(transition && { value: this.#last });
    }
  }

  /** @param entry its number, from 1 */
  after(entry: number): { readonly value: unknown } | undefined {
    return this.#after[entry - 1];
  }
}

/**
 * A value after some of its places have changed. The rest is shared with the value before, so that the contexts of a long history
 * take little memory.
 */
export function applied(value: unknown, changes: readonly JsonChange[]): unknown {
  return changes.reduce<unknown>((now, { path, after }) => withPlace(now, partsOf(path), after), value);
}

type Part = string | number;

/** The parts of a path as the client writes it: `items[2].name`, `byKey["a b"]`. */
export function partsOf(path: string): readonly Part[] {
  const parts: Part[] = [];
  for (const match of path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)) {
    const [, index, quoted, name] = match;
    if (index !== undefined) parts.push(Number(index));
    else if (quoted !== undefined) parts.push(String(JSON.parse(quoted)));
    else if (name !== undefined) parts.push(name);
  }
  return parts;
}

function withPlace(value: unknown, parts: readonly Part[], after: unknown): unknown {
  const [part, ...rest] = parts;
  if (part === undefined) return after;
  if (typeof part === 'number') {
    const items = Array.isArray(value) ? [...value] : [];
    const next = withPlace(items[part], rest, after);
    // Items go from the end: the changes name every place that is gone.
    if (next === undefined && rest.length === 0) items.length = Math.min(items.length, part);
    else items[part] = next;
    return items;
  }
  const fields = new Map(Object.entries(Object(value)));
  const next = withPlace(fields.get(part), rest, after);
  if (next === undefined && rest.length === 0) fields.delete(part);
  else fields.set(part, next);
  return Object.fromEntries(fields);
}
