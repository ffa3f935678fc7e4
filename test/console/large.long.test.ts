import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AttributeValue, BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartsBy } from '../../cli/console/serveConsole.ts';
import { LayoutWorker } from '../../console/chart/layoutWorker.ts';
import { type RunningConsole, startConsole } from '../../console/server/consoleServer.ts';
import { shardOf } from '../../orchestrator/table/executionItem.ts';
import { buildConsolePage } from '../../tools/build/consolePage.ts';
import { mailbox } from '../client/machines.ts';
import { TestDeployment } from '../client/testDeployment.ts';
import { startTestTable, type TestTable } from '../client/testTable.ts';
import { isTestable, launchBrowser } from './browser.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const executions = 50_000;
const entries = 20_000;
const begin = Date.parse('2026-03-01T12:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();

/** A reader notices 100 ms. On a machine that other tests keep busy, the browser waits for its turn as well. */
const mostStallMs = 250;

type Item = Record<string, AttributeValue>;

/** An execution that has ended, with the attributes of the index alone. */
function endedItem(i: number): Item {
  const executionId = `many-${String(i).padStart(5, '0')}`;
  return {
    executionId: { S: executionId },
    item: { S: 'execution' },
    machine: { S: 'mailbox' },
    startedAt: { S: iso(begin + i * 1000) },
    mr_pk: { S: `mailbox#SUCCEEDED#${shardOf(executionId, 4)}` },
    mr_sk: { N: String(begin + i * 1000 + 500) },
  };
}

function eventItem(i: number): Item {
  return {
    executionId: { S: 'long' },
    item: { S: `event#${String(i).padStart(6, '0')}` },
    type: { S: 'NOISE' },
    event: { M: { i: { N: String(i) } } },
    at: { S: iso(begin + i) },
  };
}

let testTable: TestTable;
let deployment: TestDeployment;
let running: RunningConsole;
let browser: Browser;
let page: Page;
let webDirectory: string;
const worker = new LayoutWorker();

async function writeAll(count: number, itemOf: (i: number) => Item): Promise<void> {
  const { dynamodb, tableName } = testTable;
  for (let from = 0; from < count; from += 25) {
    const items = Array.from({ length: Math.min(25, count - from) }, (_, i) => itemOf(from + i));
    await dynamodb.send(
      new BatchWriteItemCommand({
        RequestItems: { [tableName]: items.map((Item) => ({ PutRequest: { Item } })) },
      }),
    );
  }
}

describe.skipIf(!isTestable)('the console with much to show', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    webDirectory = await mkdtemp(join(tmpdir(), 'millrace-page-'));
    await buildConsolePage(repository, webDirectory);
    testTable = await startTestTable();
    deployment = new TestDeployment(testTable, [mailbox]);
    await writeAll(executions, endedItem);
    await deployment.client.start(mailbox, { executionId: 'long' });
    await deployment.orchestrate('long');
    await writeAll(entries - 1, eventItem);
    await deployment.orchestrate('long');
    running = await startConsole({
      client: deployment.client,
      tableName: testTable.tableName,
      machines: async () => [mailbox],
      charts: chartsBy(worker),
      webDirectory,
    });
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(running.url);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await running?.close();
    await worker.close();
    await testTable?.stop();
    await rm(webDirectory, { recursive: true, force: true });
  });

  /** The longest time that the page did not answer while it did something, in milliseconds. */
  const longestStall = async (action: () => Promise<void>): Promise<number> => {
    await page.evaluate(`
      window.stall = 0;
      let last = performance.now();
      window.watching = true;
      const look = () => {
        const now = performance.now();
        window.stall = Math.max(window.stall, now - last);
        last = now;
        if (window.watching) setTimeout(look, 0);
      };
      look();`);
    await action();
    return page.evaluate<number>('window.watching = false; Math.round(window.stall)');
  };

  it('lists 50,000 executions, a page at a time, in the order of time', async () => {
    await page.goto(new URL('/', running.url).href);
    await page.getByRole('link', { name: 'many-49999' }).waitFor();
    const list = page.getByRole('region', { name: 'Executions' });
    await list.focus();
    const stall = await longestStall(async () => {
      for (const shown of ['200', '300', '400', '500', '600', '700', '800', '900', '1,000']) {
        await page.keyboard.press('End');
        await page.getByText(`${shown} shown`).waitFor();
      }
    });
    expect(await page.locator('.row').count()).toBeLessThan(80);
    expect(stall).toBeLessThan(mostStallMs);
  });

  it('shows an execution of 20,000 entries soon, and moves through it without a stall', async () => {
    const begun = performance.now();
    await page.goto(new URL('/executions/long', running.url).href);
    await page.locator('.chart .node').first().waitFor();
    const painted = performance.now() - begun;
    const firstPaint = await page.evaluate<number>(
      "performance.getEntriesByName('first-contentful-paint')[0].startTime",
    );
    await page.getByText('of 20000').waitFor({ timeout: 90_000 });
    const slider = page.getByRole('slider', { name: 'Entry of the history' });
    const stall = await longestStall(async () => {
      for (let entry = 500; entry < entries; entry += 1500) await slider.fill(String(entry));
      await page
        .getByText('entry 19[0-9]{3} of')
        .or(page.getByText(/entry 1\d{4} of/))
        .first()
        .waitFor();
    });
    expect(await page.locator('.history-rows .row').count()).toBeLessThan(80);
    expect(firstPaint).toBeLessThan(1500);
    // On an idle machine, the chart takes half a second: its layout is among that.
    expect(painted).toBeLessThan(3000);
    expect(stall).toBeLessThan(mostStallMs);
    const rows = page.getByRole('region', { name: 'History' });
    await rows.hover();
    const scrolling = await longestStall(async () => {
      for (let i = 0; i < 30; i++) await page.mouse.wheel(0, -20_000);
      await page.locator('.history-rows .row').filter({ hasText: 'start' }).waitFor();
    });
    expect(scrolling).toBeLessThan(mostStallMs);
  });
});
