import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidInputError } from '../../cli/errors.ts';
import { exitCode } from '../../cli/exitCodes.ts';
import { caseFileVariable } from '../../workers/examples/loanCases/caseFile.ts';
import { watchFunctionMemory } from '../bench/processMemory.ts';
import { type OptionValues, runRepositoryCommand } from '../repository/repositoryCommand.ts';
import { loansReport, loansTable } from './report.ts';
import { runLoans } from './runLoans.ts';

const timeoutMs = 60 * 60_000;
const memoryEveryMs = 1000;
const mostDifferencesShown = 20;

const help = `npm run loans -- FILE [--limit N] [--json]

Starts a cloud on this machine and runs an execution of the loan machine for each application in FILE: a bank's case
file, as ndjson or ndjson.gz, one case a line. Then compares each execution with what the file says became of the case.

  --limit N  run the first N cases only
  --json     print one JSON object as the last line instead of the table
  --help     print this

Exits with 0 if all cases agree, with 1 if one does not.`;

await runRepositoryCommand({
  help,
  options: { json: { type: 'boolean' }, limit: { type: 'string' } },
  run: async ({ terminal, progress, startCloud, interrupted, now }, options, positionals) => {
    const file = await caseFile(positionals);
    const limit = limitOf(options);
    terminal.note('Starting the local cloud …');
    const cloud = await startCloud({
      environment: { [caseFileVariable]: file },
      countsConsumedCapacity: true,
    });
    const memory = watchFunctionMemory(cloud.description.eventSource.functionName, memoryEveryMs);
    const result = await runLoans({
      cloud,
      file,
      limit,
      timeoutMs,
      onProgress: ({ atRest, started }) => progress(`${atRest} of ${started} started applications are done`),
      signal: interrupted,
      now,
    }).finally(memory.stop);
    terminal.status('');
    const { differences } = result;
    for (const difference of differences.slice(0, mostDifferencesShown)) terminal.note(difference);
    if (differences.length > mostDifferencesShown)
      terminal.note(`… and ${differences.length - mostDifferencesShown} more`);
    if (options.json === true) terminal.print(JSON.stringify(loansReport(result)));
    else for (const line of loansTable(result, memory.read())) terminal.print(line);
    return differences.length === 0 ? exitCode.ok : exitCode.endedBadly;
  },
});

async function caseFile(positionals: readonly string[]): Promise<string> {
  const [path, ...rest] = positionals;
  if (path === undefined || rest.length > 0) {
    throw new InvalidInputError('Name one case file: npm run loans -- FILE. See --help.');
  }
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    throw new InvalidInputError(
      `The case file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  // Functions run in folders of their own.
  return resolve(path);
}

function limitOf({ limit }: OptionValues): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  const number = Number(limit);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidInputError(`--limit is '${limit}': give a whole number of cases, from 1.`);
}
