import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const places = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Where Chromium is on this computer. */
export const browserPath = places.find((path) => path !== '' && existsSync(path));

export const withoutBrowser =
  'There is no Chromium here, so the console’s page is not tested. Install it (`apt-get install chromium`), or set CHROMIUM_PATH.';

/** In CI a missing browser is a failure: the tests run, and {@link launchBrowser} says what is missing. */
export const isTestable = browserPath !== undefined || process.env.CI !== undefined;

export async function launchBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error(withoutBrowser);
  // A container has neither the sandbox nor much shared memory.
  return chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** Errors of a page, and each address outside the console that it asked for. */
export function watched(
  page: Page,
  origin: string,
): { readonly errors: string[]; readonly foreign: string[] } {
  const found = { errors: [] as string[], foreign: [] as string[] };
  page.on('pageerror', (error) => found.errors.push(error.message));
  page.on('console', (message) => {
    // The browser reports an answer that is an error by itself: the page shows it.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      found.errors.push(message.text());
    }
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
      found.foreign.push(request.url());
  });
  page.on('dialog', (dialog) => {
    found.errors.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return found;
}
