import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { createClient } from '../../../client/index.ts';
import { chartOf } from '../../../console/chart/chartOf.ts';
import { type Deadlines, layOutChart } from '../../../console/chart/layout.ts';
import { LayoutWorker } from '../../../console/chart/layoutWorker.ts';
import type { MachineChart, MachineView } from '../../../console/server/api.ts';
import { type RunningConsole, startConsole } from '../../../console/server/consoleServer.ts';
import { buildConsolePage } from '../../../tools/build/consolePage.ts';
import { startTestTable, type TestTable } from '../../client/testTable.ts';
import { isTestable, launchBrowser, watched, withoutBrowser } from '../browser.ts';
import { drawingInPage } from './domBoxes.ts';
import { denseMachine } from './examples/generatedMachines.ts';
import { exampleMachines } from './examples/index.ts';
import { judge } from './geometry.ts';

if (!isTestable) console.warn(withoutBrowser);

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const patient: Deadlines = { straight: 60_000, plain: 61_000, unlabelled: 62_000 };
const machines: Readonly<Record<string, AnyStateMachine>> = {
  ...exampleMachines,
  dense: denseMachine('dense', 60, 120, 3),
};

let browser: Browser;
let testTable: TestTable;
let running: RunningConsole;
let webDirectory: string;
const worker = new LayoutWorker();

const charts = new Map<string, MachineChart>();

async function chartNamed(name: string): Promise<MachineChart> {
  const model = chartOf(machines[name] ?? expect.fail());
  return { model, drawing: await layOutChart(model, { worker, deadlinesMs: patient }) };
}

/** Some of the examples have no implementations, so that no console has them: its server is answered for. */
async function openChart(page: Page, name: string) {
  const chart = charts.get(name) ?? (await chartNamed(name));
  const { drawing } = chart;
  charts.set(name, chart);
  const view: MachineView = { machine: name, versions: ['1'], version: '1', chart };
  await page.route(`**/api/machines/${name}`, (route) => route.fulfill({ json: view }));
  await page.route(`**/api/machines/${name}/numbers`, (route) =>
    route.fulfill({ status: 404, json: { error: { code: 'NoNumbers', message: 'None.' } } }),
  );
  await page.goto(new URL(`/machines/${name}`, running.url).href);
  await page.locator('svg.chart').waitFor();
  await page.evaluate('document.fonts.ready');
  return drawing;
}

describe.skipIf(!isTestable)('a chart in a browser', { timeout: 90_000 }, () => {
  beforeAll(async () => {
    webDirectory = await mkdtemp(join(tmpdir(), 'millrace-page-'));
    await buildConsolePage(repository, webDirectory);
    testTable = await startTestTable();
    running = await startConsole({
      client: createClient({ dynamodb: testTable.dynamodb, tableName: testTable.tableName }),
      tableName: testTable.tableName,
      machines: async () => [],
      webDirectory,
    });
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await running?.close();
    await worker.close();
    await testTable?.stop();
    await rm(webDirectory, { recursive: true, force: true });
  });

  it.each(['light', 'dark'] as const)('keeps every rule by its boxes, in the %s theme', async (theme) => {
    const page = await browser.newPage({ colorScheme: theme, reducedMotion: 'reduce' });
    const { errors } = watched(page, new URL(running.url).origin);
    await page.goto(running.url);
    const faults: Record<string, readonly string[]> = {};
    for (const name of Object.keys(machines)) {
      const drawing = await openChart(page, name);
      const { faults: own } = judge(await drawingInPage(page, drawing));
      if (own.length > 0) faults[name] = own.slice(0, 5);
    }
    expect(faults).toEqual({});
    expect(errors).toEqual([]);
    await page.close();
  });

  it('shows the transitions of a state that is chosen, in words and with its lines apart', async () => {
    const page = await browser.newPage();
    await page.goto(running.url);
    await openChart(page, 'dense');
    await page.getByText('choose a state to read').waitFor();
    await page.getByLabel('Find a state').selectOption({ index: 7 });
    const card = page.getByRole('complementary');
    const name = await card.getByRole('heading').first().innerText();
    await page.waitForURL(new RegExp(`state=${name}$`));
    expect(await page.locator('.edge.near').count()).toBeGreaterThan(1);
    expect(await page.locator('.node.chosen').getAttribute('data-node')).toBe(`dense.${name}`);
    // A link of the address shows it again.
    await page.reload();
    const goal = await card.locator('li button').first().innerText();
    await card.getByRole('button', { name: goal, exact: true }).first().click();
    await page.waitForURL(new RegExp(`state=${goal}$`));
    await card.getByRole('button', { name: 'Close' }).click();
    await card.waitFor({ state: 'detached' });
    await page.locator(`[data-node="dense.${goal}"] .title`).click();
    await card.getByRole('heading', { name: goal }).waitFor();
    await page.close();
  });

  it('that is an outline leads from row to state', async () => {
    const page = await browser.newPage();
    await page.goto(running.url);
    const model = chartOf(machines.order ?? expect.fail());
    const hurried = new LayoutWorker();
    const drawing = await layOutChart(model, {
      worker: hurried,
      deadlinesMs: { straight: 0, plain: 0, unlabelled: 0 },
    });
    await hurried.close();
    const view = { machine: 'order', versions: ['1'], version: '1', chart: { model, drawing } };
    await page.route('**/api/machines/order', (route) => route.fulfill({ json: view }));
    await page.goto(new URL('/machines/order', running.url).href);
    await page.getByText('each row leads to a state').waitFor();
    await page.locator('[data-goal="order.charging"]').first().click();
    await page.waitForURL(/state=charging$/);
    await page.locator('.node.chosen[data-node="order.charging"]').waitFor();
    expect(await page.locator('.chart-row.near').count()).toBeGreaterThan(0);
    await page.close();
  });
});
