import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { serviceWorkerName } from '../asl/integrations/serviceCall.ts';
import { checkOptions, type KeysOf } from '../orchestrator/core/policy/options.ts';
import type { InvocationAges } from '../orchestrator/dispatch/invocationAges.ts';
import type { NeededWorkers } from '../orchestrator/dispatch/neededWorkers.ts';
import { buildCode, packageDirectory } from './bundle/build.ts';
import {
  BundleError,
  type BundleErrorCode,
  type BundleProblem,
  generatedFile,
} from './bundle/bundleError.ts';
import { type CodeFile, codeFiles, writeCodeFolder } from './bundle/codeFolder.ts';
import { type DefinitionsNeeds, definitionNeedsIn } from './bundle/definitionNeeds.ts';
import {
  ingestEntry,
  orchestratorEntry,
  publisherEntry,
  stepFunctionsEntry,
  workerHostEntry,
} from './bundle/entries.ts';
import type { RegisteredMachine } from './bundle/loadCheck.ts';
import { findMachines, noMachinesIn } from './bundle/machineModules.ts';
import { moduleFiles } from './bundle/sourceFiles.ts';
import { checkLoads } from './bundle/unloadable.ts';
import { buildWorkers } from './bundle/workers.ts';

export { BundleError, type BundleErrorCode, type BundleProblem };

export interface BundleFunctionsOptions {
  /** Modules and JSON files of machines. */
  readonly machinesDirectory: string;
  /** Further modules and JSON files of machines. @default none */
  readonly machineFiles?: readonly string[];
  /** Modules of workers; those that export `handler` are. It need not exist. @default no workers */
  readonly workersDirectory?: string;
  /** Gets a folder of code for each function. Earlier bundles in it are replaced. */
  readonly outDirectory: string;
  /** @default false */
  readonly minify?: boolean;
  /** Bundles the publisher. @default none: nothing leaves through a bus */
  readonly bus?: BusCode;
  /** Bundles the function behind the rules of an event bus. @default false: no event starts anything */
  readonly ingest?: boolean;
  /** Bundles the function that serves the API of Step Functions, whose definitions executions can run on. @default false */
  readonly stepFunctions?: boolean;
  /** Lets executions run on definitions that were created through the API of Step Functions. @default `stepFunctions` */
  readonly storedDefinitions?: boolean;
  /**
   * Modules that make the handlers, in place of Millrace's own.
   *
   * @default `millrace/orchestrator`, `millrace/workers/host`, `millrace/bus`, `millrace/ingest`, `millrace/stepfunctions`
   */
  readonly entries?: {
    readonly orchestrator: string;
    readonly workerHost: string;
    readonly publisher?: string;
    readonly ingest?: string;
    readonly stepFunctions?: string;
  };
}

export interface BusCode {
  /** Module whose export `bus` gets all events. @default none: only the bus of the deployment does */
  readonly module?: string;
}

export const busCodeKeys: KeysOf<BusCode> = { module: true };

const bundleKeys: KeysOf<BundleFunctionsOptions> = {
  machinesDirectory: true,
  machineFiles: true,
  workersDirectory: true,
  outDirectory: true,
  minify: true,
  bus: true,
  ingest: true,
  stepFunctions: true,
  storedDefinitions: true,
  entries: true,
};

export interface BundledFunctions {
  readonly orchestrator: {
    readonly codeDirectory: string;
    /** The size of the code, without its source map. */
    readonly bytes: number;
  };
  readonly workerHost: { readonly codeDirectory: string };
  readonly publisher?: { readonly codeDirectory: string };
  readonly ingest?: { readonly codeDirectory: string };
  readonly stepFunctions?: { readonly codeDirectory: string };
  readonly workers: readonly {
    readonly name: string;
    readonly codeDirectory: string;
    readonly handler: string;
  }[];
  /** As the machines' timeouts have it. */
  readonly invocationAges?: InvocationAges;
  /** Workers that the machines name. Absent for an orchestrator that does not say. */
  readonly neededWorkers?: NeededWorkers;
  /** Places of machines that say `nudge: true`. Absent for an orchestrator that does not say. */
  readonly wantedNudges?: readonly string[];
  /** The needs of the Step Functions definitions among the machines. Absent where there are none. */
  readonly definitions?: DefinitionsNeeds;
  /** Absolute paths. */
  readonly machineFiles: readonly string[];
  /** Every version, those that machines start as children included. Absent for an orchestrator that does not say. */
  readonly machines?: readonly RegisteredMachine[];
  /** Bundled modules that may not be what the user meant. Absent where there is nothing to say. */
  readonly warnings?: readonly BundleProblem[];
}

