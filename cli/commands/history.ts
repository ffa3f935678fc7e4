import type { HistoryEntry, MachineDefinition } from '../../client/index.ts';
import { loadMachines, machinesDirectoryOf, substitutionsOf } from '../machines/loadMachines.ts';
import { historyLines } from '../rendering/history.ts';
import { describeError } from '../reportError.ts';
import type { ClientCommandOptions, CommandLine, MachineOptions } from './command.ts';
import { expectedMachine, parseCount, withClient, withClientOptions, withMachineCheck } from './command.ts';

interface HistoryCommandOptions extends ClientCommandOptions, MachineOptions {
  readonly machines?: string;
  /** False with `--no-replay`. */
  readonly replay: boolean;
  readonly limit: number;
  readonly from: number;
  readonly path?: boolean;
  readonly recording?: boolean;
}

export function addHistoryCommand(line: CommandLine): void {
  const command = line.program
    .command('history')
    .description(
      'Show what was applied to an execution, in order, what was ignored and why, and what lies in its journal and is ' +
        'not applied yet; with its machine, what each entry did: from state to state, changes of the context, tasks, ' +
        'timers, actions. With --json: an object a line for each entry.',
    )
    .argument('<id>', 'id of the execution')
    .option('--limit <count>', 'entries', parseCount, 1000)
    .option('--from <number>', 'number of the first entry', parseCount, 1)
    .option(
      '--machines <directory>',
      'folder of the machines (default: that of the local cloud, else machines)',
    )
    .option('--path', 'show the transitions that the machine took as well, always included')
    .option('--no-replay', 'show journal and log as they are, without the machine')
    .option(
      '--recording',
      'print all that a replay needs, as one JSON line for `machines check --recordings`',
    );
  withClientOptions(withMachineCheck(command))
    .addHelpText(
      'after',
      `
Examples:
  millrace history order-17
  millrace history order-17 --path
  millrace history order-17 --from 19900 --no-replay
  millrace history order-17 --json | jq 'select(.status == "FAILED") | .error'
  millrace history order-17 --recording >> recordings/order.ndjson`,
    )
    .action((id: string, options: HistoryCommandOptions) => history(line, id, options));
}

async function history(line: CommandLine, id: string, options: HistoryCommandOptions): Promise<void> {
  const { terminal } = line.context;
  await withClient(line, options, async (client) => {
    const expected = expectedMachine(options);
    if (options.recording) {
      terminal.print(JSON.stringify(await client.record(id, expected)));
      return;
    }
    const { machines, problem } = options.replay ? await machinesAtHand(line, options) : {};
    const { from, limit } = options;
    const page = await client.history(id, { ...expected, from, limit, ...(machines && { machines }) });
    if (problem !== undefined) {
      terminal.note(`States are not shown: ${problem} Name the folder of the machines with --machines DIR.`);
    }
    for (const entry of page.items) print(line, entry, options);
    if (page.cursor !== undefined) terminal.note(`There are more: --from ${from + page.items.length}`);
  });
}

function print({ context }: CommandLine, entry: HistoryEntry, options: HistoryCommandOptions): void {
  const { terminal } = context;
  if (entry.notReplayed) {
    const { code, message } = entry.notReplayed;
    terminal.note(`From entry ${entry.number} on, states are not shown. ${code}: ${message}`);
  }
  if (options.json) terminal.print(JSON.stringify(entry));
  else for (const text of historyLines(entry, context.directory, options.path === true)) terminal.print(text);
}

/** A history without its machine is better than none, unless a folder was named. */
async function machinesAtHand(
  { context }: CommandLine,
  options: HistoryCommandOptions,
): Promise<{ readonly machines?: readonly MachineDefinition[]; readonly problem?: string }> {
  try {
    const loaded = await loadMachines(
      await machinesDirectoryOf(context, options),
      await substitutionsOf(context, options),
    );
    return { machines: loaded.map(({ definition }) => definition) };
  } catch (error) {
    if (options.machines !== undefined) throw error;
    const reported = describeError(error);
    if (!reported || reported.stack !== undefined) throw error;
    return { problem: reported.message };
  }
}
