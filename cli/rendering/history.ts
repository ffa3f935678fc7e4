import type { HistoryEntry } from '../../client/index.ts';
import { shortened, textTable } from './textTable.ts';

const head = ['#', 'AT', 'KIND', 'REFERENCE', 'VERDICT', 'WHAT'];

export function historyLines(history: readonly HistoryEntry[]): string[] {
  return textTable(
    head,
    history.map((entry) => [
      String(entry.number),
      entry.at ?? '',
      entry.kind,
      entry.reference,
      verdictText(entry),
      shortened(contentText(entry), 100),
    ]),
  );
}

function verdictText({ verdict }: HistoryEntry): string {
  switch (verdict.type) {
    case 'applied':
    case 'held':
    case 'pending':
      return verdict.type;
    case 'ignored':
      return `ignored: ${verdict.reason}`;
    case 'failed':
      return `failed: ${verdict.code}`;
  }
}

function contentText(entry: HistoryEntry): string {
  const { worker, status, output, error, event, control, cause, input, messages, sender } = entry;
  const subject = worker === undefined ? '' : `${worker} `;
  if (error) return `${subject}FAILED ${error.name}: ${error.message}`;
  if (status !== undefined) return `${subject}${status} ${json(output)}`;
  if (event) return json(event);
  if (messages) return `${sender}: ${messages.map(messageText).join(', ')}`;
  if (control !== undefined) return cause === undefined ? control : `${control}: ${cause}`;
  return input === undefined ? subject : json(input);
}

function messageText(message: NonNullable<HistoryEntry['messages']>[number]): string {
  switch (message.type) {
    case 'event':
      return json(message.event);
    case 'done':
      return `done ${json(message.output)}`;
    case 'error':
      return `error ${message.error.name}: ${message.error.message}`;
    case 'stop':
      return 'stop';
  }
}

function json(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value);
}
