import type { Table } from '../../orchestrator/table/table.ts';

/** The same table, which reports each read by its name: `journal.readEvents`. */
export function observedTable(table: Table, onRead: (operation: string) => void): Table {
  const observed = <Part extends object>(name: keyof Table, part: Part): Part =>
    new Proxy(part, {
      get: (target, operation) => {
        const member: unknown = Reflect.get(target, operation, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          if (String(operation).startsWith('read')) onRead(`${name}.${String(operation)}`);
          return Reflect.apply(member, target, args);
        };
      },
    });
  return {
    journal: observed('journal', table.journal),
    executions: observed('executions', table.executions),
    log: observed('log', table.log),
    attempts: observed('attempts', table.attempts),
    lists: observed('lists', table.lists),
    expiries: table.expiries,
    index: table.index,
    outlines: table.outlines,
    registry: observed('registry', table.registry),
  };
}
