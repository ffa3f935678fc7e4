import { exitCode } from '../exitCodes.ts';
import { executionLines } from '../rendering/execution.ts';
import type { ClientCommandOptions, CommandLine, MachineOptions } from './command.ts';
import {
  expectedMachine,
  parseDuration,
  withClient,
  withClientOptions,
  withMachineCheck,
} from './command.ts';

interface WaitCommandOptions extends ClientCommandOptions, MachineOptions {
  readonly timeout?: number;
}

export function addWaitCommand(line: CommandLine): void {
  const command = line.program
    .command('wait')
    .description(
      'Wait until an execution has ended or is PENDING_REDRIVE, then show it as describe does. ' +
        'Exit code 0 only if it SUCCEEDED; 1 if it ended otherwise; 4 after the timeout.',
    )
    .argument('<id>', 'id of the execution')
    .option('--timeout <duration>', 'give up after 30s, 15m, 24h, … (default: never)', parseDuration);
  withClientOptions(withMachineCheck(command))
    .addHelpText(
      'after',
      `
Example:
  millrace wait order-17 --timeout 30s --json | jq .output`,
    )
    .action((id: string, options: WaitCommandOptions) =>
      withClient(line, options, async (client) => {
        const { terminal, interrupted, directory } = line.context;
        const { timeout } = options;
        const execution = await client.wait(id, {
          ...expectedMachine(options),
          signal: interrupted,
          ...(timeout !== undefined && { timeoutMs: timeout }),
        });
        if (options.json) terminal.print(JSON.stringify(execution));
        else {
          const reader = { hasColours: terminal.hasColours, directory };
          for (const text of executionLines(execution, reader)) terminal.print(text);
        }
        if (execution.status !== 'SUCCEEDED') line.exitWith(exitCode.endedBadly);
      }),
    );
}
