import { InvalidInputError } from '../errors.ts';
import { readJsonArgument, readJsonObjectArgument } from '../input/jsonArgument.ts';
import type { ClientCommandOptions, CommandLine } from './command.ts';
import { withClient, withClientOptions } from './command.ts';

interface SendCommandOptions extends ClientCommandOptions {
  readonly data?: string;
  readonly eventId?: string;
  readonly beforeStart?: boolean;
}

export function addSendCommand(line: CommandLine): void {
  const command = line.program
    .command('send')
    .summary('send an event to an execution')
    .description('Send an event to an execution. What the machine makes of it shows in its history.')
    .argument('<id>', 'id of the execution')
    .argument('<type>', 'type of the event')
    .option('--data <json>', "the event's other fields: a JSON object, @FILE, or - for stdin")
    .option('--event-id <id>', 'events with the same id are one event (default: a new UUID)')
    .option('--before-start', 'do not ask whether there is such an execution: it may be started later');
  withClientOptions(command)
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
        if (!beforeStart) await client.describe(id);
        const event = { ...fields, type };
        const sent = await client.send(id, event, { ...(eventId !== undefined && { eventId }) });
        if (!sent.isNew) terminal.note('An event with this id had been sent before: the first is taken.');
        terminal.print(options.json ? JSON.stringify({ executionId: id, ...sent }) : sent.eventId);
      }),
    );
}

interface StopCommandOptions extends ClientCommandOptions {
  readonly cause?: string;
}

export function addStopCommand(line: CommandLine): void {
  const command = line.program
    .command('stop')
    .summary('end an execution as ABORTED')
    .description(
      'End an execution as ABORTED. One that has ended stays as it is. Workers that run are not stopped.',
    )
    .argument('<id>', 'id of the execution')
    .option('--cause <text>', 'why, for its history');
  withClientOptions(command)
    .addHelpText(
      'after',
      `
Example:
  millrace stop order-17 --cause 'entered twice'`,
    )
    .action((id: string, options: StopCommandOptions) =>
      withClient(line, options, async (client) => {
        await client.stop(id, { ...(options.cause !== undefined && { cause: options.cause }) });
        confirm(line, id, options);
      }),
    );
}

interface RedriveCommandOptions extends ClientCommandOptions {
  readonly machineVersion?: string;
  readonly input?: string;
}

export function addRedriveCommand(line: CommandLine): void {
  const command = line.program
    .command('redrive')
    .summary('let an execution go on that failed, timed out, was stopped, or is PENDING_REDRIVE')
    .description(
      'Let an execution go on from where it failed, timed out, was stopped, or waits for a redrive. What succeeded is not ' +
        'repeated; what failed is tried again. Its children are redriven with it.',
    )
    .argument('<id>', 'id of the execution')
    .option('--machine-version <version>', 'version of the machine to go on with (default: the one it is on)')
    .option(
      '--input <json>',
      'a JSON merge patch to the input of what failed, a task or the start: JSON, @FILE, or - for stdin',
    );
  withClientOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  millrace redrive order-17
  millrace redrive order-17 --machine-version 4 --input '{"card":"4242"}'`,
    )
    .action((id: string, options: RedriveCommandOptions) =>
      withClient(line, options, async (client) => {
        const { machineVersion: version, input } = options;
        await client.redrive(id, {
          ...(version !== undefined && { version }),
          ...(input !== undefined && { input: await readJsonArgument(line.context, '--input', input) }),
        });
        confirm(line, id, options);
      }),
    );
}

export function addSuspendCommand(line: CommandLine): void {
  const command = line.program
    .command('suspend')
    .summary('let an execution stand still')
    .description(
      'Let an execution stand still until it is resumed. Results and events are kept in its journal, its timers wait. ' +
        'Workers that run are not stopped.',
    )
    .argument('<id>', 'id of the execution');
  withClientOptions(command)
    .addHelpText(
      'after',
      `
Example:
  millrace suspend order-17`,
    )
    .action((id: string, options: ClientCommandOptions) =>
      withClient(line, options, async (client) => {
        await client.suspend(id);
        confirm(line, id, options);
      }),
    );
}

export function addResumeCommand(line: CommandLine): void {
  const command = line.program
    .command('resume')
    .summary('let a suspended execution go on')
    .description('Let a suspended execution go on, with everything that has come meanwhile.')
    .argument('<id>', 'id of the execution');
  withClientOptions(command)
    .addHelpText(
      'after',
      `
Example:
  millrace resume order-17`,
    )
    .action((id: string, options: ClientCommandOptions) =>
      withClient(line, options, async (client) => {
        await client.resume(id);
        confirm(line, id, options);
      }),
    );
}

function confirm({ context }: CommandLine, executionId: string, { json }: ClientCommandOptions): void {
  context.terminal.print(json ? JSON.stringify({ executionId }) : executionId);
}
