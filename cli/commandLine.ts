import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Help } from 'commander';
import type { CommandLine } from './commands/command.ts';
import { type CommandEntry, commands } from './commands/index.ts';
import type { CommandContext } from './context.ts';
import { InvalidInputError } from './errors.ts';
import { type ExitCode, exitCode, exitCodesHelp } from './exitCodes.ts';
import { reportError } from './reportError.ts';
import { repositoryDirectory } from './repository.ts';

/** Runs one command line, without the program's name. Whatever happens, it resolves with the exit code. */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  let code: ExitCode = exitCode.ok;
  const program = createProgram(context);
  const line: CommandLine = {
    program,
    context,
    exitWith: (answered) => {
      code = answered;
    },
  };
  try {
    await addCommands(line, args);
    refuseRepeated(program);
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return reportError(error, context.terminal, args.includes('--json'));
  }
}

/** An option that takes one value: of two values, one would be lost. */
function refuseRepeated(command: Command): void {
  for (const option of command.options) {
    if (option.variadic || !(option.required || option.optional)) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven)
        throw new InvalidInputError(`${option.long ?? option.flags} is given twice: give it once.`);
      isGiven = true;
    });
  }
  for (const inner of command.commands) refuseRepeated(inner);
}

/** Adds the command that the arguments name, and the names of the others: loading them all takes ten times as long. */
async function addCommands(line: CommandLine, args: readonly string[]): Promise<void> {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const named = words[0] === 'help' ? words[1] : words[0];
  for (const entry of commands) {
    if (entry.name === named) (await entry.load())(line);
    else line.program.command(entry.name);
  }
}

const entries: ReadonlyMap<string, CommandEntry> = new Map(commands.map((entry) => [entry.name, entry]));

/** A command's line in the overview. The command itself may not be loaded; commands inside of commands are. */
function entryOf(command: Command): CommandEntry | undefined {
  return command.parent?.parent === null ? entries.get(command.name()) : undefined;
}

const help = new Help();

function createProgram({ terminal }: CommandContext): Command {
  const program = new Command('millrace');
  return program
    .description(
      'Durable XState machines on AWS: start, follow and operate executions, on a laptop or deployed.',
    )
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      // Errors are printed once, as every other error is.
      outputError: () => {},
    })
    .showSuggestionAfterError()
    .configureHelp({
      subcommandTerm: (command) => {
        const entry = entryOf(command);
        return entry ? `${entry.name} ${entry.usage}`.trimEnd() : help.subcommandTerm(command);
      },
      subcommandDescription: (command) => entryOf(command)?.summary ?? help.subcommandDescription(command),
    })
    .addHelpText(
      'after',
      `
Which cloud a command talks to:
  1. --table NAME: that table, with the AWS credentials, region and endpoint variables of the environment
     (--endpoint URL for another DynamoDB)
  2. else the local cloud that \`millrace dev\` keeps running in this directory
  3. else the DynamoDB that AWS_ENDPOINT_URL_DYNAMODB names, its table MILLRACE_TABLE (default: millrace)
  4. else \`run\` boots a local cloud for the run; the other commands end with exit code 5

Data goes to stdout, everything else to stderr. Nothing asks questions. NO_COLOR is respected.

${exitCodesHelp}

Examples:
  millrace run order --input machines/samples/orders.ndjson
  millrace dev &
  millrace start order --id order-17 --input @order.json
  millrace wait order-17 --timeout 30s
  millrace history order-17
  millrace list order --status FAILED --table millrace-production`,
    );
}

function packageVersion(): string {
  const text = readFileSync(join(repositoryDirectory(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
