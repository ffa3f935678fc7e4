import { type Command, InvalidArgumentError } from 'commander';
import type { MillraceClient } from '../../client/index.ts';
import { isTimeScale } from '../../orchestrator/configuration/executionClock.ts';
import { type Duration, durationMs, InvalidDurationError } from '../../orchestrator/core/policy/duration.ts';
import { connect } from '../cloud/connect.ts';
import { type CloudOptions, resolveCloud } from '../cloud/resolveCloud.ts';
import type { CommandContext } from '../context.ts';
import { InvalidInputError } from '../errors.ts';
import type { ExitCode } from '../exitCodes.ts';

/** The command line that commands are added to. */
export interface CommandLine {
  readonly program: Command;
  readonly context: CommandContext;
  /** The process's exit code, where it is not 0. */
  exitWith(code: ExitCode): void;
}

export interface OutputOptions {
  readonly json?: boolean;
}

export interface MachineOptions {
  readonly machine?: string;
}

export type ClientCommandOptions = CloudOptions & OutputOptions;

/** The options of every command that talks to a cloud. */
export function withClientOptions(command: Command): Command {
  return withJsonOption(withCloudOptions(command));
}

export function withCloudOptions(command: Command): Command {
  return command
    .option('--table <name>', 'a deployed table, with the AWS credentials and region of the environment')
    .option('--endpoint <url>', 'endpoint of DynamoDB, where it is not the one of the region');
}

export function withJsonOption(command: Command): Command {
  return command.option(
    '--json',
    'print one JSON document; errors as {"error":{"code","message"}} on stderr',
  );
}

/** Adds the machine of a command, as an argument or as `--machine`. */
export function withMachine(
  command: Command,
  { argument }: { argument: '<machine>' | '[machine]' },
): Command {
  const isOptional = argument === '[machine]';
  return command
    .argument('[machine]', isOptional ? 'id of the machine (default: all machines)' : 'id of the machine')
    .option('--machine <id>', 'the same as the argument');
}

/** Adds `--machine` to a command about one execution. */
export function withMachineCheck(command: Command): Command {
  return command.option('--machine <id>', 'refuse an execution of another machine');
}

/** @throws InvalidInputError where argument and option name two machines */
export function machineOf(argument: string | undefined, { machine }: MachineOptions): string | undefined {
  if (argument !== undefined && machine !== undefined && argument !== machine) {
    throw new InvalidInputError(
      `The argument names the machine '${argument}', and --machine '${machine}': give one.`,
    );
  }
  return argument ?? machine;
}

/** @throws InvalidInputError where there is none */
export function requiredMachineOf(argument: string | undefined, options: MachineOptions): string {
  const machine = machineOf(argument, options);
  if (machine !== undefined) return machine;
  throw new InvalidInputError('Name the machine: as the argument, or with --machine ID.');
}

/** The machine that the client is to find, as its calls take it. */
export function expectedMachine({ machine }: MachineOptions): { readonly machine?: string } {
  return machine === undefined ? {} : { machine };
}

/**
 * Refuses to start executions in a table whose index is missing: their timers would never fire. Anyone who may only start
 * cannot read the index, and starts without the check.
 *
 * @throws IndexNotFoundError
 */
export async function checkIndex(client: MillraceClient, machine: string): Promise<void> {
  try {
    await client.list({ machine, status: 'RUNNING', limit: 1 });
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDeniedException') return;
    throw error;
  }
}

/** Runs an action with a client of the cloud that the options name. An interrupt ends it. */
export async function withClient(
  { context }: CommandLine,
  options: CloudOptions,
  action: (client: MillraceClient) => Promise<void>,
): Promise<void> {
  const connection = connect(await resolveCloud(context, options), context, options);
  try {
    await unlessInterrupted(context.interrupted, action(connection.client));
  } finally {
    connection.close();
  }
}

function unlessInterrupted<T>(interrupted: AbortSignal, action: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const interrupt = () => reject(interrupted.reason);
    if (interrupted.aborted) interrupt();
    interrupted.addEventListener('abort', interrupt, { once: true });
    action.then(resolve, reject).finally(() => interrupted.removeEventListener('abort', interrupt));
  });
}

/** For commander: a whole number of at least 1. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('Give a whole number, at least 1.');
}

/** For commander: how many times faster time passes. */
export function parseTimeScale(text: string): number {
  const scale = Number(text);
  if (isTimeScale(scale)) return scale;
  throw new InvalidArgumentError('Give a number from 1 to 100000.');
}

/** For commander: whose latencies a local cloud has. */
export function parseLatency(text: string): 'aws' {
  if (text === 'aws') return text;
  throw new InvalidArgumentError('Give aws.');
}

/** For commander: a TCP port. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('Give a port, 1 to 65535.');
}

/** For commander: a duration such as `30s`, in milliseconds. */
export function parseDuration(text: string): number {
  try {
    return durationMs(text as Duration);
  } catch (error) {
    if (error instanceof InvalidDurationError)
      throw new InvalidArgumentError("Give '500ms', '30s', '15m' or '24h'.");
    throw error;
  }
}
