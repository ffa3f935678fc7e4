import { dirname, resolve } from 'node:path';
import { pid } from 'node:process';
import { sleep } from '../../client/surroundings.ts';
import type { RunningConsole } from '../../console/server/consoleServer.ts';
import type { LocalCloud, LocalCloudOptions } from '../../local/index.ts';
import { LocalCloudRunningError } from '../../local/tableFileClaim.ts';
import { readDevFile, removeDevFile, writeDevFile } from '../cloud/devFile.ts';
import { bootLocalCloud, cloudOf } from '../cloud/localCloud.ts';
import { checkFile, checkFolder, codeDirectories, type DirectoryOptions } from '../cloud/projectFolders.ts';
import { serveConsole } from '../console/serveConsole.ts';
import { fingerprint, followChanges } from '../dev/changes.ts';
import { InvalidInputError } from '../errors.ts';
import { readJsonObjectArgument } from '../input/jsonArgument.ts';
import { checkTableFile } from '../input/userFile.ts';
import { describeError } from '../reportError.ts';
import type { Terminal } from '../terminal.ts';
import type { CommandLine, OutputOptions } from './command.ts';
import { parseLatency, parsePort, parseTimeScale, withJsonOption } from './command.ts';

interface DevCommandOptions extends DirectoryOptions, OutputOptions {
  readonly data?: string;
  readonly dynamodbPort?: number;
  readonly lambdaPort?: number;
  readonly stepfunctionsPort?: number;
  readonly consolePort?: number;
  readonly timeScale?: number;
  readonly latency?: 'aws';
  readonly nudge?: boolean;
  /** `--no-chain` */
  readonly chain: boolean;
  readonly bus?: string;
  readonly rules?: string;
  readonly functions?: string;
  readonly substitutions?: string;
  readonly template?: string;
}

export function addDevCommand(line: CommandLine): void {
  const command = line.program
    .command('dev')
    .description(
      'Keep a local cloud running: DynamoDB with streams, Lambda, the API of Step Functions, and the machines and workers of this directory, which ' +
        'are reloaded when their files change. Other commands in this directory use it. Ctrl-C stops it. ' +
        'Variables for any AWS SDK or CLI are printed on stdout; logs of functions go to stderr, as JSON lines with --json.',
    )
    .option('--data <file>', 'keep the table in this file (default: forget it at the end)')
    .option('--machines <directory>', 'folder of the machines (default: machines)')
    .option('--workers <directory>', 'folder of the workers (default: workers)')
    .option(
      '--bus <module>',
      'module whose export `bus` gets every event too (default: `millrace events` alone)',
    )
    .option(
      '--rules <file>',
      'JSON file of rules by which events of the bus start executions (default: none)',
    )
    .option(
      '--functions <directory>',
      'folder of functions that machines call by lambda(), a file or folder each (default: none)',
    )
    .option(
      '--substitutions <json>',
      'values for the placeholders in Step Functions definitions, as JSON or @file (default: none)',
    )
    .option(
      '--template <file>',
      'deploy what the CDK has synthesized, cdk.out/<stack>.template.json (default: machines and workers)',
    )
    .option('--dynamodb-port <port>', 'port of the DynamoDB API (default: any that is free)', parsePort)
    .option('--lambda-port <port>', 'port of the Lambda API (default: any that is free)', parsePort)
    .option(
      '--stepfunctions-port <port>',
      'port of the API of Step Functions (default: any that is free)',
      parsePort,
    )
    .option(
      '--console-port <port>',
      'port of the console (default: 4673, or a free one if that is taken)',
      parsePort,
    )
    .option(
      '--time-scale <factor>',
      'let timers, deadlines and retries pass so many times faster',
      parseTimeScale,
    )
    .option(
      '--latency <of>',
      'aws: stream, invocations and table take as long as on AWS (default: no delays)',
      parseLatency,
    )
    .option('--nudge', 'workers invoke the orchestrator with their results, beside the stream')
    .option('--no-chain', 'take the steps of promises by the stream, unless a machine says otherwise');
  withJsonOption(command)
    .addHelpText(
      'after',
      `
Examples:
  millrace dev
  millrace dev --time-scale 60
  millrace dev --latency aws --nudge
  millrace dev --dynamodb-port 8000 --lambda-port 9001
  millrace dev --template cdk.out/Orders.template.json
  millrace dev --data .millrace/table.db --machines src/machines --workers src/workers`,
    )
    .action((options: DevCommandOptions) => dev(line, options));
}

