import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { chartsBy } from '../../cli/console/serveConsole.ts';
import { exitCode } from '../../cli/exitCodes.ts';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { LayoutWorker } from '../../console/chart/layoutWorker.ts';
import { startConsole } from '../../console/server/consoleServer.ts';
import { loan } from '../../machines/loan.ts';
import { order } from '../../machines/order.ts';
import { readSampleOrders, sampleOrdersPath } from '../demo/sampleOrders.ts';
import { runRepositoryCommand } from '../repository/repositoryCommand.ts';

const help = `npm run console:shots

Runs sample orders on a local cloud, opens the console in Chromium (CHROMIUM_PATH, else /usr/bin/chromium), and
writes the screenshots of docs/console.md to docs/images.`;

interface Shot {
  readonly name: string;
  readonly path: string;
  /** A part of the page that is there once it can be shown. */
  readonly ready: string;
  readonly theme: 'light' | 'dark';
}

const shots: readonly Shot[] = [
  { name: 'console-executions', path: '/', ready: 'a.id', theme: 'light' },
  { name: 'console-execution', path: '/executions/order-0007', ready: '.bar', theme: 'light' },
  { name: 'console-slider', path: '/executions/order-0007?entry=3', ready: '.bar', theme: 'dark' },
  { name: 'console-loan', path: '/machines/loan', ready: '.chart .node', theme: 'dark' },
  { name: 'console-machine', path: '/machines/order', ready: 'p.measured', theme: 'light' },
];

/** A picture must not depend on how busy the computer is. */
const patient = { straight: 30_000, plain: 40_000, unlabelled: 50_000 };

const ordersShown = 40;
const size = { width: 1280, height: 800 };

await runRepositoryCommand({
  help,
  options: {},
  run: async ({ startCloud, directory, terminal }) => {
    const cloud = await startCloud({ bus: false });
    const client = createClient({ dynamodb: cloud.dynamodb, tableName: cloud.tableName });
    await runExecutions(client, join(directory, sampleOrdersPath));
    const worker = new LayoutWorker();
    const running = await startConsole({
      client,
      tableName: cloud.tableName,
      machines: async () => [order, loan],
      charts: chartsBy(worker, { deadlinesMs: patient }),
      webDirectory: join(directory, 'dist/console/web'),
    });
    const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    try {
      await mkdir(join(directory, 'docs/images'), { recursive: true });
      for (const shot of shots) {
        const file = `docs/images/${shot.name}.png`;
        await take(browser, running.url, shot, join(directory, file));
        terminal.print(file);
      }
    } finally {
      await browser.close();
      await running.close();
      await worker.close();
    }
    return exitCode.ok;
  },
});

async function runExecutions(client: MillraceClient, samples: string): Promise<void> {
  const orders = (await readSampleOrders(samples)).slice(0, ordersShown);
  const starts = orders.map(({ executionId, input }) => ({ executionId, input }));
  await client.waitForAll(order, client.startMany(order, starts), { timeoutMs: 300_000 });
}

async function take(browser: Browser, url: string, shot: Shot, file: string): Promise<void> {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: shot.theme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(url);
  await page.goto(new URL(shot.path, url).href);
  await page.locator(shot.ready).first().waitFor();
  await page.evaluate('document.fonts.ready');
  await page.screenshot({ path: file });
  await context.close();
}
