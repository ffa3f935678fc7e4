import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MachineDefinition } from '../../client/index.ts';
import { BundleError } from '../../infra/bundle/bundleError.ts';
import { environmentVariable } from '../../orchestrator/configuration/configuration.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { machinesOf, prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { readDevFile } from '../cloud/devFile.ts';
import { codeDirectories } from '../cloud/projectFolders.ts';
import type { CloudOptions } from '../cloud/resolveCloud.ts';
import type { CommandContext } from '../context.ts';

/** A machine, and the file that it is in. */
export interface LoadedMachine {
  readonly definition: MachineDefinition;
  /** Absolute. */
  readonly file: string;
}

/** Which folder of machines a command is about: the named one, else that of the local cloud it talks to, else the project's. */
export async function machinesDirectoryOf(
  { directory }: CommandContext,
  { machines, table, endpoint }: CloudOptions & { readonly machines?: string },
): Promise<string> {
  if (machines !== undefined) return resolve(directory, machines);
  const dev = table === undefined && endpoint === undefined ? await readDevFile(directory) : undefined;
  const ofCloud = dev?.type === 'running' ? dev.file.machinesDirectory : undefined;
  return ofCloud ?? (await codeDirectories(directory, {})).machinesDirectory;
}

/** The values that the definitions of a cloud have for their placeholders, as JSON: a replay has to have the same. */
export async function substitutionsOf(
  { directory, environment }: CommandContext,
  { table, endpoint }: CloudOptions,
): Promise<string | undefined> {
  const dev = table === undefined && endpoint === undefined ? await readDevFile(directory) : undefined;
  const ofCloud = dev?.type === 'running' ? dev.file.environment : environment;
  return ofCloud[environmentVariable.substitutions];
}

/**
 * The machines of a folder, bundled as for the cloud and loaded into this process.
 *
 * @param substitutions values for the placeholders of definitions, as JSON. @default those of this process
 *
 * @throws BundleError, MachineNotDurableError, DuplicateMachineError, AmbiguousVersionError
 */
export async function loadMachines(
  machinesDirectory: string,
  substitutions?: string,
): Promise<LoadedMachine[]> {
  // The bundler is only loaded by commands that need it.
  const { bundleMachineModules, findMachines, noMachinesIn } = await import(
    '../../infra/bundle/machineModules.ts'
  );
  const { writeCodeFolder } = await import('../../infra/bundle/codeFolder.ts');
  const files = await findMachines(machinesDirectory);
  const directory = await mkdtemp(join(tmpdir(), 'millrace-machines-'));
  try {
    const bundle = join(directory, 'machines.mjs');
    await writeCodeFolder(directory, await bundleMachineModules(files, bundle));
    const modules = await importModules(bundle, files);
    const loaded = withSubstitutions(substitutions, () =>
      modules.flatMap((module, i) =>
        machinesOf(module).map((definition) => ({ definition, file: files[i] ?? '' })),
      ),
    );
    if (loaded.length === 0) throw noMachinesIn(files);
    // As the orchestrator registers them: what it would refuse is refused here.
    machineLookup(prepareMachines(loaded.map(({ definition }) => definition)));
    return loaded;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Modules of definitions read their substitutions from the environment when they are compiled. */
function withSubstitutions<Result>(substitutions: string | undefined, work: () => Result): Result {
  if (substitutions === undefined) return work();
  const name = environmentVariable.substitutions;
  const before = process.env[name];
  process.env[name] = substitutions;
  try {
    return work();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}

async function importModules(bundle: string, files: readonly string[]): Promise<readonly object[]> {
  try {
    const { modules }: { modules: readonly object[] } = await import(pathToFileURL(bundle).href);
    return modules;
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const { withFiles } = await import('../../infra/bundle/unloadable.ts');
    throw new BundleError('CodeNotLoaded', await withFiles(files, [{ message }]));
  }
}
