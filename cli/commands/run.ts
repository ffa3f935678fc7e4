import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExecutionStatus, ExecutionsAtRest, MillraceClient } from '../../client/index.ts';
import { mapConcurrently } from '../../client/mapConcurrently.ts';
import { connect } from '../cloud/connect.ts';
import { bootLocalCloud, cloudOf } from '../cloud/localCloud.ts';
import type { DirectoryOptions } from '../cloud/projectFolders.ts';
import { type Cloud, type CloudOptions, findCloud } from '../cloud/resolveCloud.ts';
import type { CommandContext } from '../context.ts';
import { InvalidInputError } from '../errors.ts';
import { exitCode } from '../exitCodes.ts';
import { readStartLines } from '../input/startLines.ts';
import { checkWritable, statOf } from '../input/userFile.ts';
import { RunProgress } from '../rendering/runProgress.ts';
import { type RunReport, runLines } from '../rendering/runReport.ts';
import type { ClientCommandOptions, CommandLine, MachineOptions } from './command.ts';
import {
  checkIndex,
  parseCount,
  parseDuration,
  requiredMachineOf,
  withClientOptions,
  withMachine,
} from './command.ts';

interface RunCommandOptions extends ClientCommandOptions, DirectoryOptions, MachineOptions {
  readonly input: string;
  readonly results?: string;
  readonly concurrency: number;
  readonly timeout?: number;
}

export function addRunCommand(line: CommandLine): void {
  const command = line.program
    .command('run')
    .description(
      'Start an execution for each line of a file and follow them until each has ended or waits only for an event. ' +
        'Exit code 1 if one ended as FAILED, TIMED_OUT or ABORTED, or is PENDING_REDRIVE.\n\n' +
        'A line is the input as JSON, or {"executionId": …, "input": …} (other fields are skipped): with ids, a run can be repeated. ' +
        'Without a local cloud in this directory and without --table, or with --machines or --workers, it boots a local ' +
        'cloud for the run and forgets it afterwards: --results keeps what came out.',
    )
    .requiredOption('--input <file>', 'file of JSON lines, or - for stdin')
    .option(
      '--results <file>',
      'write what became of each execution, a line of JSON each, as describe --json shows it',
    )
    .option('--concurrency <count>', 'starts under way at a time', parseCount, 32)
    .option('--timeout <duration>', 'stop following after 30s, 15m, 24h, … (default: never)', parseDuration)
    .option('--machines <directory>', "folder of the run's own local cloud's machines (default: machines)")
    .option('--workers <directory>', "folder of the run's own local cloud's workers (default: workers)");
  withClientOptions(withMachine(command, { argument: '<machine>' }))
    .addHelpText(
      'after',
      `
With --json: {"machine","executions","status":{"SUCCEEDED":…,…},"seconds","problems":[{"executionId","status","error"},…]};
executions counted as RUNNING wait for an event; problems are the first 20 that did not succeed.

Examples:
  millrace run order --input orders.ndjson
  millrace run order --input orders.ndjson --results ended.ndjson --json`,
    )
    .action((argument: string | undefined, options: RunCommandOptions) =>
      run(line, requiredMachineOf(argument, options), options),
    );
}

async function run(line: CommandLine, machine: string, options: RunCommandOptions): Promise<void> {
  const { context } = line;
  await checkInput(context, options.input);
  // Before any execution runs.
  if (options.results !== undefined) {
    await checkWritable({ directory: context.directory, file: options.results, option: '--results' });
  }
  await withRunClient(context, options, async (client) => {
    const startedAt = context.now();
    if (options.table !== undefined) await checkIndex(client, machine);
    const all = await startAndFollow(context, client, machine, options);
    const seconds = (context.now() - startedAt) / 1000;
    if (options.results !== undefined) await writeResults(context, client, options.results, all);
    const report: RunReport = {
      machine,
      executions: all.executions,
      status: all.status,
      seconds: Math.round(seconds * 10) / 10,
      problems: await problemsOf(client, all),
    };
    const { terminal } = context;
    if (options.json) terminal.print(JSON.stringify(report));
    else for (const text of runLines(report, terminal.hasColours)) terminal.print(text);
    line.exitWith(problemsIn(all).next().done ? exitCode.ok : exitCode.endedBadly);
  });
}