async function dev({ context }: CommandLine, options: DevCommandOptions): Promise<void> {
  const { directory, interrupted, terminal } = context;
  await refuseSecond(directory);
  const {
    data,
    dynamodbPort,
    lambdaPort,
    stepfunctionsPort,
    timeScale,
    bus,
    rules,
    functions,
    substitutions,
    nudge,
    chain,
  } = options;
  const template = options.template === undefined ? undefined : resolve(directory, options.template);
  if (data !== undefined && timeScale !== undefined) {
    throw new InvalidInputError('A table that is kept has the real time: give --data or --time-scale.');
  }
  const ofTemplate = [bus, rules, functions, substitutions, nudge];
  if (template !== undefined && (!chain || ofTemplate.some((each) => each !== undefined))) {
    throw new InvalidInputError(
      'A template says itself what bus, rules, functions, substitutions, nudges and chains it has: give --template, or --bus, --rules, --functions, --substitutions, --nudge and --no-chain.',
    );
  }
  // Before the files around them are watched.
  if (options.template !== undefined) await checkFile('--template', directory, options.template);
  if (data !== undefined) {
    await checkTableFile({ directory, file: data, option: '--data' }, { mustExist: false });
  }
  if (functions !== undefined) await checkFolder('--functions', directory, functions);
  const { machinesDirectory, workersDirectory } = await codeDirectories(directory, options);
  const directories = watchedDirectories([machinesDirectory, workersDirectory], directory, options);
  // Before the files are read: what changes while the cloud starts is deployed right after.
  const known = await fingerprint(directories);
  const cloudOptions = {
    ...(data !== undefined && { dataFile: resolve(directory, data) }),
    ...(dynamodbPort !== undefined && { dynamodbPort }),
    ...(lambdaPort !== undefined && { lambdaPort }),
    stepFunctions: stepfunctionsPort === undefined ? true : { port: stepfunctionsPort },
    ...(timeScale !== undefined && { timeScale }),
    ...(options.latency !== undefined && { latency: { of: options.latency } }),
    ...(template !== undefined && { template }),
    ...(bus !== undefined && { bus: { module: resolve(directory, bus) } }),
    ...(functions !== undefined && { functionsDirectory: resolve(directory, functions) }),
    ...(rules !== undefined && { rules: await readRules(context, rules) }),
    settings: {
      ...(substitutions !== undefined && { substitutions: await readSubstitutions(context, substitutions) }),
      ...(nudge && { nudge }),
      ...(!chain && { chain }),
    },
  };
  const local = await bootLocalCloud(context, options, cloudOptions, { asJson: options.json === true });
  let served: RunningConsole | undefined;
  try {
    const cloud = cloudOf(local);
    const { tableName, environment } = cloud;
    const { consolePort } = options;
    served = await serveConsole(cloud, context, {
      machinesDirectory,
      ...(consolePort !== undefined && { port: consolePort }),
    });
    const file = { pid, tableName: tableName ?? local.tableName, environment };
    const writeFile = (deployed: string) =>
      writeDevFile(directory, { ...file, machinesDirectory, code: { directories, fingerprint: deployed } });
    await writeFile(known);
    announce(terminal, { ...file, console: served.url }, options);
    for (const text of deployedLines(local)) terminal.note(text);
    await followChanges({
      directories,
      known,
      signal: interrupted,
      sleep,
      onChange: async (changed) => {
        await reload(local, context);
        await writeFile(changed);
      },
    });
  } finally {
    terminal.note('Stopping; press Ctrl-C again to end at once.');
    await served?.close();
    await removeDevFile(directory, pid);
    if (data !== undefined) await drain(local, terminal);
    await local.stop();
  }
}

/** The results of what runs are in the table that is kept. Ctrl-C a second time ends the process. */
async function drain(local: LocalCloud, terminal: Terminal): Promise<void> {
  const timer = setTimeout(() => terminal.note('Waiting for the workers that run …'), sayWaitingAfterMs);
  await local.drain();
  clearTimeout(timer);
}

