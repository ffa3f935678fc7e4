import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../client/index.ts';
import { eventually } from '../support/eventually.ts';
import { isTestable, launchBrowser, watched, withoutBrowser } from './browser.ts';
import { approval } from './machines/approval.ts';
import { checkout } from './machines/checkout.ts';
import { family } from './machines/family.ts';
import { definitions, type ServedCloud, startServedCloud } from './servedCloud.ts';

if (!isTestable) console.warn(withoutBrowser);

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const hostile = '<img src=x onerror=alert(1)>"\'&amp;';

const runAxe = `axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => (
  { id, impact, html: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)) })))`;

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly html: readonly string[];
}

let served: ServedCloud;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let url: string;
let found: ReturnType<typeof watched>;

const ended = (id: string) => served.client.wait(id, { timeoutMs: 60_000 });
const inState = (id: string, state: string) =>
  eventually(
    () => served.client.describe(id),
    ({ state: current, status }) => current === state || status !== 'RUNNING',
    { what: `the state of ${id}`, timeoutMs: 60_000 },
  );
const open = (path: string) => page.goto(new URL(path, url).href);
const text = () => page.locator('main').innerText();

describe.skipIf(!isTestable)('the console in a browser', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    [served, browser] = await Promise.all([startServedCloud(), launchBrowser()]);
    const running = await served.serve();
    url = running.url;
    context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
    page = await context.newPage();
    found = watched(page, new URL(url).origin);
    await page.goto(url);
    const { client } = served;
    await client.start(checkout, { executionId: 'paid', input: { amount: 5, note: hostile } });
    await client.start(checkout, { executionId: 'refused', input: { amount: -1 } });
    await client.start(checkout, { executionId: 'live', input: { amount: 7 } });
    await client.start(approval, { executionId: 'asked' });
    await client.start(family, { executionId: 'kin', input: { names: ['Ada', '', 'Grace'] } });
    await client.start(checkout, { executionId: hostile, input: { amount: 1 } });
    await inState('paid', 'deciding');
    await client.send('paid', { type: 'NOTE', note: '<script>alert(2)</script>' });
    await client.send('paid', { type: 'APPROVE', by: '<b>Bo</b>' });
    await client.send('live', { type: 'UNHEARD' });
    for (const id of ['paid', 'refused', 'kin']) await ended(id);
    for (const id of ['live', hostile]) await inState(id, 'deciding');
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, 60_000);
  afterEach(() => {
    expect({ errors: found.errors.splice(0), foreign: found.foreign.splice(0) }).toEqual({
      errors: [],
      foreign: [],
    });
  });

  it('lists the executions, filters them by status and id, and opens one by keyboard', async () => {
    await open('/');
    await page.getByRole('link', { name: 'paid', exact: true }).waitFor();
    await page.getByRole('button', { name: /^Failed \d/ }).click();
    await page.waitForURL(/status=FAILED/);
    await page.getByRole('link', { name: 'paid', exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'refused' }).waitFor();
    await open('/');
    await page.getByRole('link', { name: 'live', exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('pai');
    await page.waitForURL(/prefix=pai/);
    await page.getByRole('link', { name: 'live', exact: true }).waitFor({ state: 'detached' });
    const list = page.getByRole('region', { name: 'Executions' });
    await list.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/executions\/paid/);
  });

  it('says what to do where no execution fits, and where there is none of that id', async () => {
    await open('/?prefix=nothing-like-it');
    await page.getByText('No execution fits').waitFor();
    await open('/executions/nowhere');
    expect(await page.getByRole('alert').innerText()).toContain('Check the id and the table');
    await open('/no/such/page');
    await page.getByText('Page not found').waitFor();
    await open('/machines/nowhere');
    expect(await page.getByRole('alert').innerText()).toContain('no machine');
  });

  it('shows what `replay --at` says, at every entry of the slider, and the chart’s state with it', async () => {
    const entries = await served.client.history('paid');
    await open('/executions/paid');
    const slider = page.getByRole('slider', { name: 'Entry of the history' });
    await slider.waitFor();
    await page.getByRole('tab', { name: 'Context' }).click();
    for (const { number } of entries.items) {
      await slider.fill(String(number));
      const { context: expected, state } = await served.client.stateAt('paid', number, definitions);
      // The button copies the text that the tree shows.
      await page.evaluate('navigator.clipboard.writeText = async (copied) => { window.copied = copied; }');
      await page.getByRole('button', { name: 'Copy context' }).click();
      const copied: unknown = await page.evaluate('window.copied');
      expect(JSON.parse(String(copied))).toEqual(expected);
      const active = await page.locator('.node.active:not(.group)').getAttribute('data-node');
      expect(active).toBe(`checkout.${state}`);
      expect(await page.locator('.row.current .entry-row').innerText()).toMatch(new RegExp(`^${number}\\b`));
    }
    expect(await page.locator('.row.current .entry-row').innerText()).toContain('deciding → approved');
    await page.getByRole('tab', { name: 'Entry' }).click();
    expect(await page.locator('.tab-panel').innerText()).toContain('deciding → approved');
    await slider.fill('2');
    await page.waitForURL(/entry=2/);
    await page.reload();
    await page.getByText('entry 2 of').waitFor();
    await page.locator('body').press(']');
    await page.getByText('entry 3 of').waitFor();
  });

  it('shows content of items as text', async () => {
    await open(`/executions/${encodeURIComponent(hostile)}`);
    await page.getByRole('heading', { name: hostile }).waitFor();
    await open('/executions/paid');
    await page.getByRole('tab', { name: 'Entry' }).click();
    for (const number of [1, 2, 3, 4]) {
      await page.getByRole('slider', { name: 'Entry of the history' }).fill(String(number));
      await page.getByText(`entry ${number} of`).waitFor();
    }
    await page.getByRole('tab', { name: 'Output' }).click();
    expect(await page.locator('.tab-panel').innerText()).toContain('<script>alert(2)</script>');
    await open('/?prefix=%3Cimg');
    await page.getByRole('link', { name: hostile }).waitFor();
    expect(await page.locator('main img, main script, main b:text("Bo")').count()).toBe(0);
  });

  it('shows the error of a failed execution where it failed, with its stack', async () => {
    await open('/executions/refused');
    await page.locator('.node.failed[data-node="checkout.paying"]').waitFor();
    await page.getByRole('tab', { name: 'Error' }).click();
    expect(await page.locator('.tab-panel').innerText()).toContain('There is no payment of <b>-1</b>.');
  });

  it('shows children as links, and the items of a list as a grid', async () => {
    await open('/executions/kin');
    await page.getByRole('tab', { name: 'Family' }).click();
    await page
      .getByRole('link', { name: /^kin\.\d+$/ })
      .first()
      .click();
    await page.waitForURL(/\/executions\/kin\.\d+/);
    await page.getByText('child of').waitFor();
    await open('/executions/kin');
    await page.getByRole('tab', { name: 'Items' }).click();
    await page.getByRole('img', { name: /Items of measure: 2 done, 1 failed/ }).waitFor();
  });

  it('sends an event that the machine accepts, says what it does, and follows the execution live', async () => {
    await open('/executions/live');
    await page.getByRole('button', { name: 'Send event' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'APPROVE (accepted now)' }).click();
    await dialog.getByLabel(/^Fields/).fill('["Ada"]');
    await dialog.getByText('write them as a JSON object').waitFor();
    expect(await dialog.getByRole('button', { name: 'Send event' }).isDisabled()).toBe(true);
    await dialog.getByLabel(/^Fields/).fill('{"by": "Ada"}');
    await dialog.getByText('Sends the event APPROVE to live').waitFor();
    await dialog.getByRole('button', { name: 'Send event' }).click();
    await page.locator('.head .status.SUCCEEDED').waitFor();
    await page.locator('.node.active[data-node="checkout.approved"]').waitFor();
    expect(await served.client.describe('live')).toMatchObject({
      state: 'approved',
      context: { by: 'Ada' },
    });
  });

  it('begins the form of an event with the fields that were sent with it last', async () => {
    await served.client.start(checkout, { executionId: 'next', input: { amount: 7 } });
    await inState('next', 'deciding');
    await open('/executions/next');
    await page.getByRole('button', { name: 'Send event' }).click();
    const fields = page.getByRole('dialog').getByLabel(/^Fields/);
    await page.getByRole('button', { name: 'APPROVE (accepted now)' }).click();
    expect(await fields.inputValue()).toBe('{"by": "Ada"}');
    await page.getByRole('button', { name: 'REJECT (accepted now)' }).click();
    expect(await fields.inputValue()).toBe('');
    // The fields of this execution's own event come first.
    await served.client.send('next', { type: 'NOTE', note: 'soon' });
    await page.getByText('entry 3 of 3').waitFor();
    await page.getByRole('button', { name: 'NOTE (accepted now)' }).click();
    expect(JSON.parse(await fields.inputValue())).toEqual({ note: 'soon' });
  });

  it('sees what others do, without being told', async () => {
    await served.client.start(checkout, { executionId: 'watched', input: { amount: 3 } });
    await inState('watched', 'deciding');
    await open('/executions/watched');
    await page.locator('.node.active[data-node="checkout.deciding"]').waitFor();
    expect(await page.locator('.chart .countdown').textContent()).toMatch(/^in (?:1 h|59 min)/);
    await served.client.send('watched', { type: 'REJECT' });
    await page.locator('.node.active[data-node="checkout.rejected"]').waitFor();
    await open('/');
    await page.getByRole('link', { name: 'watched' }).waitFor();
    await served.client.start(checkout, { executionId: 'newcomer', input: { amount: 3 } });
    await page.getByRole('link', { name: 'newcomer' }).waitFor();
  });

  it('suspends, resumes, stops, redrives and starts again', async () => {
    await served.client.start(checkout, { executionId: 'operated', input: { amount: 3 } });
    await inState('operated', 'deciding');
    await open('/executions/operated');
    const act = async (name: string, status: string) => {
      await page.getByRole('button', { name: `${name} …` }).click();
      await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
      await page.locator(`.head .status.${status}`).waitFor();
    };
    await act('Suspend', 'SUSPENDED');
    await act('Resume', 'RUNNING');
    await act('Stop', 'ABORTED');
    await act('Redrive', 'RUNNING');
    await page.getByRole('button', { name: 'Start again …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Id/).fill('operated-2');
    expect(await dialog.getByLabel('Input').inputValue()).toContain('"amount": 3');
    await dialog.getByRole('button', { name: 'Start again' }).click();
    await page.waitForURL(/operated-2/);
  });

  it('completes a task that waits for a person, from the pending screen', async () => {
    await eventually(
      () => served.client.describe('asked'),
      ({ tasks }) => tasks.some(({ token }) => token !== undefined),
      { what: 'the task of asked' },
    );
    await open('/pending');
    await page
      .getByRole('listitem')
      .filter({ hasText: 'asked' })
      .getByRole('button', { name: 'Give result …' })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Output/).fill('{"yes": true}');
    await dialog.getByText('Gives the result').waitFor();
    await dialog.getByRole('button', { name: 'Give result' }).click();
    expect(await ended('asked')).toMatchObject({ status: 'SUCCEEDED', context: { answer: { yes: true } } });
    await page.getByRole('button', { name: 'Examine the table' }).click();
    await page.getByText(/examined with/).waitFor();
  });

  it('redrives many after a dry run, with their number', async () => {
    await open('/?status=FAILED&machine=checkout');
    await page.getByRole('button', { name: 'Bulk actions …' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('button', { name: 'Redrive them' }).isDisabled()).resolves.toBe(true);
    await dialog.getByRole('button', { name: 'Dry run' }).click();
    await dialog.getByText('1 execution would receive it').waitFor();
    await dialog.getByRole('button', { name: 'Redrive them' }).click();
    await dialog.getByText('1 execution received it').waitFor();
  });

  it('shows a machine with its numbers and source, and starts it with the input of the last time', async () => {
    await open('/machines/checkout');
    await page.getByRole('rowheader', { name: 'paying' }).waitFor();
    await page.getByRole('tab', { name: 'Source' }).click();
    await page.getByText('"paying"').waitFor();
    await page.getByRole('tab', { name: 'Start' }).click();
    await page.getByLabel(/^Input/).fill('{"amount": 42}');
    await page.getByLabel(/^Id/).fill('begun');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.waitForURL(/\/executions\/begun/);
    await open('/machines/checkout');
    await page.getByRole('tab', { name: 'Start' }).click();
    expect(await page.getByLabel(/^Input/).inputValue()).toBe('{"amount": 42}');
    await open('/cost');
    await page.getByRole('rowheader', { name: 'checkout' }).waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'has nothing serious by axe on any screen, in the %s theme',
    async (theme) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      const serious: string[] = [];
      const examine = async (name: string) => {
        await page.evaluate(axe);
        const violations = await page.evaluate<readonly Violation[]>(runAxe);
        for (const { id, impact, html } of violations) {
          if (impact === 'serious' || impact === 'critical')
            serious.push(`${name}: ${id}: ${html.join(' ')}`);
        }
      };
      for (const [path, ready] of [
        ['/', 'a.id'],
        ['/executions/paid?entry=2', '.chart .node'],
        ['/executions/refused', '.chart .node'],
        ['/machines', '.cards a'],
        ['/machines/checkout', 'table.states'],
        ['/pending', '.prose h2'],
        ['/cost', 'table.prices'],
      ] as const) {
        await open(path);
        await page.locator(ready).first().waitFor();
        await examine(path);
      }
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await examine('help');
      await open('/executions/begun');
      await page.getByRole('button', { name: 'Send event …' }).click();
      await page.getByRole('dialog').getByText('Sends the event').waitFor();
      await examine('send');
      // The page's policy refuses the script of axe itself before it is evaluated: that is not an error of the page.
      found.errors.splice(0);
      found.foreign.splice(0);
      expect(serious).toEqual([]);
    },
  );

  it('can be used at the width of a phone', async () => {
    await page.setViewportSize({ width: 380, height: 760 });
    for (const path of ['/', '/executions/paid', '/machines/checkout', '/pending', '/cost']) {
      await open(path);
      await page.locator('main :is(a, svg, h2)').first().waitFor();
      const overflow = await page.evaluate<readonly number[]>(
        `[document.documentElement.scrollWidth - window.innerWidth,
          document.documentElement.scrollHeight - window.innerHeight]`,
      );
      expect({ path, overflow }).toEqual({ path, overflow: [0, 0] });
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('offers no action in read-only mode', async () => {
    const running = await served.serve({ isReadOnly: true });
    await page.goto(running.url);
    found.foreign.splice(0);
    await page.getByText('read only').waitFor();
    await page.goto(new URL('/executions/begun', running.url).href);
    await page.locator('.head .status').waitFor();
    expect(await page.getByRole('button', { name: /…$/ }).count()).toBe(0);
    found.foreign.splice(0);
  });

  it('says that the table is gone, and what to check', async () => {
    const client = createClient({ dynamodb: served.cloud.dynamodb, tableName: 'not-there' });
    const running = await served.serve({ client, tableName: 'not-there' });
    await page.goto(running.url);
    await page.getByText('Check --table').first().waitFor();
    found.foreign.splice(0);
    expect(await text()).toContain('TableNotFound');
  });

  it('is at most 150 KB, compressed, with everything', async () => {
    let bytes = 0;
    for (const file of await readdir(served.webDirectory)) {
      bytes += gzipSync(await readFile(join(served.webDirectory, file))).length;
    }
    expect(bytes).toBeLessThanOrEqual(150 * 1024);
  });
});
