import { InvalidInputError, refuseEnded } from '../errors.ts';
import { readJsonObjectArgument } from '../input/jsonArgument.ts';
import type { ClientCommandOptions, CommandLine, MachineOptions } from './command.ts';
import { expectedMachine, withClient, withClientOptions, withMachineCheck } from './command.ts';
import { type ControlCommandOptions, control, withControlOptions } from './controlOptions.ts';

interface SendCommandOptions extends ClientCommandOptions, MachineOptions {
  readonly data?: string;
  readonly eventId?: string;
  readonly beforeStart?: boolean;
}

export function addSendCommand(line: CommandLine): void {
  const command = line.program
    .command('send')
    .description("Send an event to an execution. Its history shows the machine's reaction.")
    .argument('<id>', 'id of the execution')
    .argument('<type>', 'type of the event')
    .option('--data <json>', "the event's other fields: a JSON object, @FILE, or - for stdin")
    .option('--event-id <id>', 'events with the same id are one event (default: a new UUID)')
    .option('--before-start', 'do not ask whether there is such an execution: it may be started later');
  withClientOptions(withMachineCheck(command))
    .addHelpText(
      'after',
      `
Examples:
  millrace send order-17 APPROVE
  millrace send order-17 APPROVE --data '{"by":"Ada"}' --event-id mail-5021`,
    )
    .action((id: string, type: string, options: SendCommandOptions) =>
      withClient(line, options, async (client) => {
        const { terminal } = line.context;
        const { data, eventId, beforeStart } = options;
        const fields = data === undefined ? {} : await readJsonObjectArgument(line.context, '--data', data);
        if ('type' in fields)
          throw new InvalidInputError("--data has a 'type': the event's type is an argument.");
        if (!beforeStart) refuseEnded(await client.describe(id, expectedMachine(options)));
        const event = { ...fields, type };
        const sent = await client.send(id, event, { ...(eventId !== undefined && { eventId }) });
        if (!sent.isNew) terminal.note('An event with this id had been sent before: the first is taken.');
        terminal.print(options.json ? JSON.stringify({ executionId: id, ...sent }) : sent.eventId);
      }),
    );
}

export function addStopCommand(line: CommandLine): void {
  const command = line.program
    .command('stop')
    .description(
      'End an execution as ABORTED, or many. One that has ended stays as it is. Workers that run are not stopped.',
    );
  withControlOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  millrace stop order-17 --cause 'entered twice'
  millrace stop --machine order --status PENDING_REDRIVE --cause 'import of March' --yes`,
    )
    .action((id: string | undefined, options: ControlCommandOptions) => control(line, 'stop', id, options));
}

export function addRedriveCommand(line: CommandLine): void {
  const command = line.program
    .command('redrive')
    .description(
      'Let an execution, or many, go on from where it failed, timed out, was stopped, or waits for a redrive. What ' +
        'succeeded is not repeated; what failed is tried again. Its children are redriven with it.',
    )
    .option('--machine-version <version>', 'version of the machine to go on with (default: the one it is on)')
    .option(
      '--input <json>',
      'a JSON merge patch to the input of what failed, a task or the start: JSON, @FILE, or - for stdin; else it is refused',
    );
  withControlOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  millrace redrive order-17
  millrace redrive order-17 --machine-version 4 --input '{"card":"4242"}'
  millrace redrive --machine order --status FAILED --since 24h --rate 50/s --yes`,
    )
    .action((id: string | undefined, options: ControlCommandOptions) =>
      control(line, 'redrive', id, options),
    );
}

export function addSuspendCommand(line: CommandLine): void {
  const command = line.program
    .command('suspend')
    .description(
      'Let an execution, or many, stand still until resumed. Results and events are kept in its journal, its timers wait. ' +
        'Workers that run are not stopped.',
    );
  withControlOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  millrace suspend order-17
  millrace suspend --machine order --yes`,
    )
    .action((id: string | undefined, options: ControlCommandOptions) =>
      control(line, 'suspend', id, options),
    );
}

export function addResumeCommand(line: CommandLine): void {
  const command = line.program
    .command('resume')
    .description('Let a suspended execution, or many, go on, with everything that has come meanwhile.');
  withControlOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  millrace resume order-17
  millrace resume --machine order --rate 20/s --yes`,
    )
    .action((id: string | undefined, options: ControlCommandOptions) => control(line, 'resume', id, options));
}
