import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A module that was compiled. */
export interface CompiledModule {
  /** The compiler's messages. A module that has any is not loaded. */
  readonly errors: readonly string[];
  load(): Promise<Readonly<Record<string, unknown>>>;
}

/** Modules in one program of the compiler, in a folder of their own. Dispose of it in the end. */
export interface CompiledModules extends AsyncDisposable {
  readonly modules: ReadonlyMap<string, CompiledModule>;
}

export interface CompileOptions {
  /** Compiles against the sources of Millrace, and not against what is built of them. @default false */
  readonly fromSource?: boolean;
}

/** As strict as the compiler can be asked to be of a user's own machines. */
const compilerOptions = {
  target: 'es2023',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  lib: ['es2023'],
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  rootDir: '.',
  outDir: 'out',
};

/** The sources import each other by their own names. */
const { rootDir: _, outDir: __, ...strictOptions } = compilerOptions;
const sourceOptions = {
  ...strictOptions,
  noEmit: true,
  customConditions: ['millrace-source'],
  allowImportingTsExtensions: true,
};

/** The repository, whether this file runs in `tools/asl` or in `dist/tools/asl`. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

/**
 * Compiles modules as a user of the package would.
 *
 * @param sources by the names of the modules, which are names of files
 */
export async function compileModules(
  sources: ReadonlyMap<string, string>,
  { fromSource = false }: CompileOptions = {},
): Promise<CompiledModules> {
  const root = packageFolder();
  // Within the package, so that imports of `millrace/…` and `xstate` lead to it and to its dependencies.
  await mkdir(join(root, '.millrace'), { recursive: true });
  const folder = await mkdtemp(join(root, '.millrace', 'asl-convert-'));
  await Promise.all([...sources].map(([name, source]) => writeFile(join(folder, `${name}.ts`), source)));
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: fromSource ? sourceOptions : compilerOptions, include: ['*.ts'] }),
  );
  const report = await runCompiler(root, folder);
  const modules = new Map(
    [...sources.keys()].map((name): [string, CompiledModule] => [
      name,
      {
        errors: report.filter((line) => line.startsWith(`${name}.ts(`)),
        load: () =>
          import(
            pathToFileURL(fromSource ? join(folder, `${name}.ts`) : join(folder, 'out', `${name}.js`)).href
          ),
      },
    ]),
  );
  const unplaced = report.filter((line) => /^error TS/.test(line));
  if (unplaced.length > 0) throw new Error(`The compiler did not start: ${unplaced.join('\n')}`);
  return { modules, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** The lines that the compiler prints. */
function runCompiler(root: string, folder: string): Promise<readonly string[]> {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [compiler, '-p', folder, '--pretty', 'false'],
      { cwd: folder, maxBuffer: 1 << 28 },
      (error, stdout, stderr) => {
        if (error !== null && stdout === '')
          reject(new Error(`The compiler failed: ${stderr || error.message}`));
        else resolve(stdout.split('\n'));
      },
    );
  });
}
