import type { ExecutionDescription } from '../client/executionDescription.ts';
import type { HistoryEntry } from '../client/historyEntry.ts';
import type { Json } from '../orchestrator/core/data/json.ts';
import { namedThrown, thrownOfJson } from '../orchestrator/core/data/thrown.ts';
import type { RunEnd } from './simulatedCloud.ts';

/** Entries of the history that a message ends with. */
const lastEntries = 8;

/** Where an execution is that is not where the test wants it, why it goes no further, and how it came there. */
export function whereItIs(
  execution: ExecutionDescription,
  history: readonly HistoryEntry[],
  end: RunEnd,
): string {
  const last = history.slice(-lastEntries).map((entry) => `  ${entryLine(entry)}`);
  return [
    situation(execution, end),
    history.length > lastEntries ? 'Its last entries:' : 'Its history:',
    ...last,
  ].join('\n');
}

function situation({ status, state, error, tasks, timers }: ExecutionDescription, end: RunEnd): string {
  const where = `It is ${status}${state === undefined ? '' : ` in ${JSON.stringify(state)}`}`;
  const why = error ? `: ${error.name}: ${error.message}` : '.';
  if (status !== 'RUNNING') return where + why;
  switch (end) {
    case 'reached':
    case 'idle':
      return tasks.length + timers.length === 0
        ? `${where} and waits for an event: send one.`
        : `${where}${why}`;
    case 'endless':
      return `${where} and goes on without end: skip a time instead, or look for a state that it comes to.`;
  }
}

function entryLine({
  at,
  kind,
  reference,
  worker,
  status,
  error,
  event,
  control,
  verdict,
}: HistoryEntry): string {
  const what = [
    worker ?? event?.type ?? control ?? '',
    status ?? '',
    error === undefined ? '' : thrownText(error),
  ].filter((text) => text !== '');
  const became =
    verdict.type === 'applied'
      ? ''
      : verdict.type === 'ignored'
        ? ` (ignored: ${verdict.reason})`
        : ` (${verdict.type})`;
  return `${at ?? 'pending'} ${[kind === 'wake' ? kind : reference || kind, ...what].join(' ')}${became}`;
}

function thrownText(error: Json): string {
  const { name, message } = namedThrown(thrownOfJson(error));
  return `${name}: ${message}`;
}