const sayWaitingAfterMs = 500;

/** The deployed machines with their versions, and the workers. */
function deployedLines({ machines = [], description }: LocalCloud): string[] {
  const versions = new Map<string, string[]>();
  for (const { machine, version } of machines) {
    versions.set(machine, [...(versions.get(machine) ?? []), version]);
  }
  const names = [...versions].map(([machine, each]) => `${machine} ${each.join(', ')}`).sort();
  const functions = description.functions.filter(({ role }) => role === 'worker' || role === 'unmodified');
  const workers = functions.map(({ functionName }) => functionName.replace(/^millrace-worker-/, '')).sort();
  return [
    ...(names.length > 0 ? [`  Machines  ${names.join('; ')}`] : []),
    `  Workers   ${workers.length > 0 ? workers.join(', ') : 'none'}`,
  ];
}

function watchedDirectories(
  code: readonly string[],
  directory: string,
  { template, functions }: DevCommandOptions,
): string[] {
  if (template !== undefined) return [dirname(resolve(directory, template))];
  return [...code, ...(functions === undefined ? [] : [resolve(directory, functions)])];
}

/** The deployment checks their content. */
async function readRules(
  context: CommandLine['context'],
  file: string,
): Promise<NonNullable<LocalCloudOptions['rules']>> {
  const rules = await readJsonObjectArgument(context, '--rules', `@${file}`);
  return JSON.parse(JSON.stringify(rules));
}

async function readSubstitutions(
  context: CommandLine['context'],
  argument: string,
): Promise<Readonly<Record<string, string>>> {
  const given = Object.entries(await readJsonObjectArgument(context, '--substitutions', argument));
  return Object.fromEntries(
    given.map(([name, value]) => {
      if (typeof value === 'string') return [name, value];
      throw new InvalidInputError(`--substitutions: the value of '${name}' is not a string.`);
    }),
  );
}

async function refuseSecond(directory: string): Promise<void> {
  const state = await readDevFile(directory);
  if (state.type !== 'running') return;
  throw new LocalCloudRunningError(
    `A local cloud is running in this directory already, as process ${state.file.pid}: use it, or stop it first.`,
  );
}

interface Announced {
  readonly tableName: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The address of the console, with its token. */
  readonly console: string;
}

function announce(
  terminal: CommandLine['context']['terminal'],
  file: Announced,
  { json, data, timeScale }: DevCommandOptions,
): void {
  if (json) {
    terminal.print(JSON.stringify(file));
    return;
  }
  for (const [name, value] of Object.entries(file.environment)) terminal.print(`export ${name}=${value}`);
  const kept =
    data === undefined
      ? 'The table is forgotten at the end; --data FILE keeps it.'
      : `The table is kept in ${data}.`;
  const pace = timeScale === undefined ? '' : ` Time passes ${timeScale} times faster.`;
  terminal.note(`The local cloud is running.${pace} ${kept}`);
  terminal.note(
    'Other millrace commands in this directory use it; the lines above are for any AWS SDK or CLI.',
  );
  if (file.environment.AWS_ENDPOINT_URL_SFN !== undefined) {
    terminal.note(
      'Clients of Step Functions work with them unchanged; for StartSyncExecution and TestState, JavaScript needs new SFNClient({ disableHostPrefix: true }).',
    );
  }
  terminal.note(`  Console   ${file.console}`);
}

/** Bad code is shown and the functions of before stay. */
async function reload(local: LocalCloud, { terminal, now }: CommandLine['context']): Promise<void> {
  const startedAt = now();
  terminal.note('Files have changed; reloading …');
  try {
    await local.reload();
    const seconds = ((now() - startedAt) / 1000).toFixed(1);
    terminal.note(`Machines and workers were reloaded. It took ${seconds} s.`);
    for (const text of deployedLines(local)) terminal.note(text);
  } catch (error) {
    const reported = describeError(error);
    terminal.note(`Not reloaded: ${reported ? `${reported.code}: ${reported.message}` : String(error)}`);
    terminal.note('The functions of before stay deployed.');
  }
}
