import { executionLines } from '../rendering/execution.ts';
import type { ClientCommandOptions, CommandLine, MachineOptions } from './command.ts';
import { expectedMachine, withClient, withClientOptions, withMachineCheck } from './command.ts';

export function addDescribeCommand(line: CommandLine): void {
  const command = line.program
    .command('describe')
    .description('Show status, state, context, output or error of an execution, and what it waits for.')
    .argument('<id>', 'id of the execution');
  withClientOptions(withMachineCheck(command))
    .addHelpText(
      'after',
      `
Examples:
  millrace describe order-17
  millrace describe order-17 --json | jq .output`,
    )
    .action((id: string, options: ClientCommandOptions & MachineOptions) =>
      withClient(line, options, async (client) => {
        const { terminal, directory } = line.context;
        const execution = await client.describe(id, expectedMachine(options));
        if (options.json) terminal.print(JSON.stringify(execution));
        else {
          const reader = { hasColours: terminal.hasColours, directory };
          for (const text of executionLines(execution, reader)) terminal.print(text);
        }
      }),
    );
}