const codeFileName = 'index.mjs';

/**
 * Bundles the machines with the orchestrator (`index.stream`, `index.wake`, `index.clock`, `index.failed`,
 * `index.recover`) and with the worker host, and
 * each worker by itself, as ES modules that need nothing beside them. The machines are registered once, to see that they can be.
 *
 * @throws BundleError with all problems of the user's code; what was in `outDirectory` is then left as it was
 */
export async function bundleFunctions(options: BundleFunctionsOptions): Promise<BundledFunctions> {
  checkOptions('bundleFunctions()', options, bundleKeys);
  checkOptions('bundleFunctions(), bus', options.bus, busCodeKeys);
  const machinesDirectory = resolve(options.machinesDirectory);
  const outDirectory = resolve(options.outDirectory);
  const minify = options.minify ?? false;
  const entries = options.entries ?? {
    orchestrator: 'millrace/orchestrator',
    workerHost: 'millrace/workers/host',
  };
  const moreMachines = (options.machineFiles ?? []).map((file) => resolve(file));
  const machineFiles = [...new Set([...(await findMachines(machinesDirectory)), ...moreMachines])];
  const { stepFunctions: servesApi = false, storedDefinitions: compiles = servesApi } = options;
  const folders = {
    orchestrator: join(outDirectory, 'orchestrator'),
    workerHost: join(outDirectory, 'workerHost'),
    publisher: join(outDirectory, 'publisher'),
    ingest: join(outDirectory, 'ingest'),
    stepFunctions: join(outDirectory, 'stepFunctions'),
    workers: join(outDirectory, 'workers'),
  };

  const orchestratorCode = buildEntry(
    orchestratorEntry(entries.orchestrator, machineFiles, compiles),
    folders.orchestrator,
    minify,
    true,
    true,
  );
  // Loaded while the other bundles are made; its outcome counts once all of them are there.
  const loading = Promise.allSettled([orchestratorCode.then((code) => checkLoads(code, machineFiles))]);
  const [orchestrator, workerHost, publisher, ingest, { workers, idle }] = await allOrEveryProblem([
    orchestratorCode,
    buildEntry(workerHostEntry(entries.workerHost, machineFiles, compiles), folders.workerHost, minify),
    options.bus &&
      buildEntry(
        publisherEntry(entries.publisher ?? 'millrace/bus', options.bus.module),
        folders.publisher,
        minify,
        options.bus.module === undefined,
      ),
    options.ingest === true
      ? buildEntry(ingestEntry(entries.ingest ?? 'millrace/ingest'), folders.ingest, minify, true)
      : undefined,
    buildWorkersOf(options.workersDirectory, folders.workers, minify),
  ]);
  const [loaded] = await loading;
  if (loaded.status === 'rejected') throw loaded.reason;
  if (loaded.value.machines?.length === 0) throw noMachinesIn(machineFiles);
  const definitions = await definitionNeedsIn(machineFiles);
  const stepFunctions = servesApi
    ? await buildEntry(
        await stepFunctionsEntry(
          entries.stepFunctions ?? 'millrace/stepfunctions',
          machineFiles,
          loaded.value.machines,
        ),
        folders.stepFunctions,
        minify,
        true,
      )
    : undefined;
  // Definitions that are created later may need it.
  const needsServices = compiles || Object.hasOwn(loaded.value.neededWorkers ?? {}, serviceWorkerName);
  const serviceWorker = needsServices
    ? await buildEntry(
        `export { handler } from 'millrace/services';\n`,
        join(folders.workers, serviceWorkerName),
        minify,
        true,
      )
    : undefined;

  await rm(folders.workers, { recursive: true, force: true });
  await Promise.all([
    writeCodeFolder(folders.orchestrator, orchestrator),
    writeCodeFolder(folders.workerHost, workerHost),
    publisher && writeCodeFolder(folders.publisher, publisher),
    ingest && writeCodeFolder(folders.ingest, ingest),
    stepFunctions && writeCodeFolder(folders.stepFunctions, stepFunctions),
    ...workers.map(({ name, files }) => writeCodeFolder(join(folders.workers, name), files)),
    serviceWorker && writeCodeFolder(join(folders.workers, serviceWorkerName), serviceWorker),
  ]);
  const named = [...workers, ...(serviceWorker ? [{ name: serviceWorkerName }] : [])];
  return {
    orchestrator: { codeDirectory: folders.orchestrator, bytes: codeBytes(orchestrator) },
    workerHost: { codeDirectory: folders.workerHost },
    ...(publisher && { publisher: { codeDirectory: folders.publisher } }),
    ...(ingest && { ingest: { codeDirectory: folders.ingest } }),
    ...(stepFunctions && { stepFunctions: { codeDirectory: folders.stepFunctions } }),
    workers: bundledWorkers(named, folders.workers),
    machineFiles,
    ...(Object.keys(definitions).length > 0 && { definitions }),
    ...loaded.value,
    ...(idle.length > 0 && { warnings: idle.map(noWorker) }),
  };
}

