import { readJsonArgument } from '../input/jsonArgument.ts';
import type { ClientCommandOptions, CommandLine, MachineOptions } from './command.ts';
import { checkIndex, requiredMachineOf, withClient, withClientOptions, withMachine } from './command.ts';

interface StartCommandOptions extends ClientCommandOptions, MachineOptions {
  readonly id?: string;
  readonly input?: string;
  readonly machineVersion?: string;
}

export function addStartCommand(line: CommandLine): void {
  const command = line.program
    .command('start')
    .description(
      'Start an execution of a machine and print its id. The same id with the same machine and input is the same ' +
        'execution, so a start can be repeated.',
    )
    .option('--id <id>', 'id of the execution: at most 256 characters, without . and # (default: a new UUID)')
    .option('--input <json>', 'JSON, @FILE, or - for stdin (default: none)')
    .option('--machine-version <version>', 'version of the machine (default: the newest that is deployed)');
  withClientOptions(withMachine(command, { argument: '<machine>' }))
    .addHelpText(
      'after',
      `
Examples:
  millrace start order --input '{"orderId":"17","sku":"mug","quantity":2}'
  millrace start order --id order-17 --input @order.json
  millrace wait $(millrace start order --input @order.json)`,
    )
    .action(async (argument: string | undefined, options: StartCommandOptions) => {
      const machine = requiredMachineOf(argument, options);
      const { id, input: given, machineVersion } = options;
      // Before anything is asked of the cloud.
      const input = given === undefined ? undefined : await readJsonArgument(line.context, '--input', given);
      await withClient(line, options, async (client) => {
        const { terminal } = line.context;
        if (options.table !== undefined) await checkIndex(client, machine);
        const started = await client.start(machine, {
          ...(id !== undefined && { executionId: id }),
          ...(input !== undefined && { input }),
          ...(machineVersion !== undefined && { version: machineVersion }),
        });
        if (!started.isNew) terminal.note('The same start had been made before: it is the same execution.');
        terminal.print(options.json ? JSON.stringify(started) : started.executionId);
      });
    });
}
