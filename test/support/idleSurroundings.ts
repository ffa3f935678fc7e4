import type { ClientSurroundings } from '../../client/surroundings.ts';
import type { Table } from '../../orchestrator/table/table.ts';

/** A client's surroundings where nothing waits, and no one is asked to catch up. */
export function idleSurroundings(table: Table): ClientSurroundings {
  return {
    table,
    now: Date.now,
    newId: () => 'id',
    sleep: async () => {},
    retentionDays: 90,
    catchUp: () => Promise.reject(new Error('No one asks for it.')),
  };
}
