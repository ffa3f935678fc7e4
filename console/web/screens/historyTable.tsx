import { useMemo, useState } from 'preact/hooks';
import type { HistoryEntry, HistoryKind } from '../../../client/index.ts';
import { Icon } from '../parts/icons.tsx';
import { VirtualRows } from '../parts/virtualRows.tsx';
import { preciseTime } from '../time.ts';
import { visible } from '../visible.ts';
import { entryProblem, entryTarget, entryTitle, stateText } from './entryText.ts';

const rowHeight = 26;
const toolsHeight = 37;

const kinds: readonly HistoryKind[] = [
  'start',
  'result',
  'event',
  'control',
  'message',
  'wake',
  'held',
  'deferred',
  'beat',
  'waiting',
];

/** The entries of a history; those after the chosen one are faint. */
export function HistoryTable({
  entries,
  entry,
  onChoose,
}: {
  readonly entries: readonly HistoryEntry[];
  readonly entry: number;
  readonly onChoose: (entry: number) => void;
}) {
  const [search, setSearch] = useState('');
  const [hidden, setHidden] = useState<ReadonlySet<HistoryKind>>(new Set());
  const [isFailedOnly, setFailedOnly] = useState(false);
  const shown = useMemo(
    () =>
      entries.filter(
        (each) => !hidden.has(each.kind) && (!isFailedOnly || isBad(each)) && fits(each, search),
      ),
    [entries, hidden, isFailedOnly, search],
  );
  const present = useMemo(
    () => kinds.filter((kind) => entries.some((each) => each.kind === kind)),
    [entries],
  );
  const current = lastUpTo(shown, entry);
  const toggle = (kind: HistoryKind) => {
    const next = new Set(hidden);
    if (!next.delete(kind)) next.add(kind);
    setHidden(next);
  };
  return (
    // A short history leaves its room to what is below it.
    <div class="history" style={{ flexBasis: `${toolsHeight + entries.length * rowHeight}px` }}>
      <div class="history-tools">
        <h2>History</h2>
        <fieldset class="chips small">
          <legend class="hidden">Kinds of entries</legend>
          {present.length > 1 &&
            present.map((kind) => (
              <button
                key={kind}
                type="button"
                class="chip-button"
                aria-pressed={!hidden.has(kind)}
                onClick={() => toggle(kind)}
              >
                {kind}
              </button>
            ))}
          <button
            type="button"
            class="chip-button failed-only"
            aria-pressed={isFailedOnly}
            onClick={() => setFailedOnly(!isFailedOnly)}
          >
            failed
          </button>
        </fieldset>
        <label class="search small">
          <Icon name="search" size={12} />
          <input
            type="search"
            data-shortcut="/"
            placeholder="Search"
            aria-label="Search in the history"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
      </div>
      {shown.length === 0 && entries.length > 0 ? (
        <p class="quiet pad">No entry fits.</p>
      ) : (
        <VirtualRows
          count={shown.length}
          rowHeight={rowHeight}
          label="History"
          class="history-rows"
          current={current}
          onCurrent={(index) => onChoose(shown[index]?.number ?? entry)}
          row={(index) => {
            const each = shown[index];
            return each ? <EntryRow each={each} isLater={each.number > entry} onChoose={onChoose} /> : null;
          }}
        />
      )}
    </div>
  );
}

function EntryRow({
  each,
  isLater,
  onChoose,
}: {
  readonly each: HistoryEntry;
  readonly isLater: boolean;
  readonly onChoose: (entry: number) => void;
}) {
  const target = entryTarget(each);
  const origin = visible(stateText(each.transition?.from));
  const problem = entryProblem(each);
  return (
    <button
      type="button"
      tabIndex={-1}
      class={`plain entry-row${isLater ? ' later' : ''}`}
      onClick={() => onChoose(each.number)}
    >
      <span class="num quiet">{each.number}</span>
      <time class="num quiet">{each.at === undefined ? 'pending' : preciseTime(each.at)}</time>
      <span class={`kind ${each.kind}`}>{each.kind}</span>
      <span class="entry-title">
        {entryTitle(each)}
        {problem !== '' && <span class={isBad(each) ? 'bad' : 'quiet'}> {problem}</span>}
      </span>
      <span class="target" title={target === '' ? '' : `${origin} → ${target}`}>
        {target !== '' && (
          <>
            <span class="origin">{origin} </span>→ {target}
          </>
        )}
      </span>
    </button>
  );
}

function isBad({ status, verdict, transition }: HistoryEntry): boolean {
  return (
    status === 'FAILED' ||
    verdict.type === 'failed' ||
    transition?.ended === 'FAILED' ||
    transition?.ended === 'TIMED_OUT'
  );
}

function fits(each: HistoryEntry, search: string): boolean {
  if (search === '') return true;
  const text = [each.kind, entryTitle(each), entryProblem(each), entryTarget(each)].join(' ');
  return text.toLowerCase().includes(search.toLowerCase());
}

/** The place of the entry among those that are shown, or of the one before it. */
function lastUpTo(shown: readonly HistoryEntry[], entry: number): number | undefined {
  const index = shown.findLastIndex(({ number }) => number <= entry);
  return index < 0 ? undefined : index;
}
