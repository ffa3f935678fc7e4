import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const run = promisify(execFile);
export const repository = fileURLToPath(new URL('../..', import.meta.url));

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/**
 * Packs the package as `npm run build` has left it, and unpacks it into the `node_modules` of a project, beside the packages that
 * are installed here. Answers the paths of its files.
 *
 * @param leftOut packages that are not there
 */
export async function installPackage(
  project: string,
  leftOut: readonly string[] = [],
): Promise<readonly string[]> {
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', project];
  const { stdout } = await run('npm', pack, { cwd: repository, maxBuffer: 16 * 1024 ** 2 });
  const [packed] = JSON.parse(stdout) as Packed[];
  const modules = join(project, 'node_modules');
  await mkdir(modules);
  await run('tar', ['-xzf', join(project, packed?.filename ?? ''), '-C', modules]);
  await run('mv', [join(modules, 'package'), join(modules, 'millrace')]);
  const installed = join(repository, 'node_modules');
  for (const name of await readdir(installed)) {
    if (name.startsWith('.') || leftOut.includes(name)) continue;
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(installed, name), join(modules, name));
  }
  return packed?.files.map(({ path }) => path) ?? [];
}

/** The command line of an installed package. */
export function installedCommand(project: string): string {
  return join(project, 'node_modules/millrace/dist/bin/millrace.js');
}
