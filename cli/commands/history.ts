import { historyLines } from '../rendering/history.ts';
import type { ClientCommandOptions, CommandLine } from './command.ts';
import { withClient, withClientOptions } from './command.ts';

export function addHistoryCommand(line: CommandLine): void {
  const command = line.program
    .command('history')
    .summary('show what happened to an execution')
    .description(
      'Show what was applied to an execution, in order, what was ignored and why, and what lies in its journal and is ' +
        'not applied yet. With --json: an array.',
    )
    .argument('<id>', 'id of the execution');
  withClientOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  millrace history order-17
  millrace history order-17 --json | jq '.[] | select(.status == "FAILED") | .error'`,
    )
    .action((id: string, options: ClientCommandOptions) =>
      withClient(line, options, async (client) => {
        const { terminal } = line.context;
        const history = await client.history(id);
        if (options.json) terminal.print(JSON.stringify(history));
        else for (const text of historyLines(history)) terminal.print(text);
      }),
    );
}
