import { Option } from 'commander';
import type { ExecutionStatus, ListedExecution, MillraceClient, Page } from '../../client/index.ts';
import { executionStatuses } from '../../orchestrator/core/execution/model/execution.ts';
import { InvalidInputError } from '../errors.ts';
import { colouredStatus } from '../rendering/status.ts';
import { textTable } from '../rendering/textTable.ts';
import type { ClientCommandOptions, CommandLine } from './command.ts';
import { machineOf, parseCount, withClient, withClientOptions, withMachine } from './command.ts';

interface ListCommandOptions extends ClientCommandOptions {
  readonly machine?: string;
  readonly status?: ExecutionStatus;
  readonly limit: number;
  readonly cursor?: string;
}

export function addListCommand(line: CommandLine): void {
  const command = line.program
    .command('list')
    .description(
      'List executions, of one machine or of all, in one status or in every. Lists lag behind by a moment: they are read ' +
        'from an index. With a machine, the latest of each status come first; without one, the list is in the order of the index. ' +
        'With --json: {"items":[{"executionId","machine","status","startedAt","endedAt"},…],"cursor"}.',
    );
  withMachine(command, { argument: '[machine]' })
    .addOption(new Option('--status <status>', 'only this status').choices(executionStatuses))
    .option('--limit <count>', 'executions; with a machine alone, of each status', parseCount, 50)
    .option('--cursor <cursor>', 'go on where the same list ended');
  withClientOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  millrace list
  millrace list --status FAILED
  millrace list order --status FAILED --limit 500 --json | jq -r '.items[].executionId'`,
    )
    .action((argument: string | undefined, options: ListCommandOptions) => {
      const machine = machineOf(argument, options);
      if (options.cursor !== undefined && options.status === undefined && machine !== undefined) {
        throw new InvalidInputError('--cursor continues a list of one status: give its --status too.');
      }
      return withClient(line, options, async (client) => {
        const isOnePage = options.status !== undefined || machine === undefined;
        const page = isOnePage
          ? await onePage(client, machine, options)
          : await everyStatus(line, client, machine, options);
        print(line, options, page, machine === undefined);
      });
    });
}

function onePage(
  client: MillraceClient,
  machine: string | undefined,
  { status, limit, cursor }: Pick<ListCommandOptions, 'status' | 'limit' | 'cursor'>,
): Promise<Page<ListedExecution>> {
  return client.list({
    limit,
    ...(machine !== undefined && { machine }),
    ...(status !== undefined && { status }),
    ...(cursor !== undefined && { cursor }),
  });
}

async function everyStatus(
  { context }: CommandLine,
  client: MillraceClient,
  machine: string,
  { limit }: ListCommandOptions,
): Promise<Page<ListedExecution>> {
  const pages = await Promise.all(
    executionStatuses.map((status) => onePage(client, machine, { status, limit })),
  );
  executionStatuses.forEach((status, i) => {
    if (pages[i]?.cursor !== undefined) {
      context.terminal.note(`There are more than ${limit} ${status}: see them with --status ${status}.`);
    }
  });
  return { items: pages.flatMap((page) => page.items) };
}

function print(
  { context }: CommandLine,
  options: ListCommandOptions,
  page: Page<ListedExecution>,
  showsMachine: boolean,
): void {
  const { terminal } = context;
  if (options.json) {
    terminal.print(JSON.stringify(page));
    return;
  }
  const columns = ['EXECUTION', ...(showsMachine ? ['MACHINE'] : []), 'STATUS', 'STARTED', 'ENDED'];
  const rows = page.items.map(({ executionId, machine, status, startedAt, endedAt }) => [
    executionId,
    ...(showsMachine ? [machine] : []),
    status,
    startedAt,
    endedAt ?? '',
  ]);
  const style = (cell: string, column: number) =>
    columns[column] === 'STATUS' ? colouredStatus(cell, terminal.hasColours) : cell;
  for (const text of textTable(columns, rows, style)) terminal.print(text);
  if (page.cursor !== undefined) terminal.note(`There are more: --cursor ${page.cursor}`);
}
