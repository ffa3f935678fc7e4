import { relative, resolve } from 'node:path';
import { Option } from 'commander';
import { type MachineDefinition, type ReplayReport, replayRecording } from '../../client/index.ts';
import { compareVersions } from '../../orchestrator/core/execution/model/versions.ts';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { wantedNudges } from '../../orchestrator/dispatch/wantedNudges.ts';
import { InvalidInputError } from '../errors.ts';
import { exitCode } from '../exitCodes.ts';
import { loadMachines, machinesDirectoryOf, substitutionsOf } from '../machines/loadMachines.ts';
import { MachinesCheck } from '../machines/machinesCheck.ts';
import { refuseMissingWorkersOf } from '../machines/missingWorkers.ts';
import { readRecordings } from '../machines/recordings.ts';
import { replayText } from '../rendering/replay.ts';
import { textTable } from '../rendering/textTable.ts';
import type { ClientCommandOptions, CommandLine, MachineOptions, OutputOptions } from './command.ts';
import { parseCount, withClient, withClientOptions, withJsonOption } from './command.ts';
import { type GraphOptions, graphFormats, printGraph } from './machinesGraph.ts';

interface MachinesOptions extends OutputOptions, MachineOptions {
  readonly machines?: string;
}

interface CheckOptions extends MachinesOptions, ClientCommandOptions {
  /** True where nothing is said of them; false: `--no-workers`. */
  readonly workers?: string | boolean;
  readonly limit: number;
  readonly recordings?: string;
}

const machinesOption = [
  '--machines <directory>',
  'folder of the machines (default: that of the local cloud, else machines)',
] as const;

export function addMachinesCommand(line: CommandLine): void {
  const machines = line.program
    .command('machines')
    .description(
      'List the machines of a folder, print the chart of one, or check them against what is recorded.',
    );
  withJsonOption(machines.command('list').option(...machinesOption))
    .summary('list the machines of a folder')
    .description(
      'List the machines of a folder, each version, oldest first: an execution stays on the version that it started ' +
        'with, and starts on the last where it names none. With --json: {"machines":[…]}.',
    )
    .option('--machine <id>', 'only this machine')
    .action((options: MachinesOptions) => list(line, options));
  machines
    .command('graph')
    .summary('print the chart of a machine')
    .description(
      'Print the statechart of a machine for pull requests and docs: as Mermaid, which GitHub draws, as SVG for light and ' +
        'dark pages, or for Graphviz.',
    )
    .argument('<machine>', 'id of the machine')
    .addOption(new Option('--format <format>', 'what to print').choices(graphFormats).default('mermaid'))
    .option('--machine-version <version>', 'the version (default: the newest)')
    .option(...machinesOption)
    .addHelpText(
      'after',
      `
Examples:
  millrace machines graph order
  millrace machines graph order --format svg > order.svg`,
    )
    .action((id: string, options: GraphOptions) => printGraph(line, id, options));
  withClientOptions(machines.command('check').option(...machinesOption))
    .summary('replay recorded histories by the machines of a folder')
    .description(
      'Replay recorded executions by the machines of a folder, those that run first, and name what deploying these ' +
        'machines would break: exit code 6 if anything. The recordings are those of a table, or of a file. A worker that ' +
        'a machine names, and that is not in the folder of workers, is an error.',
    )
    .option('--machine <id>', 'only this machine')
    .option('--workers <directory>', "folder of the workers (default: the project's)")
    .option('--no-workers', 'the workers are deployed otherwise: do not look for them')
    .option('--limit <count>', 'executions of each machine in each status', parseCount, 100)
    .option('--recordings <path>', 'a file of `history --recording` lines, or a folder of .ndjson files')
    .addHelpText(
      'after',
      `
Examples:
  millrace machines check
  millrace machines check --machines src/machines --table millrace-production --machine order
  millrace machines check --recordings test/recordings`,
    )
    .action((options: CheckOptions) => check(line, options));
}

