import { useState } from 'preact/hooks';
import type { ExecutionDescription, HistoryEntry } from '../../../client/index.ts';
import type { ConsoleInfo } from '../../server/api.ts';
import { Contexts } from '../contexts.ts';
import { links, type Place } from '../location.ts';
import { Copy } from '../parts/clipboard.tsx';
import { Icon, StatusMark } from '../parts/icons.tsx';
import { Loading, Problem } from '../parts/notices.tsx';
import { duration, fromNow, moment, preciseTime } from '../time.ts';
import { TimelineView } from '../timeline/timelineView.tsx';
import { useFollower } from '../useFollower.ts';
import { useNow } from '../useNow.ts';
import { visible } from '../visible.ts';
import { type ActionName, actionNames, actionsFor } from './actionForms.ts';
import { ActionDialog } from './actions.tsx';
import { ExecutionChart } from './executionChart.tsx';
import { HistoryTable } from './historyTable.tsx';
import { Inspector } from './inspector.tsx';
import { type EntryChoice, useEntry } from './useEntry.ts';
import { useExecution } from './useExecution.ts';

const newContexts = () => new Contexts();

export function Execution({
  id,
  place,
  info,
}: {
  readonly id: string;
  readonly place: Place;
  readonly info: ConsoleInfo | undefined;
}) {
  const live = useExecution(id);
  const { view, entries } = live;
  const choice = useEntry(place, entries.length);
  const contexts = useFollower(newContexts, entries);
  const now = useNow(view?.nowMs);
  const [action, setAction] = useState<ActionName | undefined>(undefined);
  if (!view)
    return live.error ? (
      <Problem error={live.error} retry={live.retry} />
    ) : (
      <Loading what={`the execution ${id}`} />
    );
  const { description, chart, chartProblem } = view;
  const context = contexts.after(choice.entry);
  return (
    <div class="screen execution">
      <Head description={description} now={now} info={info} onAction={setAction} />
      {live.error ? <Problem error={live.error} retry={live.retry} /> : null}
      <Slider choice={choice} entries={entries} description={description} />
      <div class="panes">
        <div class="pane chart-side">
          {chart ? (
            <ExecutionChart
              chart={chart}
              entries={entries}
              entry={choice.entry}
              id={id}
              place={place}
              now={now}
              onChoose={choice.choose}
            />
          ) : (
            <p class="quiet pad">{chartProblem}</p>
          )}
        </div>
        <div class="pane facts-side">
          <TimelineView
            entries={entries}
            isWhole={live.isWhole}
            entry={choice.entry}
            nowMs={now}
            onChoose={choice.choose}
          />
          <HistoryTable entries={entries} entry={choice.entry} onChoose={choice.choose} />
          <Inspector
            place={place}
            description={description}
            entries={entries}
            entry={choice.entry}
            context={context?.value}
            hasContext={context !== undefined}
          />
        </div>
      </div>
      {action && (
        <ActionDialog
          name={action}
          description={description}
          chart={chart}
          entries={entries}
          onDone={() => {
            setAction(undefined);
            choice.follow();
            live.look();
          }}
          onClose={() => setAction(undefined)}
        />
      )}
    </div>
  );
}

function Head({
  description,
  now,
  info,
  onAction,
}: {
  readonly description: ExecutionDescription;
  readonly now: number;
  readonly info: ConsoleInfo | undefined;
  readonly onAction: (action: ActionName) => void;
}) {
  const {
    executionId,
    status,
    machine,
    machineVersion,
    startedAt,
    endedAt,
    parent,
    waiting,
    startPending,
    timers,
  } = description;
  const end = endedAt === undefined ? now : Date.parse(endedAt);
  const next = timers[0];
  return (
    <div class="head">
      <div class="head-line">
        <h1 class="id">{visible(executionId)}</h1>
        <Copy text={executionId} label="Copy the id" />
        <StatusMark status={status} />
        <a href={links.machine(machine, machineVersion)}>
          {machine}
          {machineVersion !== undefined && <span class="quiet"> version {machineVersion}</span>}
        </a>
        {startedAt !== undefined && (
          <span class="quiet">
            <time dateTime={startedAt} title={startedAt}>
              {moment(startedAt, now)}
            </time>
            {' · '}
            {duration(Math.max(0, end - Date.parse(startedAt)))}
          </span>
        )}
        {parent !== undefined && (
          <span>
            <span class="quiet">child of </span>
            <a href={links.execution(parent)}>{visible(parent)}</a>
          </span>
        )}
        {startPending && <span class="quiet">not begun yet: the orchestrator has not seen its start</span>}
        {waiting && (
          <span class="wait">waits for its machine; looks again {fromNow(waiting.nextAttemptAt, now)}</span>
        )}
        {next && status === 'RUNNING' && <span class="wait">timer {fromNow(next.dueAt, now)}</span>}
      </div>
      {info && !info.isReadOnly && (
        <div class="head-actions">
          {actionsFor(description).map((name) => (
            <button key={name} type="button" onClick={() => onAction(name)}>
              {actionNames[name]} …
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function Slider({
  choice,
  entries,
  description,
}: {
  readonly choice: EntryChoice;
  readonly entries: readonly HistoryEntry[];
  readonly description: ExecutionDescription;
}) {
  const total = entries.length;
  const { entry, isLatest, choose, follow } = choice;
  const at = entries[entry - 1]?.at;
  const isRunning = description.endedAt === undefined;
  if (total === 0) return null;
  return (
    <div class="slider">
      <button
        type="button"
        class="icon-button"
        aria-label="The entry before"
        title="The entry before ([)"
        disabled={entry <= 1}
        onClick={() => choose(entry - 1)}
      >
        <Icon name="left" size={12} />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="The entry after"
        title="The entry after (])"
        disabled={entry >= total}
        onClick={() => choose(entry + 1)}
      >
        <Icon name="right" size={12} />
      </button>
      <input
        type="range"
        min={1}
        max={total}
        value={entry}
        aria-label="Entry of the history"
        aria-valuetext={`entry ${entry} of ${total}`}
        onInput={(event) => choose(Number(event.currentTarget.value))}
      />
      <output class="num">
        entry <b>{entry}</b> of {total}
        {at !== undefined && <span class="quiet"> · {preciseTime(at)}</span>}
      </output>
      {!isLatest && (
        <button type="button" class="small" onClick={follow}>
          {isRunning ? 'Follow live' : 'Latest'}
        </button>
      )}
      {isLatest && isRunning && <span class="live">live</span>}
    </div>
  );
}
