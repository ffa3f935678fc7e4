import { describe, expect, it } from 'vitest';
import { startLocalCloud } from '../../local/index.ts';

const directories = { machinesDirectory: 'none', workersDirectory: 'none' };

describe('the time scale of a local cloud', () => {
  it.each([0, 0.5, -1, Number.NaN, 1_000_000])('cannot be %s', async (timeScale) => {
    await expect(startLocalCloud({ ...directories, timeScale })).rejects.toThrow(
      `Time cannot pass ${timeScale} times faster`,
    );
  });

  it('is not for a table that is kept, which has the real time', async () => {
    const kept = startLocalCloud({ ...directories, timeScale: 60, dataFile: 'table.db' });
    await expect(kept).rejects.toThrow('A table that is kept in a file has the real time');
  });
});
