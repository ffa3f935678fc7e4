import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followChanges } from '../../cli/dev/changes.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';

let directory: TemporaryDirectory;
let controller: AbortController;
beforeEach(async () => {
  directory = await temporaryDirectory();
  controller = new AbortController();
  await directory.write('machines/order.ts', 'one');
});
afterEach(() => directory.remove());

/** Takes the next step between two looks; the looks end with the last step. Returns how often a change was reported. */
async function changesAfter(...steps: (() => Promise<unknown>)[]): Promise<number> {
  let changes = 0;
  const queue = [...steps, async () => {}, async () => {}];
  await followChanges({
    directories: [join(directory.path, 'machines'), join(directory.path, 'workers')],
    signal: controller.signal,
    pollMs: 400,
    onChange: async () => {
      changes += 1;
    },
    sleep: async (ms) => {
      // The short pauses are for changes to settle.
      if (ms < 400) return;
      const step = queue.shift();
      if (step) await step();
      else controller.abort();
    },
  });
  return changes;
}

describe('changes of machines and workers', () => {
  it('are reported once each', async () => {
    const changes = await changesAfter(
      () => directory.write('machines/order.ts', 'two and more'),
      () => directory.write('machines/order.ts', 'three and even more'),
    );
    expect(changes).toBe(2);
  });

  it('are none where nothing changed', async () => {
    expect(await changesAfter(async () => {})).toBe(0);
  });

  it('are seen again and again when an editor replaces the file', async () => {
    const replace = async () => {
      await directory.write('machines/.order.tmp', 'two');
      await rename(join(directory.path, 'machines/.order.tmp'), join(directory.path, 'machines/order.ts'));
    };
    expect(await changesAfter(replace, replace, replace)).toBe(3);
  });

  it('are seen in folders that come and go', async () => {
    const changes = await changesAfter(
      () => directory.write('workers/shop/charge.ts', 'one'),
      () => directory.write('workers/shop/charge.ts', 'one and a half'),
      () => rm(join(directory.path, 'workers'), { recursive: true }),
    );
    expect(changes).toBe(3);
  });

  it('in hidden folders and node_modules are ignored', async () => {
    const changes = await changesAfter(
      () => directory.write('machines/.cache/x', '1'),
      () => directory.write('workers/node_modules/x.js', '1'),
    );
    expect(changes).toBe(0);
  });
});
