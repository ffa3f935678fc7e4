import type { MillraceClient, ReplayReport } from '../../client/index.ts';
import { exitCode } from '../exitCodes.ts';
import { loadMachines, machinesDirectoryOf, substitutionsOf } from '../machines/loadMachines.ts';
import { executionLines } from '../rendering/execution.ts';
import { replayText } from '../rendering/replay.ts';
import type { ClientCommandOptions, CommandLine, MachineOptions } from './command.ts';
import { expectedMachine, parseCount, withClient, withClientOptions, withMachineCheck } from './command.ts';

interface ReplayCommandOptions extends ClientCommandOptions, MachineOptions {
  readonly machines?: string;
  readonly at?: number;
}

export function addReplayCommand(line: CommandLine): void {
  const command = line.program
    .command('replay')
    .description(
      'With --at: show the state of an execution after that entry of its history, from journal and log alone. Without: ' +
        'take every step again and compare the last state with the stored one, byte for byte; where a machine that was ' +
        'changed since leads elsewhere, say at which entry, and end with exit code 6.',
    )
    .argument('<id>', 'id of the execution')
    .option('--at <number>', 'number of an entry of its history', parseCount)
    .option(
      '--machines <directory>',
      'folder of the machines (default: that of the local cloud, else machines)',
    );
  withClientOptions(withMachineCheck(command))
    .addHelpText(
      'after',
      `
Examples:
  millrace replay order-17
  millrace replay order-17 --at 3
  millrace replay order-17 --at 3 --json | jq .context`,
    )
    .action((id: string, options: ReplayCommandOptions) => replay(line, id, options));
}

async function replay(line: CommandLine, id: string, options: ReplayCommandOptions): Promise<void> {
  const { context } = line;
  await withClient(line, options, async (client) => {
    // An execution of another machine is refused before any machine is loaded.
    if (options.machine !== undefined) await client.describe(id, expectedMachine(options));
    const loaded = await loadMachines(
      await machinesDirectoryOf(context, options),
      await substitutionsOf(context, options),
    );
    const machines = loaded.map(({ definition }) => definition);
    const given = { machines, ...expectedMachine(options) };
    if (options.at === undefined) report(line, await client.replay(id, given), options);
    else print(line, await client.stateAt(id, options.at, given), options);
  });
}

function print(
  { context }: CommandLine,
  state: Awaited<ReturnType<MillraceClient['stateAt']>>,
  { json }: ReplayCommandOptions,
): void {
  const { terminal, directory } = context;
  const reader = { hasColours: terminal.hasColours, directory };
  if (json) terminal.print(JSON.stringify(state));
  else for (const text of executionLines({ ...state, version: 0 }, reader)) terminal.print(text);
}

function report(line: CommandLine, replayed: ReplayReport, { json }: ReplayCommandOptions): void {
  line.context.terminal.print(json ? JSON.stringify(replayed) : replayText(replayed));
  if (replayed.outcome !== 'equal' && replayed.outcome !== 'notStarted') line.exitWith(exitCode.diverged);
}
