import type { ExecutionStatus } from '../orchestrator/core/execution/model/execution.ts';
import type { ListedExecution, Page } from '../orchestrator/table/requests.ts';
import { SinceNotApplicableError } from './errors.ts';
import { machineId } from './identifiers.ts';
import type { MachineReference } from './machineTypes.ts';
import type { ClientSurroundings } from './surroundings.ts';

export interface ListOptions {
  readonly machine: MachineReference;
  readonly status: ExecutionStatus;
  /** Executions a page. @default 100 */
  readonly limit?: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string;
  /** Only those that entered the status at or after this time (ms since the epoch). Not for RUNNING. */
  readonly since?: number;
}

export async function listExecutions(
  { table }: ClientSurroundings,
  { machine, limit = 100, ...rest }: ListOptions,
): Promise<Page<ListedExecution>> {
  if (rest.since !== undefined && rest.status === 'RUNNING') throw new SinceNotApplicableError();
  return table.list({ ...rest, machine: machineId(machine), limit });
}

const pageSize = 1000;

export async function* listAllExecutions(
  surroundings: ClientSurroundings,
  options: Omit<ListOptions, 'limit' | 'cursor'>,
): AsyncGenerator<ListedExecution, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await listExecutions(surroundings, {
      ...options,
      limit: pageSize,
      ...(cursor && { cursor }),
    });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
