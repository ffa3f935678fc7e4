import { useMemo } from 'preact/hooks';
import type { ExecutionDescription, HistoryEntry } from '../../../client/index.ts';
import { partsOf } from '../contexts.ts';
import { changeQuery, links, type Place } from '../location.ts';
import { Copy } from '../parts/clipboard.tsx';
import { JsonTree } from '../parts/jsonTree.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { brief, briefJson, visible } from '../visible.ts';
import { CostTab } from './costTab.tsx';
import { entryProblem, entryTitle, stateText, timerName } from './entryText.ts';
import { ItemsGrid, itemsOf } from './itemsGrid.tsx';
import { ThrownError } from './thrownError.tsx';

const names = ['Entry', 'Context', 'Input', 'Output', 'Error', 'Items', 'Family', 'Cost'] as const;
type Tab = (typeof names)[number];

interface InspectorProps {
  /** The address names the tab. */
  readonly place: Place;
  readonly description: ExecutionDescription;
  readonly entries: readonly HistoryEntry[];
  readonly entry: number;
  /** The context after the entry; undefined where the history was not replayed. */
  readonly context: unknown;
  readonly hasContext: boolean;
}

/** Everything about the chosen entry, and about the execution as a whole. */
export function Inspector({ place, description, entries, entry, context, hasContext }: InspectorProps) {
  const asked = place.query.get('tab');
  const chosen = names.find((name) => name.toLowerCase() === asked);
  const each = entries[entry - 1];
  const input = entries.find(({ kind }) => kind === 'start')?.input;
  const items = useMemo(() => itemsOf(entries, description), [entries, description]);
  const family = useMemo(() => familyOf(entries, description), [entries, description]);
  const has: Readonly<Record<Tab, boolean>> = {
    Entry: true,
    Context: true,
    Input: input !== undefined,
    Output: description.output !== undefined,
    Error: description.error !== undefined,
    Items: items.length > 0,
    Family: family.length > 0,
    Cost: true,
  };
  const tabs = names.filter((name) => has[name]);
  const initial: Tab = description.error && entry === entries.length ? 'Error' : 'Context';
  const tab = chosen !== undefined && has[chosen] ? chosen : initial;
  const changed = useMemo(() => changedPaths(each), [each]);
  return (
    <div class="inspector">
      <Tabs
        label="Details"
        tabs={tabs}
        chosen={tab}
        onChoose={(next) => changeQuery({ tab: next.toLowerCase() })}
      >
        {tab === 'Entry' && each && <EntryDetails each={each} />}
        {tab === 'Context' &&
          (hasContext ? (
            <JsonTree value={context} label="context" changed={changed} />
          ) : (
            <NoContext entries={entries} description={description} isLast={entry === entries.length} />
          ))}
        {tab === 'Input' && <JsonTree value={input} label="input" />}
        {tab === 'Output' && <JsonTree value={description.output} label="output" />}
        {tab === 'Error' && description.error && (
          <div class="details">
            <ThrownError error={description.error} />
          </div>
        )}
        {tab === 'Items' && <ItemsGrid lists={items} />}
        {tab === 'Family' && (
          <ul class="plain-list">
            {family.map(({ executionId, role, machine }) => (
              <li key={executionId}>
                <span class="quiet">{role}</span>{' '}
                <a href={links.execution(executionId)}>{visible(executionId)}</a>{' '}
                {machine !== undefined && <span class="quiet">{machine}</span>}
              </li>
            ))}
          </ul>
        )}
        {tab === 'Cost' && <CostTab id={description.executionId} version={description.version} />}
      </Tabs>
    </div>
  );
}

function NoContext({
  entries,
  description,
  isLast,
}: {
  readonly entries: readonly HistoryEntry[];
  readonly description: ExecutionDescription;
  readonly isLast: boolean;
}) {
  const reason = entries.find(({ notReplayed }) => notReplayed)?.notReplayed;
  return (
    <>
      <p class="quiet pad">
        {reason
          ? `The history could not be replayed: ${reason.message}`
          : 'The history is not replayed: the console has no definition of the machine.'}
        {isLast ? ' This is the stored context.' : ' Only the last context is known.'}
      </p>
      {isLast && description.context !== undefined && (
        <JsonTree value={description.context} label="context" />
      )}
    </>
  );
}

