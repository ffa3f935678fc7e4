import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';

/** Thrown when another local cloud runs: in the same directory, or with the same table. */
export class LocalCloudRunningError extends MillraceError {
  override readonly code = 'LocalCloudRunning';
  override readonly name = 'LocalCloudRunningError';
}

/**
 * Claims a kept table for this process: two clouds would both deliver its stream, and run every task twice. The claim is a name that
 * the kernel gives to one process at a time and takes back when that ends, however it ends. macOS has no such names: there, nothing
 * is claimed.
 *
 * @returns gives the claim up
 * @throws LocalCloudRunningError
 */
export async function claimTableFile(dataFile: string): Promise<() => Promise<void>> {
  const path = createHash('sha256')
    .update(await realPath(resolve(dataFile)))
    .digest('hex');
  const prefix = namePrefixes[process.platform];
  if (prefix === undefined) return async () => {};
  const claim = createServer((connection) => connection.destroy()).unref();
  try {
    claim.listen({ path: `${prefix}millrace-table-${path}` });
    await once(claim, 'listening');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new LocalCloudRunningError(
      `Another local cloud uses the table ${dataFile}: stop it first. In the directory of a running dev, commands use its table without --data.`,
    );
  }
  return async () => {
    claim.close();
    await once(claim, 'close');
  };
}

/** Names of sockets without a file (https://man7.org/linux/man-pages/man7/unix.7.html) and of pipes begin with one of these. */
const namePrefixes: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: '\0',
  win32: '\\\\.\\pipe\\',
};

/** One path for a file, whatever links lead to it. It need not be there yet. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    const directory = dirname(path);
    return directory === path ? path : join(await realPath(directory), basename(path));
  }
}
