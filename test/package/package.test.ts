import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../..', import.meta.url));

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

let directory: string;
let files: readonly string[];
let manifest: Manifest;

/** The package as `npm run build` has left it, packed, and unpacked into a project beside the packages that it needs. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-package-'));
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', directory];
  const { stdout } = await run('npm', pack, { cwd: repository, maxBuffer: 16 * 1024 ** 2 });
  const [packed] = JSON.parse(stdout) as Packed[];
  files = packed?.files.map(({ path }) => path) ?? [];
  manifest = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as Manifest;
  const modules = join(directory, 'node_modules');
  await mkdir(modules);
  await run('tar', ['-xzf', join(directory, packed?.filename ?? ''), '-C', modules]);
  await run('mv', [join(modules, 'package'), join(modules, 'millrace')]);
  await linkPackages(modules);
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
}, 60_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Everything that is installed here but what only the repository needs. */
async function linkPackages(modules: string): Promise<void> {
  const installed = join(repository, 'node_modules');
  const isLeftOut = (name: string) =>
    name.startsWith('.') || ['sql.js', 'commander', 'vitest', 'typescript'].includes(name);
  for (const name of (await readdir(installed)).filter((each) => !isLeftOut(each))) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(installed, name), join(modules, name));
  }
}

describe('the published package', () => {
  it('has the command line, every entry point with its types, and the docs', () => {
    const entries = Object.values(manifest.exports).flatMap((each) => [each.types, each.default]);
    const needed = [
      ...entries.map((path) => path.replace('./', '')),
      'dist/bin/millrace.js',
      'docs/guide.md',
    ];
    expect(needed.filter((path) => !files.includes(path))).toEqual([]);
  });

  it('has nothing that only the repository uses, no build information, and no source map without its source', () => {
    const unwanted =
      /^dist\/(?:cli|tools|machines|workers\/examples|infra\/app)\b|tsbuildinfo|\.map$|\.test\.|^test\//;
    expect(files.filter((path) => unwanted.test(path))).toEqual([]);
  });

  it('loads each entry point, and names no missing source map', async () => {
    const imports = Object.keys(manifest.exports).map((path) => `import('millrace${path.slice(1)}')`);
    const script = `const all = await Promise.all([${imports.join(', ')}]); console.log(all.every((each) => Object.keys(each).length > 0));`;
    await writeFile(join(directory, 'load.mjs'), script);
    const { stdout, stderr } = await run(process.execPath, ['load.mjs'], { cwd: directory });
    expect(stdout.trim()).toBe('true');
    expect(stderr).toBe('');
    const main = await readFile(join(directory, 'node_modules/millrace/dist/client/index.js'), 'utf8');
    expect(main).not.toContain('sourceMappingURL');
  });

  it('runs its command line', async () => {
    const bin = join(directory, 'node_modules/millrace/dist/bin/millrace.js');
    const { stdout, stderr } = await run(process.execPath, [bin, '--help'], { cwd: directory });
    expect(stdout).toContain('Usage: millrace');
    expect(stderr).toBe('');
  });

  it('reports an error of its unbundled parts with the exit code of its kind', async () => {
    const bin = join(directory, 'node_modules/millrace/dist/bin/millrace.js');
    const failed = run(process.execPath, [bin, 'dev', '--machines', 'nowhere'], { cwd: directory });
    await expect(failed).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('MachinesNotFound: '),
    });
  });

  it('shares XState with the machines that are written for it, and installs no SQLite', () => {
    const { dependencies, peerDependencies, optionalDependencies } = manifest;
    expect(Object.keys(peerDependencies)).toContain('xstate');
    expect(Object.keys({ ...dependencies, ...optionalDependencies })).not.toContain('sql.js');
    expect(Object.keys(dependencies)).not.toContain('xstate');
  });
});
