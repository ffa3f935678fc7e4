import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError } from '../../cli/errors.ts';
import { exitCode } from '../../cli/exitCodes.ts';
import { functionNames } from '../../orchestrator/configuration/configuration.ts';
import { caseFileVariable } from '../../workers/examples/loanCases/caseFile.ts';
import { type OptionValues, runRepositoryCommand } from '../repository/repositoryCommand.ts';
import { drawnFaults, startOutsideFaults } from './faults.ts';
import { chaosReport, chaosTable } from './report.ts';
import { startRestartableEngine } from './restartableEngine.ts';
import { runChaos } from './runChaos.ts';
import { findCaseFile, readSubjects } from './subjects.ts';
import { tallyVariable } from './workers/tally/tally.ts';

const mostDifferencesShown = 20;
const faultEveryMs = 1000;
/** Deadlines of 15 minutes and 10 seconds, after which a dead worker is known, pass in three minutes. */
const timeScale = 5;
const prefix = 'millrace-';
const chainsChoices = ['inline', 'items', 'off'] as const;
const workers = ['charge', 'decideActivity', 'releaseStock', 'reserveStock', 'stamp'];

const help = `npm run chaos -- [--minutes M] [--executions N] [--seed S] [--chains inline|items|off] [--json]

Runs orders and loan applications on a cloud on this machine while processes are killed (orchestrator, wake, clock,
workers), the clock stands still, DynamoDB is stopped and started, throttles, answers late or not at all, and records and
invocations are repeated, delayed and lost. Then waits without faults until all are at rest, and audits each: that it is
where its input says it must be, that no result was applied twice, that journal and log replay to what is stored.

  --minutes M     how long the faults go on, at least; they go on until all executions are started (3)
  --executions N  how many (5000): orders and loans in turn. Without the bank's case file, orders alone
  --chains WAY    inline or items: every other execution is a parcel, whose steps are promises, with checkpoints or without.
                  Their results are kept in the log (inline) or not (items), and workers nudge. off: all steps go by the
                  stream. Without it, orders and loans run as a deployment with the defaults runs them
  --seed S        what is drawn (1). What processes do at a moment depends on the machine, so a run is not repeated exactly
  --json          print one JSON object as the last line instead of the table
  --help          print this

Exits with 0 if all is as it must be, with 1 if anything is not.`;

await runRepositoryCommand({
  help,
  options: {
    json: { type: 'boolean' },
    minutes: { type: 'string' },
    executions: { type: 'string' },
    chains: { type: 'string' },
    seed: { type: 'string' },
  },
  run: async ({ terminal, directory, progress, startCloud, interrupted }, options) => {
    const minutes = numberOf(options, 'minutes', 3);
    const executions = Math.floor(numberOf(options, 'executions', 5000));
    const seed = Math.floor(numberOf(options, 'seed', 1));
    const caseFile = await findCaseFile(directory);
    if (caseFile === undefined) terminal.note("The bank's case file is not there: orders alone.");
    const chains = chainsOf(options);
    const hasParcels = chains === 'inline' || chains === 'items';
    const subjects = await readSubjects(directory, executions, caseFile, hasParcels);
    const place = join(directory, '.millrace/chaos');
    await rm(place, { recursive: true, force: true });
    await mkdir(place, { recursive: true });
    const tallyFile = join(place, 'tally.ndjson');
    const log = (line: string) => void appendFile(join(place, 'log.txt'), `${line}\n`);

    const engine = await startRestartableEngine(join(place, 'table.db'), (line) => log(`[dynamodb] ${line}`));
    try {
      const names = functionNames(prefix);
      const workerFunctions = [names.workerHost, ...workers.map(names.worker)];
      const drawn = drawnFaults(seed, workerFunctions);
      const cloud = await startCloud({
        machinesDirectory: join(directory, 'tools/chaos/machines'),
        workersDirectory: join(directory, 'tools/chaos/workers'),
        settings: {
          logLevel: 'ERROR',
          ...(hasParcels && { nudge: true, inlineResults: chains === 'inline' }),
          ...(chains === 'off' && { chain: false }),
        },
        dynamodbEndpoint: engine.endpoint,
        environment: {
          [tallyVariable]: tallyFile,
          ...(caseFile !== undefined && { [caseFileVariable]: caseFile }),
        },
        bus: true,
        timeScale,
        faults: drawn,
        log: ({ source, text }) => log(`[${source}] ${text.trimEnd()}`),
      });
      try {
        const outside = {
          seed,
          engine,
          dynamodb: drawn.dynamodb,
          functions: names,
          workers: workerFunctions,
          everyMs: faultEveryMs,
        };
        const faults = startOutsideFaults(outside);
        const result = await runChaos({
          cloud,
          subjects,
          minutes,
          tallyFile,
          faults,
          endDrawnFaults: () => {
            drawn.eventSource.setEnabled(false);
            drawn.bus.eventSource.setEnabled(false);
          },
          onProgress: progress,
          signal: interrupted,
        }).finally(() => faults.stop());
        terminal.status('');
        const { differences } = result;
        for (const difference of differences.slice(0, mostDifferencesShown)) terminal.note(difference);
        if (differences.length > mostDifferencesShown)
          terminal.note(`… and ${differences.length - mostDifferencesShown} more`);
        const report = chaosReport(result, {
          seed,
          outside: faults.counts(),
          dynamodb: drawn.dynamodb.counts(),
          eventSource: drawn.eventSource.counts(),
          lambda: cloud.lambdaFaults(),
          recordsGivenUp: cloud.recordsGivenUp(),
        });
        if (options.json === true) terminal.print(JSON.stringify(report));
        else for (const line of chaosTable(report)) terminal.print(line);
        return differences.length === 0 ? exitCode.ok : exitCode.endedBadly;
      } finally {
        // Before the engine that it uses.
        await cloud.stop();
      }
    } finally {
      await engine.stop();
    }
  },
});

function chainsOf({ chains }: OptionValues): (typeof chainsChoices)[number] | undefined {
  const found = chainsChoices.find((each) => each === chains);
  if (found !== undefined || chains === undefined) return found;
  throw new InvalidInputError(`--chains is inline, items or off; it is '${chains}'.`);
}

function numberOf(options: OptionValues, name: string, fallback: number): number {
  const text = options[name];
  const value = text === undefined ? fallback : Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidInputError(`--${name} is a number over 0; it is '${text}'.`);
}
