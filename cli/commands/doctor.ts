import { resolve } from 'node:path';
import { Option } from 'commander';
import type { DoctorOptions, TreatedFinding } from '../../client/index.ts';
import { Checkpoint } from '../doctor/checkpoint.ts';
import { DoctorReport } from '../doctor/report.ts';
import { exitCode } from '../exitCodes.ts';
import { showProgress } from '../progress.ts';
import {
  type ClientCommandOptions,
  type CommandLine,
  type MachineOptions,
  parseCount,
  parseDuration,
  withClient,
  withClientOptions,
} from './command.ts';
import { parseRate } from './controlOptions.ts';

interface DoctorCommandOptions extends ClientCommandOptions, MachineOptions {
  readonly dryRun?: boolean;
  readonly segments?: number;
  readonly rate?: number;
  readonly readRate?: number;
  readonly grace?: number;
  readonly from?: string;
  readonly checkpoint?: string;
  readonly stopOrphans?: boolean;
}

export function addDoctorCommand(line: CommandLine): void {
  const command = line.program
    .command('doctor')
    .description(
      'Look through the whole table for executions that do not go on as they should (starts that never began, items that were ' +
        'not applied, what is overdue, undelivered or orphaned), and have them caught up. Safe at any time, beside the ' +
        'orchestrator and beside other doctors. Run it after an outage, above all after one of more than 24 hours.',
    )
    .option('--machine <id>', 'only executions of this machine (the whole table is read all the same)')
    .option('--dry-run', 'only say what is wrong')
    .option('--segments <count>', 'parts of the table that are read side by side (default: 4)', parseCount)
    .option('--rate <rate>', 'executions a second at most that are caught up, such as 50/s', parseRate)
    .option('--read-rate <rate>', 'read units a second at most, such as 500/s', parseRate)
    .option('--grace <duration>', 'what has waited for less is under way (default: 1m)', parseDuration)
    .option('--stop-orphans', 'stop children whose parents have ended or are gone: else they are named')
    .option('--checkpoint <file>', 'keep in this file how far it is; where there is one, go on from there')
    .addOption(new Option('--from <cursor>', 'go on where another run was').conflicts('checkpoint'))
    .option(
      '--function-prefix <prefix>',
      "begins the functions' names, where MILLRACE_FUNCTION_PREFIX does not say",
    );
  withClientOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  millrace doctor --dry-run
  millrace doctor --table millrace-production --segments 16 --rate 100/s --read-rate 2000/s --checkpoint doctor.json`,
    )
    .action((options: DoctorCommandOptions) => runDoctor(line, options));
}

/** A line this often, for those who look on and for logs. */
const progressEveryMs = 10_000;

async function runDoctor(line: CommandLine, options: DoctorCommandOptions): Promise<void> {
  const { terminal, now, directory, interrupted } = line.context;
  const checkpoint =
    options.checkpoint === undefined ? undefined : new Checkpoint(resolve(directory, options.checkpoint));
  const show = showProgress(terminal, { isTerminal: false, now, lineEveryMs: progressEveryMs });
  const report = new DoctorReport();
  const from = options.from ?? (await checkpoint?.read());
  const doctorOptions: DoctorOptions = {
    ...optionsOf(options),
    ...(from !== undefined && { from }),
    onProgress: (progress) => {
      report.progress = progress;
      checkpoint?.save(progress.cursor);
      const { executions, findings, segments, segmentsDone } = progress;
      show(`doctor: ${executions} executions, ${findings} findings, ${segmentsDone} of ${segments} segments`);
    },
    signal: interrupted,
  };
  try {
    await withClient(line, options, async (client) => {
      for await (const finding of client.doctor(doctorOptions)) {
        report.add(finding);
        if (!options.json) terminal.print(lineOf(finding));
      }
    });
  } catch (error) {
    await checkpoint?.settled();
    const cursor = report.progress?.cursor;
    if (interrupted.aborted && cursor !== undefined) {
      terminal.note(checkpoint ? 'The same command goes on from here.' : `Go on with: --from ${cursor}`);
    }
    throw error;
  } finally {
    terminal.status('');
  }
  await checkpoint?.remove();
  if (options.json) terminal.print(JSON.stringify(report.document()));
  else for (const text of report.lines()) terminal.note(text);
  if (report.count('remains') + report.count('found') > 0) line.exitWith(exitCode.endedBadly);
}

function optionsOf({
  machine,
  dryRun,
  segments,
  rate,
  readRate,
  grace,
  stopOrphans,
}: DoctorCommandOptions): DoctorOptions {
  return {
    ...(machine !== undefined && { machine }),
    ...(dryRun && { isDryRun: true }),
    ...(segments !== undefined && { segments }),
    ...(rate !== undefined && { ratePerSecond: rate }),
    ...(readRate !== undefined && { readUnitsPerSecond: readRate }),
    ...(grace !== undefined && { graceMs: grace }),
    ...(stopOrphans && { stopsOrphans: true }),
  };
}

/** A finding, to be cut into columns: execution, kind, outcome, and a sentence. */
function lineOf({ executionId, kind, outcome, detail, error }: TreatedFinding): string {
  const why = error === undefined ? '' : ` It was not caught up: ${error}`;
  return [executionId, kind, outcome, `${detail}${why}`].join('\t');
}
