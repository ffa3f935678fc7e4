import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../local/index.ts';
import { progress } from './commandLine.ts';

/** One each for orchestrator, wake and clock; the others for the worker, whose work is all CPU. */
export const maximumConcurrency = 5;

/** A local cloud with the benches' own machines and workers, whose logs are progress. Steps go by the stream, unless a machine says otherwise. */
export function startBenchCloud(
  options: Omit<LocalCloudOptions, 'machinesDirectory' | 'workersDirectory' | 'log'>,
): Promise<LocalCloud> {
  const directory = dirname(fileURLToPath(import.meta.url));
  return startLocalCloud({
    machinesDirectory: join(directory, 'machines'),
    workersDirectory: join(directory, 'workers'),
    log: ({ source, text }) => progress(`${source}: ${text}`),
    ...options,
    settings: { chain: false, ...options.settings },
  });
}
