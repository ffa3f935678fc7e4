import { InvalidInputError } from '../errors.ts';
import { exitCode } from '../exitCodes.ts';
import { readJsonArgument } from '../input/jsonArgument.ts';
import type { ClientCommandOptions, CommandLine, MachineOptions } from './command.ts';
import {
  expectedMachine,
  parseDuration,
  withClient,
  withClientOptions,
  withMachineCheck,
} from './command.ts';

interface NextOptions extends ClientCommandOptions {
  readonly workerName?: string;
  readonly wait?: number;
}

interface CompleteOptions extends ClientCommandOptions, MachineOptions {
  readonly output?: string;
}

interface FailOptions extends ClientCommandOptions, MachineOptions {
  readonly error: string;
  readonly message?: string;
  /** Commander's negation of `--no-retry`. */
  readonly retry: boolean;
}

interface HeartbeatOptions extends ClientCommandOptions, MachineOptions {
  readonly progress?: string;
}

const tokenArgument = ['<token>', "the task's token: `millrace describe` shows it"] as const;

/** Results of tasks with `waitForResult`, which a person or another system gives in place of the worker. */
export function addTaskCommand(line: CommandLine): void {
  const task = line.program
    .command('task')
    .description('Take a task of an activity, give the result of a task, or report that work on it goes on.');
  withClientOptions(task.command('next').argument('<activity>', "the activity's name"))
    .summary('take the oldest task that waits for a worker of an activity')
    .description(
      'Take the oldest task that waits for a worker of an activity. No one else gets it. Prints its token and its input. The exit code is 4 if no task arrives within the time to wait.',
    )
    .option('--worker-name <name>', 'your name, which `millrace describe` shows')
    .option('--wait <duration>', 'wait for a task for 0s, 10s, 15m, … (default: 60s)', parseDuration)
    .addHelpText(
      'after',
      `
Examples:
  millrace task next approve-order --worker-name ada
  millrace task next approve-order --wait 0s --json`,
    )
    .action((activity: string, options: NextOptions) =>
      withClient(line, options, async (client) => {
        const { workerName, wait, json } = options;
        const taken = await client.getActivityTask(activity, {
          signal: line.context.interrupted,
          ...(wait !== undefined && { waitMs: wait }),
          ...(workerName !== undefined && { workerName }),
        });
        const { terminal } = line.context;
        if (json) terminal.print(JSON.stringify(taken ?? null));
        else if (taken) terminal.print(`${taken.token} ${JSON.stringify(taken.input)}`);
        if (!taken) line.exitWith(exitCode.timeout);
      }),
    );
  withClientOptions(withMachineCheck(task.command('complete').argument(...tokenArgument)))
    .summary('give the output of a task')
    .description(
      'Give the output of a task. The first result of an attempt counts; the same may be given again.',
    )
    .option('--output <json>', 'the output: JSON, @FILE, or - for stdin (default: null)')
    .addHelpText(
      'after',
      `
Examples:
  millrace task complete 'order-17#3#1' --output '{"approvedBy":"Ada"}'`,
    )
    .action((token: string, options: CompleteOptions) =>
      withClient(line, options, async (client) => {
        const { output } = options;
        const value = output === undefined ? null : await readJsonArgument(line.context, '--output', output);
        await client.completeTask(token, value, expectedMachine(options));
        done(line, token, 'SUCCEEDED', options);
      }),
    );
  withClientOptions(withMachineCheck(task.command('fail').argument(...tokenArgument)))
    .summary('let a task fail')
    .description(
      "Let a task fail: it is tried again as its retry policy says, or its machine's onError gets the error.",
    )
    .requiredOption('--error <name>', 'name of the error, which retry policies and onError go by')
    .option('--message <text>', 'what happened')
    .option('--no-retry', 'another attempt would fail alike: the machine gets the error at once')
    .addHelpText(
      'after',
      `
Examples:
  millrace task fail 'order-17#3#1' --error Refused --message 'over budget' --no-retry`,
    )
    .action((token: string, options: FailOptions) =>
      withClient(line, options, async (client) => {
        const { error: name, message = '', retry } = options;
        if (name === '') throw new InvalidInputError('--error is empty: give a name.');
        await client.failTask(token, { name, message, retryable: retry }, expectedMachine(options));
        done(line, token, 'FAILED', options);
      }),
    );
  withClientOptions(withMachineCheck(task.command('heartbeat').argument(...tokenArgument)))
    .summary('report that work on a task goes on')
    .description('Report that work on a task goes on, and how far it is: `millrace describe` shows it.')
    .option('--progress <json>', 'how far it is: JSON, @FILE, or - for stdin')
    .addHelpText(
      'after',
      `
Examples:
  millrace task heartbeat 'order-17#3#1' --progress '{"pages":12}'`,
    )
    .action((token: string, options: HeartbeatOptions) =>
      withClient(line, options, async (client) => {
        const { progress } = options;
        const shown =
          progress === undefined
            ? {}
            : { progress: await readJsonArgument(line.context, '--progress', progress) };
        await client.heartbeatTask(token, { ...shown, ...expectedMachine(options) });
        done(line, token, 'RUNNING', options);
      }),
    );
}

function done({ context }: CommandLine, token: string, status: string, { json }: ClientCommandOptions): void {
  context.terminal.print(json ? JSON.stringify({ token, status }) : token);
}
