import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedCommand, installPackage, repository, run } from './installedPackage.ts';

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

let directory: string;
let files: readonly string[];
let manifest: Manifest;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-package-'));
  files = await installPackage(directory, ['sql.js', 'commander', 'vitest', 'typescript']);
  manifest = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as Manifest;
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
}, 60_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('the published package', () => {
  it('has the command line, every entry point with its types, and the docs', () => {
    const entries = Object.values(manifest.exports).flatMap((each) => [each.types, each.default]);
    const needed = [
      ...entries.map((path) => path.replace('./', '')),
      'dist/bin/millrace.js',
      'dist/console/chart/elk.bundled.cjs',
      'THIRD-PARTY-NOTICES.md',
      ...['index.html', 'page.js', 'style.css', 'inter.woff2'].map((name) => `dist/console/web/${name}`),
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
    const bin = installedCommand(directory);
    const { stdout, stderr } = await run(process.execPath, [bin, '--help'], { cwd: directory });
    expect(stdout).toContain('Usage: millrace');
    expect(stderr).toBe('');
  });

  it('reports an error of its unbundled parts with the exit code of its kind', async () => {
    const bin = installedCommand(directory);
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
