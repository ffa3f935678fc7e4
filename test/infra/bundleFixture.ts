import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { type BundledFunctions, type BundleFunctionsOptions, bundleFunctions } from '../../infra/bundle.ts';

/** A user's project in a folder of its own, outside of this repository. */
export interface Project {
  readonly directory: string;
  path(...parts: string[]): string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  bundle(options?: Partial<BundleFunctionsOptions>): Promise<BundledFunctions>;
}

/** Stands for Millrace's own handlers: they answer with the machines that they were made with. */
const entries = {
  'fakes/orchestrator.js': `export const createOrchestrator = ({ machines }) => {
    const handler = async () => machines;
    return { stream: handler, wake: handler, clock: handler, failed: handler, recover: handler };
  };`,
  'fakes/workerHost.js':
    'export const createWorkerHost = ({ machines }) => ({ handler: async () => machines });',
};

export async function project(files: Readonly<Record<string, string>>): Promise<Project> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'millrace-project-')));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const path = (...parts: string[]) => join(directory, ...parts);
  const write = async (more: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(more)) {
      await mkdir(dirname(path(name)), { recursive: true });
      await writeFile(path(name), text);
    }
  };
  await write({ ...entries, ...files });
  return {
    directory,
    path,
    write,
    bundle: (options) =>
      bundleFunctions({
        machinesDirectory: path('machines'),
        workersDirectory: path('workers'),
        outDirectory: path('out'),
        entries: { orchestrator: path('fakes/orchestrator.js'), workerHost: path('fakes/workerHost.js') },
        ...options,
      }),
  };
}

/** Runs an exported function of bundled code in a fresh Node.js and returns what it resolves to. */
export async function run(
  codeDirectory: string,
  exportName: string,
  nodeOptions: string[] = [],
): Promise<unknown> {
  const program = `import { ${exportName} } from ${JSON.stringify(join(codeDirectory, 'index.mjs'))};
    console.log(JSON.stringify(await ${exportName}({}, {})));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...nodeOptions,
    '--input-type=module',
    '--eval',
    program,
  ]);
  return JSON.parse(stdout);
}
