import { homedir } from 'node:os';
import { join } from 'node:path';
import { chartOf } from '../../console/chart/chartOf.ts';
import { bestLayoutOf, type Deadlines, layOutChart } from '../../console/chart/layout.ts';
import { FolderLayoutCache } from '../../console/chart/layoutCache.ts';
import { LayoutWorker } from '../../console/chart/layoutWorker.ts';
import { type RunningConsole, startConsole } from '../../console/server/consoleServer.ts';
import type { ChartSource, MachineSource } from '../../console/server/machines.ts';
import type { Units } from '../../orchestrator/table/dynamodb/dynamoDBCalls.ts';
import { connect } from '../cloud/connect.ts';
import type { Cloud } from '../cloud/resolveCloud.ts';
import type { CommandContext } from '../context.ts';
import { fingerprint } from '../dev/changes.ts';
import { loadMachines } from '../machines/loadMachines.ts';
import { repositoryDirectory } from '../repository.ts';
import { startOnUsualPort } from './usualPort.ts';

export interface ServeConsoleOptions {
  readonly machinesDirectory: string;
  readonly port?: number;
  readonly isReadOnly?: boolean;
  readonly functionPrefix?: string;
}

/** Serves the console for a cloud, with the machines of a folder. */
export async function serveConsole(
  cloud: Cloud,
  context: CommandContext,
  { machinesDirectory, port, isReadOnly = false, functionPrefix }: ServeConsoleOptions,
): Promise<RunningConsole> {
  const consumed = { readUnits: 0, writeUnits: 0 };
  const count = ({ readUnits, writeUnits }: Units) => {
    consumed.readUnits += readUnits;
    consumed.writeUnits += writeUnits;
  };
  const connection = connect(cloud, context, {
    onConsumedCapacity: count,
    ...(functionPrefix !== undefined && { functionPrefix }),
  });
  const worker = new LayoutWorker();
  const patientWorker = new LayoutWorker();
  worker.warm();
  const options = {
    client: connection.client,
    tableName: connection.tableName,
    now: connection.now,
    machines: followedMachines(machinesDirectory),
    charts: chartsBy(worker, { patientWorker }),
    webDirectory: join(repositoryDirectory(), 'dist/console/web'),
    isReadOnly,
    consumed: () => consumed,
  };
  const running = await (port === undefined
    ? startOnUsualPort((each) => startConsole({ ...options, port: each }))
    : startConsole({ ...options, port }));
  return {
    ...running,
    close: async () => {
      await running.close();
      await worker.close();
      await patientWorker.close();
      connection.close();
    },
  };
}

/** Long enough for any chart but the densest ones, on a busy computer too. */
const patient: Deadlines = { straight: 10_000, plain: 20_000, unlabelled: 30_000 };

/**
 * Lays out charts, and keeps them: in memory, and on disk for the next run. A chart that was not laid out as well as can be, because
 * the computer was busy, is laid out again by the patient worker, for the next time that it is shown.
 */
export function chartsBy(
  worker: LayoutWorker,
  {
    patientWorker,
    deadlinesMs,
  }: { readonly patientWorker?: LayoutWorker; readonly deadlinesMs?: Deadlines } = {},
): ChartSource {
  const cache = new FolderLayoutCache(chartsDirectory());
  const known = new WeakMap<object, ReturnType<ChartSource>>();
  return (machine) => {
    const { definition, id } = machine;
    const found = known.get(definition);
    if (found) return found;
    const model = chartOf(definition, id);
    const chart = layOutChart(model, { worker, cache, ...(deadlinesMs && { deadlinesMs }) }).then(
      (drawing) => ({ model, drawing }),
    );
    known.set(definition, chart);
    chart.then(
      ({ drawing }) => {
        if (!patientWorker || drawing.layout === bestLayoutOf(model)) return;
        void layOutChart(model, { worker: patientWorker, cache, deadlinesMs: patient }).then((better) =>
          known.set(definition, Promise.resolve({ model, drawing: better })),
        );
      },
      () => known.delete(definition),
    );
    return chart;
  };
}

/** A folder of this user: others on the computer neither read nor write what is in it. */
function chartsDirectory(): string {
  const { XDG_CACHE_HOME: cacheHome = '' } = process.env;
  return join(cacheHome === '' ? join(homedir(), '.cache') : cacheHome, 'millrace', 'charts');
}

/** Looks at the files of a folder at most so often. */
const lookAgainMs = 2000;

/** The machines of a folder; loaded again when its files have changed. */
function followedMachines(directory: string): MachineSource {
  let known:
    | { readonly fingerprint: string; readonly machines: ReturnType<typeof definitionsIn> }
    | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (known && performance.now() - lookedAt < lookAgainMs) return known.machines;
    lookedAt = performance.now();
    const current = await fingerprint([directory]);
    if (known?.fingerprint !== current) known = { fingerprint: current, machines: definitionsIn(directory) };
    return known.machines;
  };
}

async function definitionsIn(directory: string) {
  return (await loadMachines(directory)).map(({ definition }) => definition);
}
