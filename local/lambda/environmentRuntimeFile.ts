import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface EnvironmentRuntimeFile {
  readonly path: string;
  /** Removes what was written for it. */
  dispose(): Promise<void>;
}

/**
 * The JavaScript file that execution environments run. A built package has it beside this module; when the project runs
 * from its TypeScript sources it is compiled to a temporary file, as Node.js 20 runs no TypeScript.
 */
export async function environmentRuntimeFile(): Promise<EnvironmentRuntimeFile> {
  const thisFile = fileURLToPath(import.meta.url);
  const directory = dirname(thisFile);
  if (!thisFile.endsWith('.ts')) {
    return { path: join(directory, 'environmentRuntime.js'), dispose: async () => {} };
  }
  const { build } = await import('esbuild');
  const temporaryDirectory = await mkdtemp(join(tmpdir(), 'millrace-lambda-'));
  const path = join(temporaryDirectory, 'environmentRuntime.mjs');
  await build({
    entryPoints: [join(directory, 'environmentRuntime.ts')],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
  });
  return { path, dispose: () => rm(temporaryDirectory, { recursive: true, force: true }) };
}
