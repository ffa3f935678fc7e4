import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { MachineDefinition } from '../../client/index.ts';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { neededWorkers } from '../../orchestrator/dispatch/neededWorkers.ts';
import { checkFolder, codeDirectories } from '../cloud/projectFolders.ts';
import type { CommandContext } from '../context.ts';

/**
 * Refuses machines that name a worker which is not in the folder of workers. Nothing is looked for with `--no-workers`, and in a
 * project that has no such folder: its workers are deployed otherwise.
 *
 * @param workers the folder, as the option names it; false: none
 * @throws BundleError, InvalidInputError
 */
export async function refuseMissingWorkersOf(
  machines: readonly MachineDefinition[],
  { directory }: CommandContext,
  workers: string | false | undefined,
): Promise<void> {
  if (workers === false) return;
  if (workers !== undefined) await checkFolder('--workers', directory, workers);
  const folder =
    workers === undefined
      ? (await codeDirectories(directory, {})).workersDirectory
      : resolve(directory, workers);
  if (workers === undefined && !(await exists(folder))) return;
  // The bundler is only loaded by commands that need it.
  const { bundleWorkers } = await import('../../infra/bundle.ts');
  const { refuseMissingWorkers } = await import('../../infra/bundle/missingWorkers.ts');
  const outDirectory = await mkdtemp(join(tmpdir(), 'millrace-workers-'));
  try {
    const bundled = await bundleWorkers({ workers: folder, outDirectory });
    refuseMissingWorkers(
      neededWorkers(prepareMachines(machines)),
      bundled.map(({ name }) => name),
    );
  } finally {
    await rm(outDirectory, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
