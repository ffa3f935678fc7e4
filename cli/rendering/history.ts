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
    case 'pending':
      return verdict.type;
    case 'ignored':
      return `ignored: ${verdict.reason}`;
    case 'failed':
      return `failed: ${verdict.code}`;
  }
}

function contentText(entry: HistoryEntry): string {
  const { worker, status, output, error, event, control, cause, input } = entry;
  const subject = worker === undefined ? '' : `${worker} `;
  if (error) return `${subject}FAILED ${error.name}: ${error.message}`;
  if (status !== undefined) return `${subject}${status} ${json(output)}`;
  if (event) return json(event);
  if (control !== undefined) return cause === undefined ? control : `${control}: ${cause}`;
  return input === undefined ? subject : json(input);
}

function json(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value);
}
