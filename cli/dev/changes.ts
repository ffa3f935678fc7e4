import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sleep } from '../../client/index.ts';
import { ifThere } from '../../infra/bundle/ifThere.ts';

export interface ChangesOptions {
  /** They need not exist, and may come and go. */
  readonly directories: readonly string[];
  /** The fingerprint of what is deployed. @default that of now */
  readonly known?: string;
  /** Called after a change, once nothing changes any more, with the new fingerprint. The next call waits for this one. */
  readonly onChange: (fingerprint: string) => Promise<void>;
  readonly signal: AbortSignal;
  readonly sleep: Sleep;
  /** Time between two looks. @default 400 */
  readonly pollMs?: number;
}

/**
 * Looks for changed files until the signal aborts. It looks by itself because `fs.watch` loses sight of a file, on Node.js
 * 20, once an editor has replaced it.
 */
export async function followChanges(options: ChangesOptions): Promise<void> {
  const { directories, onChange, signal, sleep, pollMs = 400 } = options;
  let known = options.known ?? (await fingerprint(directories));
  while (await pause(sleep, pollMs, signal)) {
    const seen = await fingerprint(directories);
    if (seen === known) continue;
    let settled = seen;
    for (let last = ''; last !== settled; settled = await fingerprint(directories)) {
      last = settled;
      if (!(await pause(sleep, pollMs / 4, signal))) return;
    }
    known = settled;
    await onChange(known);
  }
}

/** False when the signal has aborted. */
async function pause(sleep: Sleep, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, signal);
    return !signal.aborted;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

/** A short text that changes with any file of the directories. */
export async function fingerprint(directories: readonly string[]): Promise<string> {
  const lines = await Promise.all(directories.map(filesOf));
  return createHash('sha256').update(lines.flat().join('\n')).digest('base64url');
}

async function filesOf(directory: string): Promise<string[]> {
  const entries = await ifThere(readdir(directory, { withFileTypes: true }));
  const found = (entries ?? [])
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(async (entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return filesOf(path);
      const file = await ifThere(stat(path));
      return file ? [`${path} ${file.mtimeMs} ${file.size} ${file.ino}`] : [];
    });
  return (await Promise.all(found)).flat();
}
