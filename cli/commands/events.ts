import { findBusEndpoint, readBusEvents } from '../cloud/busEvents.ts';
import { busEventLine } from '../rendering/busEvent.ts';
import type { CommandLine, MachineOptions, OutputOptions } from './command.ts';

interface EventsCommandOptions extends OutputOptions, MachineOptions {
  readonly follow?: boolean;
}

export function addEventsCommand(line: CommandLine): void {
  line.program
    .command('events')
    .description(
      'Show what left through the bus of the local cloud in this directory: changes of status, and what machines emit. ' +
        'An event may come more than once, with the same detail.id.',
    )
    .argument('[id]', 'only of this execution')
    .option('--machine <id>', 'only of executions of this machine')
    .option('--follow', 'go on with what comes, until Ctrl-C')
    .option('--json', 'print each event as a line of JSON; errors as {"error":{"code","message"}} on stderr')
    .addHelpText(
      'after',
      `
Examples:
  millrace events --follow
  millrace events order-17 --json | jq .detail.status`,
    )
    .action((id: string | undefined, options: EventsCommandOptions) => events(line, id, options));
}

async function events(
  { context }: CommandLine,
  id: string | undefined,
  { follow = false, json, machine }: EventsCommandOptions,
): Promise<void> {
  const { terminal, interrupted } = context;
  const endpoint = await findBusEndpoint(context);
  for await (const event of readBusEvents(endpoint, { isFollowing: follow, signal: interrupted })) {
    if (id !== undefined && event.detail.executionId !== id) continue;
    if (machine !== undefined && event.detail.machine !== machine) continue;
    terminal.print(json ? JSON.stringify(event) : busEventLine(event, terminal.hasColours));
  }
}
