import { type ExecutionStatus, executionStatuses } from '../orchestrator/core/execution/model/execution.ts';
import { checkChoice } from '../orchestrator/core/policy/options.ts';
import type { ListedExecution, Page } from '../orchestrator/table/requests.ts';
import { SinceNotApplicableError } from './errors.ts';
import { machineId } from './identifiers.ts';
import type { MachineReference } from './machineTypes.ts';
import type { ClientSurroundings } from './surroundings.ts';

export interface ListOptions {
  /** @default all machines: then the list has no order in time, and reads the index until its page is full */
  readonly machine?: MachineReference;
  /** @default every status, with the same consequence */
  readonly status?: ExecutionStatus;
  /** Executions a page. @default 100 */
  readonly limit?: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string;
  /** Only those that entered the status at or after this time (ms since the epoch). Not for RUNNING; needs machine and status. */
  readonly since?: number;
}

export async function listExecutions(
  { table }: ClientSurroundings,
  { machine, limit = 100, ...rest }: ListOptions,
): Promise<Page<ListedExecution>> {
  const { status, cursor, since } = rest;
  checkChoice('list()', 'status', status, executionStatuses);
  const id = machine === undefined ? undefined : machineId(machine);
  if (since !== undefined && (status === 'RUNNING' || status === undefined || id === undefined)) {
    throw new SinceNotApplicableError();
  }
  const request = { limit, ...(cursor !== undefined && { cursor }) };
  if (id !== undefined && status !== undefined) {
    return table.index.list({ ...request, machine: id, status, ...(since !== undefined && { since }) });
  }
  return table.index.listAny({
    ...request,
    ...(id !== undefined && { machine: id }),
    ...(status !== undefined && { status }),
  });
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
