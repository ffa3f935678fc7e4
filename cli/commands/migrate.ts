import { resolve } from 'node:path';
import { InvalidInputError } from '../errors.ts';
import { readUserText } from '../input/userFile.ts';
import { assessmentLines } from '../rendering/assessment.ts';
import type { CommandLine, OutputOptions } from './command.ts';
import { parseCount, withJsonOption } from './command.ts';
import { addCompareCommand } from './migrateCompare.ts';

interface AssessOptions extends OutputOptions {
  readonly profile?: string;
  readonly region?: string;
  readonly days: number;
  readonly sample: number;
  readonly policy?: boolean;
  readonly counts?: string;
  readonly items: number;
}

export function addMigrateCommand(line: CommandLine): void {
  const command = line.program
    .command('migrate')
    .description('Find out what moving from Step Functions takes, and what it saves.');
  const assess = command
    .command('assess')
    .description(
      'Report of each state machine of an AWS account, or of each definition in a folder, whether it runs here and what is ' +
        'missing, and what its executions of a month cost on Step Functions and here. Those that save most come first.',
    )
    .argument('[folder]', 'definitions in JSON or YAML (default: the state machines of the account)')
    .option('--profile <name>', 'a profile of the AWS configuration')
    .option('--region <region>', 'the region of the state machines')
    .option('--days <days>', 'days of use to look at', parseCount, 30)
    .option(
      '--sample <count>',
      'executions of each state machine whose histories are read for their transitions',
      parseCount,
      5,
    )
    .option('--policy', 'print the read-only policy that this and migrate compare need, and read nothing')
    .option('--counts <file>', "CSV of a month's counts: name,executions[,transitions[,type]]")
    .option('--items <count>', 'items that a Map state is taken to have, for the price', parseCount, 10);
  withJsonOption(assess)
    .addHelpText(
      'after',
      `
Of an account, it reads definitions, the metrics of CloudWatch and the histories of a few executions, and changes nothing.
The name of a definition is the name of its file, without .asl.json and the like. Without transitions, each execution is taken to
go along the longest path. The type is STANDARD or EXPRESS.
With --json: {"machines":[{"name","type","runs","missing":[…],"month":{"executions","transitions","isEstimated","sampled",
"today","here","ways","saves"}},…]}, in USD; of an account also "transitions", as CloudWatch counts those of the region.

Examples:
  millrace migrate assess --profile production --region eu-west-1
  millrace migrate assess --policy > policy.json
  millrace migrate assess definitions --counts counts.csv
  millrace migrate assess definitions --counts counts.csv --json | jq -r '.machines[] | select(.runs | not) | .name'`,
    )
    .action((folder: string | undefined, options: AssessOptions) => {
      checkSource(folder, options);
      return folder === undefined ? reportAccount(line, options) : report(line, folder, options);
    });
  addCompareCommand(line, command);
}

/** @throws InvalidInputError for an option that would have no effect */
function checkSource(folder: string | undefined, { counts, policy, profile, region }: AssessOptions): void {
  if (folder === undefined) {
    if (counts === undefined) return;
    throw new InvalidInputError(
      '--counts is for a folder of definitions: name the folder, or leave --counts out to read the counts of the account.',
    );
  }
  const option =
    (policy && '--policy') || (profile !== undefined && '--profile') || (region !== undefined && '--region');
  if (!option) return;
  throw new InvalidInputError(
    `${option} is for an account: leave it out, or leave out the folder '${folder}'.`,
  );
}

async function report({ context }: CommandLine, folder: string, options: AssessOptions): Promise<void> {
  const { directory, terminal } = context;
  const { assess } = await import('../../asl/index.ts');
  const { readCounts } = await import('../migrate/readCounts.ts');
  const { readFolder } = await import('../migrate/readFolder.ts');
  const { counts: file, items, json } = options;
  const counts =
    file === undefined
      ? new Map()
      : readCounts(await readUserText({ directory, file, option: '--counts' }), file);
  const machines = await readFolder(resolve(directory, folder), counts);
  const assessments = assess(machines, { items });
  if (json) terminal.print(JSON.stringify({ machines: assessments }));
  else for (const text of assessmentLines(assessments)) terminal.print(text);
}

async function reportAccount({ context }: CommandLine, options: AssessOptions): Promise<void> {
  const { terminal, environment, now } = context;
  const { openAccount, readOnlyPolicy } = await import('../account/openAccount.ts');
  if (options.policy) return terminal.print(JSON.stringify(readOnlyPolicy, null, 2));
  const { assessAccount } = await import('../account/assessAccount.ts');
  const account = await openAccount(options, environment);
  try {
    const { days, sample, items } = options;
    const { machines, transitions } = await assessAccount(account, { days, sample, items, now: now() });
    if (options.json) {
      terminal.print(JSON.stringify({ machines, ...(transitions !== undefined && { transitions }) }));
      return;
    }
    for (const text of assessmentLines(machines)) terminal.print(text);
    if (transitions !== undefined) {
      const counted = transitions.toLocaleString('en-US');
      terminal.print(`CloudWatch counts ${counted} state transitions in a month, for all of the region.`);
    }
  } finally {
    account.close();
  }
}
