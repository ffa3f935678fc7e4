import { runCommandLine } from '../../cli/commandLine.ts';
import type { CommandContext } from '../../cli/context.ts';
import { startLocalCloud } from '../../local/index.ts';
import type { TestTable } from '../client/testTable.ts';

export interface CommandResult {
  readonly exitCode: number;
  /** Lines. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

export interface CommandSurroundings {
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly standardInput?: string;
  /** Milliseconds since the epoch. @default the machine's clock */
  readonly now?: () => number;
  readonly interrupted?: AbortSignal;
  /** Gets the lines of stdout as they come. */
  readonly stdout?: string[];
  readonly startLocalCloud?: CommandContext['startLocalCloud'];
}

/** Runs one command line in this process. */
export async function millrace(
  args: readonly string[],
  surroundings: CommandSurroundings,
): Promise<CommandResult> {
  const stdout = surroundings.stdout ?? [];
  const stderr: string[] = [];
  const { directory, environment = {}, standardInput = '' } = surroundings;
  const exitCode = await runCommandLine(args, {
    terminal: {
      print: (line) => stdout.push(...line.split('\n')),
      note: (line) => stderr.push(...line.split('\n')),
      status: () => {},
      hasColours: false,
      standardInput: (async function* () {
        yield standardInput;
      })(),
    },
    directory,
    environment,
    interrupted: surroundings.interrupted ?? new AbortController().signal,
    now: surroundings.now ?? (() => Date.now()),
    startLocalCloud: surroundings.startLocalCloud ?? startLocalCloud,
  });
  return { exitCode, stdout, stderr };
}

/** Runs one command line in this process, on the table of a test. */
export async function millraceOn(
  { dynamodb, tableName }: TestTable,
  args: readonly string[],
  surroundings: CommandSurroundings,
): Promise<CommandResult> {
  const endpoint = await dynamodb.config.endpoint?.();
  const url = `http://${endpoint?.hostname}:${endpoint?.port}`;
  return millrace([...args, '--table', tableName, '--endpoint', url], {
    environment: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    ...surroundings,
  });
}

/** For a command that prints one JSON object per line. */
export function jsonLinesOf(result: CommandResult): Record<string, string>[] {
  return result.stdout.flatMap((text) => text.split('\n')).map((line) => JSON.parse(line));
}

export function jsonOf(result: CommandResult): unknown {
  return JSON.parse(result.stdout.join('\n'));
}
