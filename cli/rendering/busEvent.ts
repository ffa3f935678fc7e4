import type { BusEvent } from '../../orchestrator/bus/bus.ts';
import { colouredStatus } from './status.ts';
import { printable, shortened } from './textTable.ts';

/** One line: when, which execution, and what happened. */
export function busEventLine({ time, ...event }: BusEvent, hasColours: boolean): string {
  const { executionId, machine } = event.detail;
  const subject = printable(`${time}  ${executionId}  ${machine}`);
  if ('event' in event.detail) return `${subject}  ${json(event.detail.event)}`;
  const { status, output, error, cause } = event.detail;
  const result = error === null ? (output === null ? '' : `  ${json(output)}`) : `  ${error}: ${cause}`;
  return `${subject}  ${colouredStatus(status, hasColours)}${printable(shortened(result, 200))}`;
}

function json(value: unknown): string {
  return printable(shortened(JSON.stringify(value), 200));
}