async function list({ context }: CommandLine, options: MachinesOptions): Promise<void> {
  const { terminal, directory } = context;
  const loaded = await loadMachines(
    await machinesDirectoryOf(context, options),
    await substitutionsOf(context, {}),
  );
  const machines = new Map<string, ListedMachine>();
  for (const { definition, file } of loaded) {
    // With the machines that it invokes or spawns, which need no export of their own.
    for (const { id, version, definitionHash } of prepareMachines([definition])) {
      const known = machines.get(`${id} ${version}`);
      const isOwn = !known || id === definition.id;
      if (isOwn)
        machines.set(`${id} ${version}`, {
          machine: id,
          version,
          definitionHash,
          file: relative(directory, file),
        });
    }
  }
  const isNamed = ({ machine }: ListedMachine) =>
    options.machine === undefined || machine === options.machine;
  const rows = [...machines.values()]
    .filter(isNamed)
    .sort((a, b) => a.machine.localeCompare(b.machine) || compareVersions(a.version, b.version));
  if (options.machine !== undefined && rows.length === 0) {
    const known = [...new Set([...machines.values()].map(({ machine }) => machine))].join(', ');
    throw new InvalidInputError(
      `The folder has no machine '${options.machine}'. It has: ${known}. Name another folder with --machines DIR.`,
    );
  }
  if (options.json) {
    terminal.print(JSON.stringify({ machines: rows }));
    return;
  }
  const cells = rows.map(({ machine, version, definitionHash, file }) => [
    machine,
    version,
    definitionHash,
    file,
  ]);
  for (const text of textTable(['MACHINE', 'VERSION', 'STRUCTURE', 'FILE'], cells)) terminal.print(text);
}

interface ListedMachine {
  readonly machine: string;
  readonly version: string;
  readonly definitionHash: string;
  readonly file: string;
}

/** As many of the broken ones are named. */
const mostNamed = 20;

async function check(line: CommandLine, options: CheckOptions): Promise<void> {
  const { terminal } = line.context;
  const loaded = await loadMachines(
    await machinesDirectoryOf(line.context, options),
    await substitutionsOf(line.context, options),
  );
  const definitions = loaded.map(({ definition }) => definition);
  await refuseMissingWorkersOf(
    definitions,
    line.context,
    options.workers === true ? undefined : options.workers,
  );
  for (const place of wantedNudges(prepareMachines(definitions))) {
    terminal.note(`${place}: nudge takes effect in a deployment with nudge: 'asked' or nudge: true.`);
  }
  const result = new MachinesCheck();
  await eachReport(line, definitions, options, (report) => result.add(report));
  if (options.json) {
    terminal.print(JSON.stringify({ machines: result.versions(), broken: result.broken }));
  } else {
    const head = ['MACHINE', 'VERSION', 'EQUAL', 'DIVERGE', 'NOT DEPLOYED', 'UNKNOWN'];
    const rows = result
      .versions()
      .map(({ machine, version, equal, diverging, notDeployed, unknown }) =>
        [machine, version ?? '', equal, diverging, notDeployed, unknown].map(String),
      );
    for (const text of textTable(head, rows)) terminal.print(text);
    for (const report of result.broken.slice(0, mostNamed)) terminal.print(replayText(report));
    if (result.broken.length > mostNamed) terminal.print(`… and ${result.broken.length - mostNamed} more`);
  }
  const { checked, broken } = result;
  const replayed = `${checked} ${checked === 1 ? 'execution was' : 'executions were'} replayed`;
  terminal.note(
    broken.length === 0
      ? `${replayed}; nothing would break.`
      : `${replayed}; ${broken.length} would break. Give the changed machine a new version, and keep ` +
          'the old one until its executions have ended.',
  );
  if (broken.length > 0) line.exitWith(exitCode.diverged);
}

async function eachReport(
  line: CommandLine,
  machines: readonly MachineDefinition[],
  options: CheckOptions,
  take: (report: ReplayReport) => void,
): Promise<void> {
  const { recordings, machine, limit } = options;
  if (recordings === undefined) {
    await withClient(line, options, async (client) => {
      const reports = client.checkMachines({ machines, limit, ...(machine !== undefined && { machine }) });
      for await (const report of reports) take(report);
    });
    return;
  }
  for await (const recording of readRecordings(resolve(line.context.directory, recordings))) {
    if (machine !== undefined && recording.execution.machine !== machine) continue;
    take(replayRecording(recording, machines));
  }
}
