import { join, resolve } from 'node:path';
import { buildCode, packageDirectory } from './build.ts';
import { BundleError, generatedFile } from './bundleError.ts';
import { codeFiles } from './codeFolder.ts';
import { loadFailureOf } from './loadCheck.ts';

/**
 * Loads the module of a bus once, in a process of its own. The publisher would fail on every batch of events, and say so in its
 * log alone.
 *
 * @throws BundleError
 */
export async function checkBusModule(module: string): Promise<void> {
  const file = resolve(module);
  const contents = `import { bus } from ${JSON.stringify(file)};
if (typeof bus?.publish !== 'function')
  throw new TypeError("Its export 'bus' has no publish(events). Write export const bus: Bus = { publish: async (events) => … }, with the type of millrace/bus.");
`;
  const stdin = { contents, resolveDir: packageDirectory, sourcefile: generatedFile, loader: 'js' } as const;
  const code = codeFiles(await buildCode({ stdin, outfile: join('/', 'index.mjs') }, false));
  const failure = await loadFailureOf(code);
  if (!failure) return;
  throw new BundleError(
    failure.code,
    failure.problems.map((problem) => ({ file, ...problem })),
  );
}
