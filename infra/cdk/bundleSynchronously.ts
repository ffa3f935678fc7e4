import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { packageDirectory } from '../bundle/build.ts';
import { BundleError, type BundleErrorCode, type BundleProblem } from '../bundle/bundleError.ts';
import type { BundledFunctions, BundleFunctionsOptions, BundleWorkersOptions } from '../bundle.ts';

/** A request to the bundling process. */
export type BundleRequest =
  | { readonly functions: BundleFunctionsOptions }
  | { readonly workers: BundleWorkersOptions };

/** Its answer. */
export type BundleAnswer =
  | { readonly functions: BundledFunctions }
  | { readonly workers: BundledFunctions['workers'] }
  | { readonly refused: { readonly code: BundleErrorCode; readonly problems: readonly BundleProblem[] } };

/**
 * {@link bundleFunctions}, but returns only when it is done: constructs are made synchronously. Paths are absolute.
 *
 * @throws BundleError
 */
export function bundleFunctionsSynchronously(options: BundleFunctionsOptions): BundledFunctions {
  const answer = ask({ functions: options });
  if ('functions' in answer) return answer.functions;
  throw refusal(answer);
}

/**
 * {@link bundleWorkers}, in the same way.
 *
 * @throws BundleError
 */
export function bundleWorkersSynchronously(options: BundleWorkersOptions): BundledFunctions['workers'] {
  const answer = ask({ workers: options });
  if ('workers' in answer) return answer.workers;
  throw refusal(answer);
}

function refusal(answer: BundleAnswer): Error {
  return 'refused' in answer
    ? new BundleError(answer.refused.code, answer.refused.problems)
    : new Error(
        `The bundling process answered with ${Object.keys(answer).join(', ')}, which was not asked for.`,
      );
}

/** esbuild's plugins, and loading the code once to check it, are asynchronous: a process of their own does not mind. */
function ask(request: BundleRequest): BundleAnswer {
  const stdout = execFileSync(process.execPath, bundleProgram(), {
    cwd: packageDirectory,
    input: JSON.stringify(request),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return JSON.parse(stdout);
}

/** A built package has the program beside this module; from TypeScript sources it is compiled, as Node.js 20 runs none. */
function bundleProgram(): readonly string[] {
  const thisFile = fileURLToPath(import.meta.url);
  const directory = dirname(thisFile);
  if (!thisFile.endsWith('.ts')) return [join(directory, 'bundleProcess.js')];
  const { outputFiles } = buildSync({
    entryPoints: [join(directory, 'bundleProcess.ts')],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    // An argument of a process takes 128 KB.
    minifyWhitespace: true,
    minifySyntax: true,
    // The module that asks where it is finds the package's dependencies by that.
    define: {
      'import.meta.url': JSON.stringify(pathToFileURL(join(directory, '../bundle/build.ts')).href),
    },
    logLevel: 'silent',
  });
  return ['--input-type=module', '--eval', outputFiles[0]?.text ?? ''];
}
