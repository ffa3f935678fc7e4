import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ControlManyOptions, ExecutionStatus, RedriveOptions } from '../../client/index.ts';
import { executionStatuses } from '../../orchestrator/core/execution/model/execution.ts';
import { type Duration, durationMs, InvalidDurationError } from '../../orchestrator/core/policy/duration.ts';
import { InvalidInputError, refuseEnded } from '../errors.ts';
import { readJsonArgument } from '../input/jsonArgument.ts';
import { showProgress } from '../progress.ts';
import {
  type ClientCommandOptions,
  type CommandLine,
  expectedMachine,
  parseCount,
  withClient,
  withClientOptions,
} from './command.ts';

type Control = ControlManyOptions['control'];

/** Options of stop, redrive, suspend and resume: for one execution, by its id, or for all in a status. */
export interface ControlCommandOptions extends ClientCommandOptions {
  readonly cause?: string;
  readonly machine?: string;
  readonly status?: ExecutionStatus;
  readonly since?: Since;
  readonly limit?: number;
  readonly rate?: number;
  readonly yes?: boolean;
  readonly machineVersion?: string;
  readonly input?: string;
}

/** A time, or how long ago. */
type Since = { readonly at: number } | { readonly agoMs: number };

/** Adds what names many executions in place of an id. */
export function withControlOptions(command: Command): Command {
  command
    .argument('[id]', 'id of the execution; without it, those of --machine in --status')
    .option('--cause <text>', 'who and why, for the history')
    .option(
      '--machine <id>',
      'all executions of this machine, in --status; with an id, refuse one of another machine',
    )
    .addOption(new Option('--status <status>', 'all executions in this status').choices(executionStatuses))
    .option(
      '--since <time>',
      'only those that entered the status since then: ISO 8601, or 30m, 24h, 7d ago',
      parseSince,
    )
    .option('--limit <count>', 'executions at most', parseCount)
    .option('--rate <rate>', 'executions a second at most, such as 50/s', parseRate)
    .option('--yes', 'do it: without it, it is only said which executions they are');
  return withClientOptions(command);
}

/** The status that is meant where none is given. */
const onlyStatus: Partial<Record<Control, ExecutionStatus>> = { suspend: 'RUNNING', resume: 'SUSPENDED' };

/** @throws InvalidInputError where id and list are mixed, or there is neither */
export async function control(
  line: CommandLine,
  name: Control,
  id: string | undefined,
  options: ControlCommandOptions,
): Promise<void> {
  const { machine, status = onlyStatus[name], since, limit, rate, yes } = options;
  const isMany = [options.status, since, limit, rate, yes].some((given) => given !== undefined);
  if (id !== undefined && isMany) {
    throw new InvalidInputError(
      'Give the id of one execution, or --machine and --status for many: not both.',
    );
  }
  const operation = await operationOf(line, options);
  if (id !== undefined) return controlOne(line, name, id, options, operation);
  if (machine === undefined || status === undefined) {
    throw new InvalidInputError('Give the id of an execution, or --machine and --status for many.');
  }
  const { now } = line.context;
  await controlMany(line, options, {
    ...operation,
    control: name,
    machine,
    status,
    ...(since !== undefined && { since: 'at' in since ? since.at : now() - since.agoMs }),
    ...(limit !== undefined && { limit }),
    ...(rate !== undefined && { ratePerSecond: rate }),
    ...(yes !== true && { isDryRun: true }),
    signal: line.context.interrupted,
  });
}

async function operationOf(
  { context }: CommandLine,
  { cause, machineVersion: version, input }: ControlCommandOptions,
): Promise<RedriveOptions> {
  return {
    ...(cause !== undefined && { cause }),
    ...(version !== undefined && { version }),
    ...(input !== undefined && { input: await readJsonArgument(context, '--input', input) }),
  };
}

async function controlOne(
  line: CommandLine,
  name: Control,
  id: string,
  options: ControlCommandOptions,
  operation: RedriveOptions,
): Promise<void> {
  await withClient(line, options, async (client) => {
    const given = { ...operation, ...expectedMachine(options) };
    // A redrive is for those that have ended: the client says which it is not for.
    if (name !== 'redrive') refuseEnded(await client.describe(id, expectedMachine(options)));
    await client[name](id, given);
  });
  line.context.terminal.print(options.json ? JSON.stringify({ executionId: id }) : id);
}

/** A line this often, for those who look on and for logs. */
const progressEveryMs = 10_000;

async function controlMany(
  line: CommandLine,
  options: ControlCommandOptions,
  operation: ControlManyOptions,
): Promise<void> {
  const { terminal, now } = line.context;
  const show = showProgress(terminal, { isTerminal: false, now, lineEveryMs: progressEveryMs });
  const counts = { listed: 0, sent: 0, sentBefore: 0, skipped: 0, notApplicable: 0, tooLate: 0 };
  let seen = 0;
  const executions: { readonly executionId: string; readonly outcome: string }[] = [];
  await withClient(line, options, async (client) => {
    for await (const { executionId, outcome } of client.controlMany(operation)) {
      counts[outcome]++;
      if (options.json) executions.push({ executionId, outcome });
      else if (outcome === 'sent' || outcome === 'listed') terminal.print(executionId);
      show(`${operation.control}: ${++seen} executions`);
    }
  });
  terminal.status('');
  const { control: name, machine, status } = operation;
  if (options.json) terminal.print(JSON.stringify({ control: name, machine, status, ...counts, executions }));
  if (operation.isDryRun) {
    terminal.note(`${counts.listed} executions are ${status}; nothing was done. With --yes: ${name}.`);
    return;
  }
  const others = [
    ...(counts.sentBefore > 0 ? [`${counts.sentBefore} had received it before`] : []),
    ...(counts.skipped > 0 ? [`${counts.skipped} had moved on`] : []),
    ...(counts.notApplicable > 0 ? [`${counts.notApplicable} had nothing that --input could change`] : []),
    ...(counts.tooLate > 0 ? [`${counts.tooLate} ended too long ago to be redriven`] : []),
  ];
  terminal.note([`Sent ${name} to ${counts.sent} executions`, ...others].join('; '));
}

function parseSince(text: string): Since {
  const at = Date.parse(text);
  if (!Number.isNaN(at) && /^\d{4}-/.test(text)) return { at };
  try {
    return { agoMs: durationMs(text as Duration) };
  } catch (error) {
    if (!(error instanceof InvalidDurationError)) throw error;
    throw new InvalidArgumentError('Give a time such as 2026-03-01T12:00:00Z, or 30m, 24h, 7d.');
  }
}

/** For commander: how many a second, with or without the `/s`. */
export function parseRate(text: string): number {
  const rate = Number(text.replace(/\/s$/, ''));
  if (Number.isFinite(rate) && rate > 0) return rate;
  throw new InvalidArgumentError('Give how many a second at most, such as 50/s.');
}
