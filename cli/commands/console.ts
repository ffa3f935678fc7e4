import { resolve } from 'node:path';
import { checkFolder } from '../cloud/projectFolders.ts';
import { resolveCloud } from '../cloud/resolveCloud.ts';
import { bootForData } from '../console/bootForData.ts';
import { openBrowser } from '../console/openBrowser.ts';
import { serveConsole } from '../console/serveConsole.ts';
import { checkTableFile } from '../input/userFile.ts';
import { machinesDirectoryOf } from '../machines/loadMachines.ts';
import type { ClientCommandOptions, CommandLine } from './command.ts';
import { parsePort, withClientOptions } from './command.ts';

interface ConsoleCommandOptions extends ClientCommandOptions {
  readonly machines?: string;
  readonly workers?: string;
  readonly data?: string;
  readonly port?: number;
  readonly open?: boolean;
  readonly readOnly?: boolean;
  readonly functionPrefix?: string;
}

export function addConsoleCommand(line: CommandLine): void {
  withClientOptions(line.program.command('console'))
    .description(
      'Serve the console on this computer: executions, their charts, timelines and histories, and actions. It uses your own AWS ' +
        'credentials, and nothing is deployed. The printed address has a token; only the browser that opens it gets in. ' +
        'Ctrl-C stops it.',
    )
    .option(
      '--machines <directory>',
      'folder of the machines (default: that of the local cloud, else machines)',
    )
    .option('--data <file>', 'run a local cloud on the table that `dev --data` or `npm start` has kept')
    .option('--workers <directory>', 'with --data: folder of the workers (default: workers)')
    .option('--port <port>', 'port of the console (default: 4673, or a free one if that is taken)', parsePort)
    .option('--open', 'open the browser')
    .option('--read-only', 'refuse every action')
    .option(
      '--function-prefix <prefix>',
      "begins the names of the deployment's functions (default: millrace-)",
    )
    .addHelpText(
      'after',
      `
Examples:
  millrace console
  millrace console --open --port 4000
  millrace console --table millrace-production --read-only`,
    )
    .action((options: ConsoleCommandOptions) => serve(line, options));
}

async function serve({ context }: CommandLine, options: ConsoleCommandOptions): Promise<void> {
  const { data, port, readOnly, functionPrefix } = options;
  const { directory } = context;
  if (options.machines !== undefined) await checkFolder('--machines', directory, options.machines);
  if (options.workers !== undefined) await checkFolder('--workers', directory, options.workers);
  if (data !== undefined) {
    await checkTableFile({ directory, file: data, option: '--data' }, { mustExist: true });
  }
  const machinesDirectory = await machinesDirectoryOf(context, options);
  const local =
    data === undefined ? undefined : await bootForData(context, resolve(context.directory, data), options);
  try {
    const cloud = local?.cloud ?? (await resolveCloud(context, options));
    const running = await serveConsole(cloud, context, {
      machinesDirectory,
      isReadOnly: readOnly === true,
      ...(port !== undefined && { port }),
      ...(functionPrefix !== undefined && { functionPrefix }),
    });
    try {
      announce(context.terminal, running.url, options);
      if (options.open) await openBrowser(running.url, context.terminal);
      await interruption(context.interrupted);
    } finally {
      await running.close();
    }
  } finally {
    await local?.stop();
  }
}

function announce(
  terminal: CommandLine['context']['terminal'],
  url: string,
  { json }: ConsoleCommandOptions,
): void {
  if (json) terminal.print(JSON.stringify({ url }));
  else {
    terminal.note('The console is running. Open this address; Ctrl-C stops it.');
    terminal.print(url);
  }
}

function interruption(interrupted: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (interrupted.aborted) resolve();
    interrupted.addEventListener('abort', () => resolve(), { once: true });
  });
}