function noWorker(file: string): BundleProblem {
  const message =
    "It exports no 'handler', so it is not a worker, and no worker imports it: to make it one, write " +
    'export const handler = defineWorker(…).';
  return { file, message };
}

export interface BundleWorkersOptions {
  /** Modules of workers; those that export `handler` are. */
  readonly workers: string | readonly string[];
  /** Gets a folder of code for each worker. */
  readonly outDirectory: string;
  /** @default false */
  readonly minify?: boolean;
}

/**
 * Bundles the workers of a folder, or of some files, alone.
 *
 * @throws BundleError
 */
export async function bundleWorkers(options: BundleWorkersOptions): Promise<BundledFunctions['workers']> {
  const outDirectory = resolve(options.outDirectory);
  const { workers: of, minify = false } = options;
  const { workers } =
    typeof of === 'string'
      ? await buildWorkersOf(of, outDirectory, minify)
      : await buildWorkers(
          of.map((file) => resolve(file)),
          process.cwd(),
          outDirectory,
          minify,
        );
  await Promise.all(workers.map(({ name, files }) => writeCodeFolder(join(outDirectory, name), files)));
  return bundledWorkers(workers, outDirectory);
}

async function buildWorkersOf(directory: string | undefined, outDirectory: string, minify: boolean) {
  if (directory === undefined) return { workers: [], idle: [] };
  const workersDirectory = resolve(directory);
  const files = (await moduleFiles(workersDirectory)) ?? [];
  return buildWorkers(files, workersDirectory, outDirectory, minify);
}

function bundledWorkers(
  workers: readonly { readonly name: string }[],
  outDirectory: string,
): BundledFunctions['workers'] {
  return workers.map(({ name }) => ({
    name,
    codeDirectory: join(outDirectory, name),
    handler: 'index.handler',
  }));
}

async function buildEntry(
  contents: string,
  folder: string,
  minify: boolean,
  isOwnCode = false,
  isOrchestrator = false,
): Promise<CodeFile[]> {
  const stdin = {
    contents,
    resolveDir: packageDirectory,
    sourcefile: generatedFile,
    loader: 'js',
  } as const;
  const outfile = join(folder, codeFileName);
  return codeFiles(await buildCode({ stdin, outfile }, minify, { isOwnCode, isOrchestrator }));
}

function codeBytes(files: readonly CodeFile[]): number {
  return files.find(({ name }) => name === codeFileName)?.contents.length ?? 0;
}

/** Waits for all builds, so that one run shows the problems of machines and of workers. */
async function allOrEveryProblem<Builds extends readonly (Promise<unknown> | undefined)[]>(
  builds: [...Builds],
): Promise<{ [Key in keyof Builds]: Awaited<Builds[Key]> }> {
  const errors = (await Promise.allSettled(builds)).flatMap((each) =>
    each.status === 'rejected' ? [each.reason] : [],
  );
  const problems = new Map<string, BundleProblem>();
  let code: BundleErrorCode | undefined;
  for (const error of errors) {
    if (!(error instanceof BundleError)) throw error;
    code ??= error.code;
    // A machine's problem shows in the orchestrator's bundle and in the worker host's.
    for (const problem of error.problems) problems.set(JSON.stringify(problem), problem);
  }
  if (code !== undefined) throw new BundleError(code, [...problems.values()]);
  return Promise.all(builds);
}
