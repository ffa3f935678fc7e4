import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { commands } from '../../cli/commands/index.ts';
import type { CommandContext } from '../../cli/context.ts';

/** Only what commands are added with; none of them runs. */
const context: CommandContext = {
  terminal: {
    print: () => {},
    note: () => {},
    status: () => {},
    hasColours: false,
    standardInput: (async function* () {})(),
  },
  directory: '/',
  environment: {},
  interrupted: new AbortController().signal,
  now: () => 0,
  startLocalCloud: () => Promise.reject(new Error('No command runs here.')),
};

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Modules and packages that the command line loads before it knows which command runs. */
async function loadedAtOnce(): Promise<{ modules: string[]; packages: string[] }> {
  const { metafile } = await build({
    entryPoints: ['cli/main.ts'],
    absWorkingDir: repository,
    outdir: 'out',
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  const modules = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string) => {
    const output = metafile.outputs[path];
    for (const input of Object.keys(output?.inputs ?? {})) modules.add(input);
    for (const { path: imported, kind, external } of output?.imports ?? []) {
      if (kind === 'dynamic-import') continue;
      if (external) packages.add(imported);
      else visit(imported);
    }
  };
  visit('out/main.js');
  return { modules: [...modules], packages: [...packages] };
}

describe('the command line', () => {
  it('loads no command, client or AWS SDK before it knows which command runs', async () => {
    const { modules, packages } = await loadedAtOnce();
    expect(packages.filter((name) => !name.startsWith('node:'))).toEqual(['commander']);
    // The pure core names statuses and kinds of errors, one module those of AWS, and they import nothing else.
    const others = modules.filter(
      (path) => !path.startsWith('cli/') && !path.startsWith('orchestrator/core/'),
    );
    expect(others).toEqual(['orchestrator/aws/errorKind.ts']);
    expect(modules.filter((path) => path.startsWith('cli/commands/'))).toEqual(['cli/commands/index.ts']);
    expect(modules.length).toBeLessThanOrEqual(12);
  });

  it.each(commands)('shows the options and arguments of $name as the command has them', async (entry) => {
    const program = new Command('millrace');
    (await entry.load())({ program, context, exitWith: () => {} });
    const [command] = program.commands;
    const term = command && program.createHelp().subcommandTerm(command);
    expect(term).toBe(`${entry.name} ${entry.usage}`.trimEnd());
  });
});
