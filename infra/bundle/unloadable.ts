import { join } from 'node:path';
import { BundleError, type BundleProblem } from './bundleError.ts';
import type { CodeFile } from './codeFolder.ts';
import { loadCode, loadFailureOf, type Registered } from './loadCheck.ts';
import { bundleMachineModules } from './machineModules.ts';

/** Each takes a bundle and a process, and up to ten seconds where it hangs. */
const filesAtATime = 2;

/**
 * Loads a function that is made of machines, to see that it can be. Answers what it says of its machines.
 *
 * @throws BundleError
 */
export async function checkLoads(
  code: readonly CodeFile[],
  machineFiles: readonly string[],
): Promise<Registered> {
  const { failure, ...registered } = await loadCode(code);
  if (!failure) return registered;
  const isOfModule = failure.code === 'CodeNotLoaded';
  throw new BundleError(
    failure.code,
    isOfModule ? await withFiles(machineFiles, failure.problems) : failure.problems,
  );
}

/**
 * Says of which of the machines' modules it is that they do not load, found by loading each by itself: a module that hangs
 * or ends the process says nothing about itself.
 *
 * @param found what came of loading all of them, told again where each loads by itself
 */
export async function withFiles(
  machineFiles: readonly string[],
  found: readonly BundleProblem[],
): Promise<readonly BundleProblem[]> {
  const [only] = machineFiles;
  if (only !== undefined && machineFiles.length === 1) return found.map((each) => ({ file: only, ...each }));
  const problems: BundleProblem[] = [];
  for (let from = 0; from < machineFiles.length; from += filesAtATime) {
    const some = machineFiles.slice(from, from + filesAtATime);
    problems.push(...(await Promise.all(some.map(problemsOf))).flat());
  }
  return problems.length > 0 ? problems : found;
}

async function problemsOf(file: string): Promise<BundleProblem[]> {
  try {
    const code = await bundleMachineModules([file], join('/', 'index.mjs'));
    const failure = await loadFailureOf(code);
    return (failure?.problems ?? []).map((each) => ({ file, ...each }));
  } catch (error) {
    // It was bundled with the others: what keeps it from being bundled alone says nothing of how it loads.
    if (error instanceof BundleError) return [];
    throw error;
  }
}
