import { useState } from 'preact/hooks';
import type { ExecutionDescription, HistoryEntry } from '../../../client/index.ts';
import { links } from '../location.ts';
import { counted } from '../time.ts';

type ItemStatus = 'waiting' | 'running' | 'succeeded' | 'failed';

interface ItemsList {
  readonly task: number;
  readonly worker: string;
  readonly count: number;
  readonly items: ReadonlyMap<number, ItemStatus>;
  /** The execution that works on it. */
  readonly delegatedTo?: string;
}

interface GatheredList {
  readonly worker: string;
  count: number;
  readonly items: Map<number, ItemStatus>;
  delegatedTo?: string;
}

/** The lists of an execution, with what its history says of each item. */
export function itemsOf(
  entries: readonly HistoryEntry[],
  { lists = [] }: ExecutionDescription,
): readonly ItemsList[] {
  const found = new Map<number, GatheredList>();
  const listOf = (task: number, worker: string | undefined) => {
    const known: GatheredList = found.get(task) ?? {
      worker: worker ?? `task ${task}`,
      count: 0,
      items: new Map(),
    };
    found.set(task, known);
    return known;
  };
  for (const { task, count, worker, delegatedTo } of lists) {
    const list = listOf(task, worker);
    list.count = count;
    if (delegatedTo !== undefined) list.delegatedTo = delegatedTo;
  }
  for (const { task, index, worker, status, transition } of entries) {
    if (task !== undefined && index !== undefined) {
      listOf(task, worker).items.set(index, status === 'FAILED' ? 'failed' : 'succeeded');
    }
    for (const effect of transition?.effects ?? []) {
      if (effect.type !== 'taskStarted' || effect.index === undefined) continue;
      listOf(effect.task, effect.worker).items.set(effect.index, 'running');
    }
  }
  return [...found].map(([task, list]) => ({
    task,
    ...list,
    count: Math.max(list.count, ...[...list.items.keys()].map((index) => index + 1), 0),
  }));
}

const shownAtMost = 5000;

export function ItemsGrid({ lists }: { readonly lists: readonly ItemsList[] }) {
  return (
    <div class="details">
      {lists.map((list) => (
        <ListGrid key={list.task} list={list} />
      ))}
    </div>
  );
}

function ListGrid({ list }: { readonly list: ItemsList }) {
  const [hovered, setHovered] = useState<number | undefined>(undefined);
  const statusOf = (index: number): ItemStatus => list.items.get(index) ?? 'waiting';
  const failed = [...list.items.values()].filter((status) => status === 'failed').length;
  const done = [...list.items.values()].filter((status) => status === 'succeeded').length;
  const shown = Math.min(list.count, shownAtMost);
  const columns = 50;
  const size = 12;
  return (
    <section>
      <h3>
        {list.worker}: {counted(list.count, 'item')}, {done} done, {failed} failed
      </h3>
      {list.delegatedTo !== undefined ? (
        <p>
          The list is worked on by <a href={links.execution(list.delegatedTo)}>{list.delegatedTo}</a>.
        </p>
      ) : (
        <>
          <svg
            class="items"
            width={columns * size}
            height={Math.ceil(shown / columns) * size}
            role="img"
            aria-label={`Items of ${list.worker}: ${done} done, ${failed} failed`}
            onPointerLeave={() => setHovered(undefined)}
          >
            {Array.from({ length: shown }, (_, index) => (
              <rect
                key={index}
                class={statusOf(index)}
                x={(index % columns) * size}
                y={Math.floor(index / columns) * size}
                width={size - 2}
                height={size - 2}
                rx={2}
                onPointerEnter={() => setHovered(index)}
              />
            ))}
          </svg>
          <p class="quiet">
            {hovered === undefined ? 'Each square is an item.' : `Item ${hovered}: ${statusOf(hovered)}`}
            {list.count > shown && ` The first ${shown} are shown.`}
          </p>
        </>
      )}
    </section>
  );
}
