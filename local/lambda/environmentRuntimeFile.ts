import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface EnvironmentRuntimeFile {
  readonly path: string;
  /** Removes what was written for it. */
  dispose(): Promise<void>;
}

/** The file of the local cloud's execution environments. */
export function environmentRuntimeFile(): Promise<EnvironmentRuntimeFile> {
  return programFile(dirname(fileURLToPath(import.meta.url)), 'environmentRuntime');
}

/**
 * The JavaScript file of a program that runs in a process of its own. A built package has it beside this module; when the project runs
 * from its TypeScript sources it is compiled to a temporary file, as Node.js 20 runs no TypeScript.
 */
export async function programFile(directory: string, program: string): Promise<EnvironmentRuntimeFile> {
  if (!import.meta.url.endsWith('.ts')) {
    return { path: join(directory, `${program}.js`), dispose: async () => {} };
  }
  const { build } = await import('esbuild');
  const temporaryDirectory = await mkdtemp(join(tmpdir(), 'millrace-lambda-'));
  const path = join(temporaryDirectory, `${program}.mjs`);
  await build({
    entryPoints: [join(directory, `${program}.ts`)],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
  });
  return { path, dispose: () => rm(temporaryDirectory, { recursive: true, force: true }) };
}
