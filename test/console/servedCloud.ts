import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chartsBy } from '../../cli/console/serveConsole.ts';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { LayoutWorker } from '../../console/chart/layoutWorker.ts';
import { type RunningConsole, startConsole } from '../../console/server/consoleServer.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { buildConsolePage } from '../../tools/build/consolePage.ts';
import { approval } from './machines/approval.ts';
import { checkout } from './machines/checkout.ts';
import { family } from './machines/family.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const folder = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));

export const definitions = [approval, checkout, family];

/** A local cloud with the machines of these tests, and consoles of it. */
export interface ServedCloud {
  readonly cloud: LocalCloud;
  readonly client: MillraceClient;
  readonly webDirectory: string;
  serve(options?: Partial<Parameters<typeof startConsole>[0]>): Promise<RunningConsole>;
  stop(): Promise<void>;
}

export async function startServedCloud(): Promise<ServedCloud> {
  const webDirectory = await mkdtemp(join(tmpdir(), 'millrace-page-'));
  await buildConsolePage(repository, webDirectory);
  const cloud = await startLocalCloud({
    machinesDirectory: folder('machines'),
    workersDirectory: folder('workers'),
    bus: false,
    log: () => {},
  });
  const client = createClient({ dynamodb: cloud.dynamodb, tableName: cloud.tableName });
  const worker = new LayoutWorker();
  const running: RunningConsole[] = [];
  return {
    cloud,
    client,
    webDirectory,
    serve: async (options = {}) => {
      const each = await startConsole({
        client,
        tableName: cloud.tableName,
        machines: async () => definitions,
        charts: chartsBy(worker),
        webDirectory,
        ...options,
      });
      running.push(each);
      return each;
    },
    stop: async () => {
      for (const each of running) await each.close();
      await worker.close();
      await cloud.stop();
      await rm(webDirectory, { recursive: true, force: true });
    },
  };
}
