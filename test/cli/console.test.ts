import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { millrace } from './testCommandLine.ts';

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterAll(() => directory.remove());

describe('millrace console', () => {
  it('prints an address with a token, and serves until it is interrupted', async () => {
    const controller = new AbortController();
    const stdout: string[] = [];
    const running = millrace(
      ['console', '--table', 'orders', '--endpoint', 'http://127.0.0.1:1', '--read-only'],
      {
        directory: directory.path,
        environment: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
        interrupted: controller.signal,
        stdout,
      },
    );
    const [url = ''] = await eventually(
      async () => stdout,
      ({ length }) => length > 0,
      { what: 'the address' },
    );
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/);
    const entered = await fetch(url, { redirect: 'manual' });
    expect(entered.status).toBe(303);
    const cookie = String(entered.headers.get('set-cookie')).split(';')[0] ?? '';
    const refused = await fetch(new URL('/api/bulk', url), {
      method: 'POST',
      headers: {
        cookie,
        'x-millrace-console': '1',
        origin: new URL(url).origin,
        'content-type': 'application/json',
      },
      body: '{}',
    });
    expect(await refused.json()).toMatchObject({ error: { code: 'ReadOnly' } });
    controller.abort();
    expect((await running).exitCode).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says what to do without a cloud', async () => {
    const without = await millrace(['console'], { directory: directory.path });
    expect(without).toMatchObject({ exitCode: 5, stderr: [expect.stringContaining('npx millrace dev')] });
  });
});
