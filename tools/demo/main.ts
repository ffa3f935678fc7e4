import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { exitCode } from '../../cli/exitCodes.ts';
import type { LocalCloud } from '../../local/index.ts';
import { type RepositoryCommand, runRepositoryCommand } from '../repository/repositoryCommand.ts';
import { runDemo } from './demo.ts';
import { keptTable } from './keptTable.ts';
import { demoReport, demoTable } from './report.ts';
import { readSampleOrders, sampleOrdersPath } from './sampleOrders.ts';

const dataFilePath = '.millrace/demo.db';
const timeoutMs = 5 * 60_000;
/**
 * One each for orchestrator, wake and clock, and one a core for workers, which do nothing but compute here: each process
 * more compiles the AWS SDK again before it is of use.
 */
const maximumConcurrency = Math.min(10, 3 + availableParallelism());

const help = `npm start [-- --json]

Starts a cloud on this machine, runs the 200 orders of ${sampleOrdersPath} on it, and tells how they
ended, how fast that was and what a million of them would cost.

  --json  print one JSON object as the last line instead of the table
  --help  print this

Exits with 0 if every order ended as its line in the file says, with 1 if one did not.`;

await runRepositoryCommand({
  help,
  options: { json: { type: 'boolean' } },
  run: async (command, options) => {
    const { terminal, directory } = command;
    const orders = await readSampleOrders(join(directory, sampleOrdersPath));
    const steps = command.showSteps([
      'Bundle machines and workers',
      'Start the local cloud',
      `Run ${orders.length} orders`,
    ]);
    const table = await keptTable(join(directory, dataFilePath));
    let cloud: LocalCloud | undefined;
    try {
      cloud = await command.startCloud({
        onStage: () => steps.begin(),
        dataFile: table.workingFile,
        countsConsumedCapacity: true,
        maximumConcurrency,
      });
      steps.begin();
      const result = await runDemo({
        cloud,
        orders,
        timeoutMs,
        onProgress: (atRest, executions) => steps.advance(atRest, executions),
        signal: command.interrupted,
        now: command.now,
      });
      steps.end();
      for (const difference of result.differences) terminal.note(difference);
      if (options.json === true) terminal.print(JSON.stringify(demoReport(result)));
      else for (const line of demoTable(result, howToLook(command))) terminal.print(line);
      return result.differences.length === 0 ? exitCode.ok : exitCode.endedBadly;
    } finally {
      await cloud?.stop();
      await table.keep();
    }
  },
});

/** This cloud is gone with this process, but its table is kept: the console runs another one on it. */
function howToLook({ directory }: RepositoryCommand): string[] {
  const path = relative(process.cwd(), join(directory, dataFilePath));
  return [`npx millrace console --data ${path} --open`];
}
