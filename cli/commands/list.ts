import { Option } from 'commander';
import type { ExecutionStatus, ListedExecution, MillraceClient, Page } from '../../client/index.ts';
import { executionStatuses } from '../../orchestrator/core/execution/model/execution.ts';
import { InvalidInputError } from '../errors.ts';
import { colouredStatus } from '../rendering/status.ts';
import { textTable } from '../rendering/textTable.ts';
import type { ClientCommandOptions, CommandLine } from './command.ts';
import { parseCount, withClient, withClientOptions } from './command.ts';

interface ListCommandOptions extends ClientCommandOptions {
  readonly status?: ExecutionStatus;
  readonly limit: number;
  readonly cursor?: string;
}

export function addListCommand(line: CommandLine): void {
  const command = line.program
    .command('list')
    .description(
      'List executions of a machine, by status. Lists lag behind by a moment: they are read from an index. ' +
        'With --json: {"items":[{"executionId","machine","status","startedAt","endedAt"},…],"cursor"}.',
    )
    .argument('<machine>', 'id of the machine')
    .addOption(new Option('--status <status>', 'only this status').choices(executionStatuses))
    .option('--limit <count>', 'executions, of each status', parseCount, 50)
    .option('--cursor <cursor>', 'go on where a list with the same --status ended');
  withClientOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  millrace list order
  millrace list order --status FAILED --limit 500 --json | jq -r '.items[].executionId'`,
    )
    .action((machine: string, options: ListCommandOptions) => {
      if (options.cursor !== undefined && options.status === undefined) {
        throw new InvalidInputError('--cursor goes on with a list of one status: give its --status too.');
      }
      return withClient(line, options, async (client) => {
        const page = options.status ? await onePage(client, machine, options.status, options) : undefined;
        print(line, options, page ?? (await everyStatus(line, client, machine, options)));
      });
    });
}

function onePage(
  client: MillraceClient,
  machine: string,
  status: ExecutionStatus,
  { limit, cursor }: Pick<ListCommandOptions, 'limit' | 'cursor'>,
): Promise<Page<ListedExecution>> {
  return client.list({ machine, status, limit, ...(cursor !== undefined && { cursor }) });
}

async function everyStatus(
  { context }: CommandLine,
  client: MillraceClient,
  machine: string,
  { limit }: ListCommandOptions,
): Promise<Page<ListedExecution>> {
  const pages = await Promise.all(
    executionStatuses.map((status) => onePage(client, machine, status, { limit })),
  );
  executionStatuses.forEach((status, i) => {
    if (pages[i]?.cursor !== undefined) {
      context.terminal.note(`There are more than ${limit} ${status}: see them with --status ${status}.`);
    }
  });
  return { items: pages.flatMap((page) => page.items) };
}

function print({ context }: CommandLine, options: ListCommandOptions, page: Page<ListedExecution>): void {
  const { terminal } = context;
  if (options.json) {
    terminal.print(JSON.stringify(page));
    return;
  }
  const rows = page.items.map(({ executionId, status, startedAt, endedAt }) => [
    executionId,
    status,
    startedAt,
    endedAt ?? '',
  ]);
  const style = (cell: string, column: number) =>
    column === 1 ? colouredStatus(cell, terminal.hasColours) : cell;
  for (const text of textTable(['EXECUTION', 'STATUS', 'STARTED', 'ENDED'], rows, style))
    terminal.print(text);
  if (page.cursor !== undefined) terminal.note(`There are more: --cursor ${page.cursor}`);
}
