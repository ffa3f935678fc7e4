/**
 * Names of executions in Step Functions are unique within a state machine, and ids here within a table. An execution that was
 * started through the API of Step Functions has an id of both: `<machine>:<name>`, and for a repeatable name of an Express
 * workflow `<machine>:<name>:<run>`, with `:sync` where the caller waits for its end. No name has a colon or a `~`; ids have no dot, for which `~` stands.
 */
export interface ExecutionName {
  readonly name: string;
  /** Distinguishes Express executions of the same name. */
  readonly run?: string;
  /** Whether it was started by `StartSyncExecution`. @default false */
  readonly isSync?: boolean;
}

export function executionIdOf(machine: string, { name, run, isSync = false }: ExecutionName): string {
  const id = `${machine}:${name}`.replaceAll('.', '~');
  return run === undefined ? id : `${id}:${run}${isSync ? ':sync' : ''}`;
}

/** The name of an execution, however it was started: one that has another id is named by it. */
export function executionNameOf(machine: string, executionId: string): ExecutionName {
  const prefix = `${machine.replaceAll('.', '~')}:`;
  if (!executionId.startsWith(prefix)) return { name: executionId };
  const [name = '', run, sync] = executionId.slice(prefix.length).split(':');
  return {
    name: name.replaceAll('~', '.'),
    ...(run !== undefined && { run }),
    ...(sync === 'sync' && { isSync: true }),
  };
}
