import type { ReplayReport } from '../../client/index.ts';
import { printable } from './textTable.ts';

/** One line. */
export function replayText(report: ReplayReport): string {
  const { executionId, machine, machineVersion } = report;
  const version = machineVersion === undefined ? '' : ` ${machineVersion}`;
  return printable(`${executionId} (${machine}${version}, ${report.status}): ${outcomeText(report)}`);
}

function outcomeText({ outcome, entries, divergence, isStructureChanged }: ReplayReport): string {
  const structure = isStructureChanged
    ? ' The structure of its machine is not the one that it started with.'
    : '';
  switch (outcome) {
    case 'equal':
      return `${count(entries)} replayed, equal to what is stored.${structure}`;
    case 'diverges': {
      const { number, reference, code, message } = divergence ?? {};
      const place = reference ? ` (${reference})` : '';
      return `diverges at entry ${number}${place}. ${code}: ${message}${structure}`;
    }
    case 'notDeployed':
      return divergence?.message ?? '';
    case 'incomplete':
      return divergence
        ? `cannot be replayed from entry ${divergence.number} on. ${divergence.message}`
        : `cannot be replayed: after ${count(entries)}, a part of its journal or log has expired.`;
    case 'notStarted':
      return 'nothing has been applied yet.';
  }
}

function count(entries: number): string {
  return `${entries} ${entries === 1 ? 'entry' : 'entries'}`;
}
