import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionView } from '../../console/server/api.ts';
import { eventually } from '../support/eventually.ts';
import { isTestable, launchBrowser, watched, withoutBrowser } from './browser.ts';
import { approval } from './machines/approval.ts';
import { checkout } from './machines/checkout.ts';
import { type ServedCloud, startServedCloud } from './servedCloud.ts';

if (!isTestable) console.warn(withoutBrowser);

const turned = 'invoice\u202egnp:exe';
const megabytes = 10;

let served: ServedCloud;
let browser: Browser;
let page: Page;
let url: string;
let found: ReturnType<typeof watched>;

const open = (path: string) => page.goto(new URL(path, url).href);
const focused = () =>
  page.evaluate<string>(
    `[document.activeElement.tagName, document.activeElement.getAttribute('aria-label')
      ?? document.activeElement.textContent.slice(0, 40)].join(' ')`,
  );

describe.skipIf(!isTestable)('the console’s page', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    [served, browser] = await Promise.all([startServedCloud(), launchBrowser()]);
    const running = await served.serve();
    url = running.url;
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    found = watched(page, new URL(url).origin);
    await page.goto(url);
    const { client } = served;
    await client.start(checkout, { executionId: 'plain', input: { amount: 5 } });
    await client.start(checkout, { executionId: turned, input: { amount: 1, note: `a\u202eb\u0007c` } });
    await client.start(approval, { executionId: 'asked' });
    for (const id of ['plain', turned]) {
      await eventually(
        () => client.describe(id),
        ({ state }) => state === 'deciding',
        { what: `the state of ${id}`, timeoutMs: 60_000 },
      );
    }
    await eventually(
      () => client.describe('asked'),
      ({ tasks }) => tasks.some(({ token }) => token !== undefined),
      { what: 'the task of asked', timeoutMs: 60_000 },
    );
  }, 180_000);
  afterAll(async () => {
    expect(found).toEqual({ errors: [], foreign: [] });
    await browser?.close();
    await served?.stop();
  }, 60_000);

  it('lengthens the bar of a task that runs, and counts down what waits, without another entry', async () => {
    await open('/executions/asked');
    const bar = page.locator('.bar.attempt.open rect');
    const width = async () => Number(await bar.getAttribute('width'));
    await bar.waitFor();
    const [before, left] = [await width(), await page.locator('.bar.attempt.open rect').getAttribute('x')];
    await eventually(width, (now) => now > before, { what: 'a longer bar', timeoutMs: 10_000 });
    // The beginning stays where it was.
    expect(await bar.getAttribute('x')).toBe(left);
    await open('/executions/plain');
    for (const each of ['.chart .countdown', '.bar.timer .due', '.head .wait']) {
      const place = page.locator(each).first();
      const first = await place.textContent();
      expect(first).toMatch(/in 59 min|in 1 h/);
      await eventually(
        () => place.textContent(),
        (now) => now !== first,
        { what: `a later ${each}`, timeoutMs: 10_000 },
      );
    }
  });

  it('writes out characters that would turn or hide the text around them, and leads to the right execution', async () => {
    await open('/');
    await page.getByRole('link', { name: 'invoice\\u202egnp:exe' }).click();
    await page.getByRole('heading', { name: 'invoice\\u202egnp:exe' }).waitFor();
    expect(await page.locator('.tab-panel').innerText()).toContain('a\\u202eb\\u0007c');
    expect(await page.locator('main').innerText()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    await page.evaluate('navigator.clipboard.writeText = async (copied) => { window.copied = copied; }');
    await page.getByRole('button', { name: 'Copy the id' }).click();
    expect(await page.evaluate('window.copied')).toBe(turned);
  });

  it(`stays usable with a text of ${megabytes} MB and JSON that is nested deeply`, async () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 900; i++) deep = { inner: deep };
    await page.route('**/api/executions/plain', async (route) => {
      const response = await route.fetch();
      const view = (await response.json()) as ExecutionView;
      const output = { text: 'x'.repeat(megabytes * 2 ** 20), markup: '<img src=x onerror=alert(1)>', deep };
      const error = {
        code: 'TaskFailed',
        name: 'E'.repeat(100_000),
        message: '<b>no</b>',
        stack: `at a (${'/x'.repeat(50_000)}.ts:1:1)`,
      };
      await route.fulfill({ json: { ...view, description: { ...view.description, output, error } } });
    });
    await open('/executions/plain?tab=output');
    await page.getByText(/10,485,760 characters/).waitFor();
    await page.getByRole('button', { name: 'Show 100,000' }).click();
    const panel = page.locator('.tab-panel');
    await panel.getByRole('searchbox').fill('bottom');
    await panel.getByText('1 found').waitFor();
    await page.evaluate('navigator.clipboard.writeText = async (copied) => { window.copied = copied; }');
    await panel.getByRole('button', { name: 'Copy output' }).click();
    expect(await page.evaluate('window.copied.length')).toBeGreaterThan(megabytes * 2 ** 20);
    await page.getByRole('tab', { name: 'Error' }).click();
    await panel.getByText('<b>no</b>').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBe(0);
    expect(await page.locator('main img, main b:text("no")').count()).toBe(0);
    await page.unroute('**/api/executions/plain');
  });

  it('can be used by the keyboard alone: every control takes its turn, and a dialog gives the focus back', async () => {
    await open('/executions/plain');
    // Controls come with the chart, with the history, and with what the reader may do.
    await page.locator('.chart .node').first().waitFor();
    await page.getByText('entry 2 of 2').waitFor();
    await page.locator('.timeline-svg').waitFor();
    await page.getByRole('button', { name: 'Send event …' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('A Skip to content');
    const reached = new Set<string>();
    for (let i = 0; i < 45; i++) {
      await page.keyboard.press('Tab');
      reached.add(await focused());
    }
    for (const each of [
      'A Executions',
      'BUTTON Copy the id',
      'BUTTON Send event …',
      'INPUT Entry of the history',
      'SECTION Chart',
      'BUTTON Fit the chart',
      'BUTTON By entry',
      'SECTION Timeline',
      'SECTION History',
      'BUTTON Context',
    ]) {
      expect([...reached].join('\n')).toContain(each);
    }
    await page.getByRole('button', { name: 'Send event …' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toBe('BUTTON Send event …');
    await page.getByRole('tab', { name: 'Context' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/tab=input/);
    expect(await focused()).toBe('BUTTON Input');
    await page.getByRole('slider').focus();
    await page.keyboard.press('Home');
    await page.waitForURL(/entry=1/);
    await page.getByRole('region', { name: 'History' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.waitForURL(/entry=2/);
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.waitForURL(/\/cost$/);
  });

  it('loses no key, however fast they come', async () => {
    const { client } = served;
    await client.start(checkout, { executionId: 'typed', input: { amount: 5 } });
    for (let i = 0; i < 12; i++) await client.send('typed', { type: 'NOTE', note: String(i) });
    await eventually(
      () => client.history('typed'),
      ({ items }) => items.length === 14,
      { what: 'all entries of typed', timeoutMs: 60_000 },
    );
    await open('/executions/typed?entry=1');
    await page.getByText('entry 1 of 14').waitFor();
    // All in one task, as keys come when the page was busy.
    const press = (...keys: readonly string[]) =>
      page.evaluate<unknown>(
        `for (const key of ${JSON.stringify(keys)}) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))`,
      );
    await press(...Array.from({ length: 9 }, () => ']'));
    await page.getByText('entry 10 of 14').waitFor();
    // The address follows later: a choice that was made until then stays.
    await page.evaluate(`new Promise((resolve) => {
      const replace = history.replaceState.bind(history);
      history.replaceState = (...args) => {
        replace(...args);
        history.replaceState = replace;
        queueMicrotask(() => {
          document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '[', bubbles: true }));
          setTimeout(resolve, 0);
        });
      };
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '[', bubbles: true }));
    })`);
    await page.waitForURL(/entry=8$/);
    await press('g');
    await page.evaluate('dispatchEvent(new PopStateEvent("popstate"))');
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)))');
    await press('m');
    await page.waitForURL(/\/machines$/);
  });

  it('leads back to what an address names: entry, tab, state and times', async () => {
    await open('/executions/plain?entry=1&tab=entry&state=paying');
    await page.getByText('entry 1 of').waitFor();
    await page.getByRole('tab', { name: 'Entry', selected: true }).waitFor();
    await page.getByRole('complementary').getByRole('heading', { name: 'paying' }).waitFor();
    await page.getByRole('button', { name: /Go to entry/ }).click();
    await open('/machines/checkout?tab=source&state=deciding');
    await page.getByRole('tab', { name: 'Source', selected: true }).waitFor();
    await page.locator('.node.chosen[data-node="checkout.deciding"]').waitFor();
    await open('/executions/plain?entry=1e9&tab=nonsense&state=%3Cb%3E');
    await page.getByText(/entry 2 of 2/).waitFor();
    await open('/');
    await page.getByLabel('Time').selectOption('between');
    await page.getByLabel('From').fill('2001-01-01T10:00');
    await page.getByLabel('To', { exact: true }).fill('2001-01-02T10:00');
    await page.getByText('No execution fits').waitFor();
    await page.waitForURL(/since=2001.*until=2001/);
    await page.reload();
    expect(await page.getByLabel('From').inputValue()).toBe('2001-01-01T10:00');
    await page.getByText('No execution fits').waitFor();
  });

  it('says so when its server is gone, and goes on when it is back', async () => {
    await page.route('**/api/**', (route) => route.abort());
    await open('/pending');
    await page.getByText('The console’s server does not answer').first().waitFor();
    found.errors.splice(0);
    await page.unroute('**/api/**');
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByRole('heading', { name: 'Pending' }).waitFor();
  });
});