function EntryDetails({ each }: { readonly each: HistoryEntry }) {
  const { transition, output, error, event, input, messages, cause } = each;
  const problem = entryProblem(each);
  const title = entryTitle(each);
  const effects = (transition?.effects ?? []).map(effectText);
  return (
    <div class="details">
      <dl class="pairs">
        <Pair name="Entry">
          {each.number}, {each.kind}
          {title !== '' && ` ${title}`}{' '}
          <Copy label="Copy a link to this entry" text={() => window.location.href} />
        </Pair>
        {transition?.to !== undefined && (
          <Pair name="State">
            {transition.from !== undefined && `${visible(stateText(transition.from))} → `}
            {visible(stateText(transition.to))}
          </Pair>
        )}
        {each.at !== undefined && <Pair name="Applied">{each.at}</Pair>}
        {each.writtenAt !== undefined && <Pair name="Written">{each.writtenAt}</Pair>}
        {each.reference !== '' && <Pair name="Item">{visible(each.reference)}</Pair>}
        {problem !== '' && <Pair name="Verdict">{problem}</Pair>}
        {cause !== undefined && <Pair name="Cause">{visible(cause)}</Pair>}
      </dl>
      {transition && transition.changes.length > 0 && (
        <Section title="Context">
          <table class="diff">
            <tbody>
              {transition.changes.map(({ path, before, after }) => (
                <tr key={path}>
                  <th scope="row">{path === '' ? '(all)' : visible(path)}</th>
                  <td class="before">{briefJson(before)}</td>
                  <td class="after">{briefJson(after)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      )}
      {effects.length > 0 && (
        <Section title="Effects">
          <ul class="plain-list">
            {effects.map((text, i) => (
              <li key={i}>{brief(visible(text))}</li>
            ))}
          </ul>
        </Section>
      )}
      {input !== undefined && <Value title="Input" value={input} />}
      {event !== undefined && <Value title="Event" value={event} />}
      {output !== undefined && <Value title="Output" value={output} />}
      {error !== undefined && (
        <Section title="Error">
          <ThrownError error={error} />
        </Section>
      )}
      {messages !== undefined && <Value title="Messages" value={messages} />}
    </div>
  );
}

function Pair({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Section({
  title,
  children,
}: {
  readonly title: string;
  readonly children: preact.ComponentChildren;
}) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Value({ title, value }: { readonly title: string; readonly value: unknown }) {
  return (
    <Section title={title}>
      <JsonTree value={value} label={title.toLowerCase()} hasTools={false} />
    </Section>
  );
}

type Effect = NonNullable<HistoryEntry['transition']>['effects'][number];

function effectText(effect: Effect): string {
  switch (effect.type) {
    case 'timerDue':
      return `${timerName(effect.event)} was due`;
    case 'taskTimedOut':
      return `${effect.worker}, attempt ${effect.attempt}, timed out`;
    case 'taskStarted':
      return `started ${effect.worker}${effect.index === undefined ? '' : ` [${effect.index}]`}, attempt ${effect.attempt}`;
    case 'retrySet':
      return `retry of ${effect.worker}, attempt ${effect.attempt}, at ${effect.at}`;
    case 'taskDeferred':
      return `${effect.worker} was throttled; the attempt begins at ${effect.at}`;
    case 'taskStopped':
      return `stopped waiting for ${effect.worker}, attempt ${effect.attempt}`;
    case 'workCancelled':
      return `cancelled the work of ${effect.worker}`;
    case 'timerSet':
      return `${timerName(effect.event)}, due at ${effect.dueAt}`;
    case 'timerCancelled':
      return `cancelled ${timerName(effect.event)}`;
    case 'childStarted':
      return `started the child ${effect.executionId} (${effect.machine})`;
    case 'messagesSent':
      return `sent ${effect.messages.length === 1 ? 'a message' : `${effect.messages.length} messages`} to ${effect.to}`;
    case 'answered':
      return `gave its result to ${effect.to}`;
    case 'executionStopped':
      return `stopped ${effect.executionId}`;
    case 'action':
      return `ran the action ${effect.name}`;
    case 'log':
      return `logged ${[effect.label, JSON.stringify(effect.value)].filter((part) => part !== undefined).join(' ')}`;
    case 'emitted':
      return `emitted ${JSON.stringify(effect.event)}`;
  }
}

/** JSON pointers of the places that an entry changed, as the tree names them. */
function changedPaths(each: HistoryEntry | undefined): ReadonlySet<string> {
  const changes = each?.transition?.changes ?? [];
  return new Set(
    changes.map(({ path }) =>
      partsOf(path)
        .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
        .join(''),
    ),
  );
}

interface Relative {
  readonly executionId: string;
  readonly role: 'parent' | 'child';
  readonly machine?: string;
}

function familyOf(
  entries: readonly HistoryEntry[],
  { parent, children }: ExecutionDescription,
): readonly Relative[] {
  const found = new Map<string, Relative>();
  if (parent !== undefined) found.set(parent, { executionId: parent, role: 'parent' });
  for (const { executionId, machine } of children)
    found.set(executionId, { executionId, role: 'child', machine });
  for (const { transition } of entries) {
    for (const effect of transition?.effects ?? []) {
      if (effect.type !== 'childStarted') continue;
      const { executionId, machine } = effect;
      found.set(executionId, { executionId, role: 'child', machine });
    }
  }
  return [...found.values()];
}
