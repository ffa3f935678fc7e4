import { basename, dirname, join, relative, resolve } from 'node:path';
import { serviceWorkerName } from '../../asl/integrations/serviceCall.ts';
import { isWorkerName } from '../../orchestrator/core/policy/functionNames.ts';
import { buildCode, type CodeBuild, packageDirectory } from './build.ts';
import { BundleError, type BundleProblem } from './bundleError.ts';
import type { CodeFile } from './codeFolder.ts';

export interface WorkerCode {
  readonly name: string;
  /** Absolute path of the module that it was made of. */
  readonly source: string;
  readonly files: readonly CodeFile[];
}

/** Their functions would have the names of Millrace's own: of the worker host, and of the service worker. */
const reserved: readonly string[] = ['host', serviceWorkerName];

export interface BuiltWorkers {
  readonly workers: readonly WorkerCode[];
  /** Modules that export no `handler`, and that no worker imports. */
  readonly idle: readonly string[];
}

/**
 * Bundles those of the modules that export `handler`.
 *
 * @throws BundleError
 */
export async function buildWorkers(
  files: readonly string[],
  workersDirectory: string,
  outDirectory: string,
  minify: boolean,
): Promise<BuiltWorkers> {
  if (files.length === 0) return { workers: [], idle: [] };
  // Which of them are workers is known only afterwards, so each gets a numbered folder as deep as that of a worker will be.
  const built = await buildCode(
    {
      entryPoints: files.map((file, number) => ({ in: file, out: `${number}/index` })),
      outdir: outDirectory,
    },
    minify,
  );
  const workers = files.flatMap((source, number): WorkerCode[] => {
    const folder = join(outDirectory, String(number));
    if (!exportsHandler(built, join(folder, 'index.mjs'))) return [];
    const code = built.outputFiles
      .filter(({ path }) => dirname(path) === folder)
      .map(({ path, contents }) => ({ name: basename(path), contents }));
    return [{ name: nameOf(source, workersDirectory), source, files: code }];
  });
  refuseBadNames(workers);
  return { workers, idle: idleOf(built, files, new Set(workers.map(({ source }) => source))) };
}

/** A module that has only types leaves nothing in a bundle. */
function idleOf(built: CodeBuild, files: readonly string[], workers: ReadonlySet<string>): readonly string[] {
  const absolute = (path: string) => resolve(packageDirectory, path);
  const used = new Set<string>();
  const withCode = new Set<string>();
  for (const { entryPoint, inputs } of Object.values(built.metafile.outputs)) {
    if (entryPoint === undefined) continue;
    const entry = absolute(entryPoint);
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      if (absolute(path) === entry && bytesInOutput > 0) withCode.add(entry);
      if (workers.has(entry)) used.add(absolute(path));
    }
  }
  return files.filter((file) => withCode.has(file) && !used.has(file));
}

function exportsHandler(built: CodeBuild, path: string): boolean {
  return Object.entries(built.metafile.outputs).some(
    ([output, { exports }]) => resolve(packageDirectory, output) === path && exports.includes('handler'),
  );
}

/** The file's name; that of its folder for an `index` file in one. */
function nameOf(source: string, workersDirectory: string): string {
  const name = basename(source).replace(/\.[^.]+$/, '');
  const folder = basename(dirname(relative(workersDirectory, source)));
  return name === 'index' && folder !== '.' && folder !== '' ? folder : name;
}

function refuseBadNames(workers: readonly WorkerCode[]): void {
  const invalid = workers.filter(({ name }) => !isWorkerName(name) || reserved.includes(name));
  if (invalid.length > 0) {
    throw new BundleError(
      'InvalidWorkerName',
      invalid.map(({ name, source }) => ({
        file: source,
        message: `A worker cannot be named "${name}": rename the file to 1 to 40 letters, digits, "-" or "_", and not to ${reserved.map((each) => `"${each}"`).join(' or ')}.`,
      })),
    );
  }
  const first = new Map<string, WorkerCode>();
  const duplicates: BundleProblem[] = [];
  for (const worker of workers) {
    const other = first.get(worker.name);
    if (other === undefined) {
      first.set(worker.name, worker);
      continue;
    }
    duplicates.push({
      file: worker.source,
      message: `Worker "${worker.name}" is in ${relative(process.cwd(), other.source)} too: rename one of the files.`,
    });
  }
  if (duplicates.length > 0) throw new BundleError('DuplicateWorker', duplicates);
}