/** A file is read whole before the first start, so that a bad line leaves nothing half done. A pipe can be read once. */
async function checkInput(context: CommandContext, file: string): Promise<void> {
  const isFile = file !== '-' && (await statOf(resolve(context.directory, file)))?.isFile() !== false;
  if (!isFile) return;
  for await (const _ of readStartLines(context, file));
}

async function startAndFollow(
  context: CommandContext,
  client: MillraceClient,
  machine: string,
  { input, concurrency, timeout }: RunCommandOptions,
): Promise<ExecutionsAtRest> {
  const progress = new RunProgress(context, client);
  try {
    const started = client.startMany(machine, readStartLines(context, input), { concurrency });
    return await client.waitForAll(machine, progress.watchStarts(started), {
      signal: context.interrupted,
      onProgress: (seen) => progress.show(seen),
      ...(timeout !== undefined && { timeoutMs: timeout }),
    });
  } finally {
    progress.end();
  }
}

/** Connects to the cloud that is there, or to one that lives as long as the run. */
async function withRunClient(
  context: CommandContext,
  options: CloudOptions & DirectoryOptions,
  action: (client: MillraceClient) => Promise<void>,
): Promise<void> {
  const wantsOwn = options.machines !== undefined || options.workers !== undefined;
  if (wantsOwn && (options.table !== undefined || options.endpoint !== undefined)) {
    throw new InvalidInputError(
      '--machines and --workers are for a local cloud: leave them out with --table or --endpoint.',
    );
  }
  const found = wantsOwn ? undefined : await findCloud(context, options);
  if (found) return withConnection(context, found, action);
  context.terminal.status('Starting a local cloud …');
  // Nothing can be deployed during the run, so there is nothing to wait for when a machine is missing; and no one follows
  // a bus that is forgotten afterwards.
  const local = await bootLocalCloud(context, options, {
    // The command itself reports the outcome of the executions.
    settings: { waitForMachineSeconds: 1, logLevel: 'ERROR' },
    bus: false,
  });
  context.terminal.status('');
  try {
    await withConnection(context, cloudOf(local), action);
  } finally {
    await local.stop();
  }
}

async function withConnection(
  context: CommandContext,
  cloud: Cloud,
  action: (client: MillraceClient) => Promise<void>,
): Promise<void> {
  const connection = connect(cloud, context);
  try {
    await action(connection.client);
  } finally {
    connection.close();
  }
}

const succeeded: ReadonlySet<ExecutionStatus> = new Set(['SUCCEEDED', 'RUNNING']);

function* problemsIn({ statuses }: ExecutionsAtRest): Generator<string, void, undefined> {
  for (const [executionId, status] of statuses) if (!succeeded.has(status)) yield executionId;
}

const mostProblems = 20;
const readConcurrency = 16;

async function problemsOf(client: MillraceClient, all: ExecutionsAtRest): Promise<RunReport['problems']> {
  const problems: RunReport['problems'][number][] = [];
  for (const executionId of problemsIn(all)) {
    if (problems.length === mostProblems) break;
    const { status, error } = await client.describe(executionId);
    problems.push({ executionId, status, ...(error && { error }) });
  }
  return problems;
}

async function writeResults(
  context: CommandContext,
  client: MillraceClient,
  file: string,
  { statuses }: ExecutionsAtRest,
): Promise<void> {
  async function* lines() {
    const described = mapConcurrently(statuses.keys(), readConcurrency, (executionId) =>
      client.describe(executionId),
    );
    for await (const execution of described) yield `${JSON.stringify(execution)}\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(resolve(context.directory, file)));
}
