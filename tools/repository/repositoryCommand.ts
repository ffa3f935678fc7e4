import { type ParseArgsConfig, parseArgs } from 'node:util';
import { InterruptedError, InvalidInputError } from '../../cli/errors.ts';
import type { ExitCode } from '../../cli/exitCodes.ts';
import { type Steps, showProgress, showSteps } from '../../cli/progress.ts';
import { reportError } from '../../cli/reportError.ts';
import { repositoryDirectory } from '../../cli/repository.ts';
import { processTerminal, type Terminal } from '../../cli/terminal.ts';
import type { LocalCloud, LocalCloudOptions } from '../../local/index.ts';

/** The setting of a command of this repository (`npm start`, `npm run loans`, `npm run chaos`). */
export interface RepositoryCommand {
  readonly terminal: Terminal;
  readonly progress: (text: string) => void;
  readonly showSteps: (titles: readonly string[]) => Steps;
  /** Folder of the repository. */
  readonly directory: string;
  /** Aborts when the user interrupts. */
  readonly interrupted: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Starts a local cloud that is stopped when the command ends, however it ends. */
  readonly startCloud: (options: Partial<LocalCloudOptions>) => Promise<LocalCloud>;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** A command line: its options, its help, what it does. */
export interface RepositoryCommandLine {
  readonly help: string;
  readonly options: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;
  readonly run: (
    command: RepositoryCommand,
    options: OptionValues,
    positionals: readonly string[],
  ) => Promise<ExitCode>;
}

/** Runs a command with the arguments, terminal and signals of this process, and sets its exit code. */
export async function runRepositoryCommand(commandLine: RepositoryCommandLine): Promise<void> {
  // The AWS SDK would print on every run that it will give up Node.js 20 one day.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const terminal = processTerminal(process.env);
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new InterruptedError('Interrupted.'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  let asJson = false;
  let cloud: LocalCloud | undefined;
  try {
    const { values, positionals } = parsed(process.argv.slice(2), commandLine);
    asJson = values.json === true;
    if (values.help === true) {
      terminal.print(commandLine.help);
      return;
    }
    const directory = repositoryDirectory();
    const { startLocalCloud } = await import('../../local/index.ts');
    const shown = { isTerminal: process.stderr.isTTY === true, now: Date.now };
    const command: RepositoryCommand = {
      terminal,
      progress: showProgress(terminal, shown),
      showSteps: (titles) => showSteps(terminal, titles, shown),
      directory,
      interrupted: interruption.signal,
      now: Date.now,
      startCloud: async (options) => {
        cloud = await startLocalCloud({
          machinesDirectory: `${directory}/machines`,
          workersDirectory: `${directory}/workers/examples`,
          bus: false,
          // Each command reports itself what became of its executions.
          settings: { logLevel: 'ERROR' },
          log: ({ source, text }) => {
            // The engine's output is not interesting; if it does not start, the error says why.
            if (source !== 'dynamodb') terminal.note(`[${source}] ${text.trimEnd()}`);
          },
          ...options,
        });
        interruption.signal.throwIfAborted();
        return cloud;
      },
    };
    process.exitCode = await commandLine.run(command, values, positionals);
  } catch (error) {
    terminal.status('');
    process.exitCode = reportError(error, terminal, asJson);
  } finally {
    terminal.status('');
    await cloud?.stop();
  }
}

function parsed(
  args: string[],
  { options }: RepositoryCommandLine,
): { values: OptionValues; positionals: readonly string[] } {
  const config: ParseArgsConfig = {
    args,
    options: { ...options, help: { type: 'boolean' } },
    allowPositionals: true,
    strict: true,
  };
  try {
    const { values, positionals } = parseArgs(config);
    return { values: values as OptionValues, positionals };
  } catch (error) {
    throw new InvalidInputError(error instanceof Error ? error.message : String(error));
  }
}
