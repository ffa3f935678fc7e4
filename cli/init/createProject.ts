import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InvalidInputError } from '../errors.ts';
import { repositoryDirectory } from '../repository.ts';
import { type ProjectPackage, projectFiles, projectPackages } from './projectFiles.ts';

/**
 * Writes a new project into a folder, which is made if it is not there. Answers the paths of the files.
 *
 * @throws InvalidInputError where the folder has files
 */
export async function createProject(directory: string): Promise<readonly string[]> {
  await refuseFilled(directory);
  const { version, tested } = await ownManifest();
  const files = projectFiles({
    name: packageName(basename(directory)),
    millraceVersion: version,
    versions: tested,
  });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return Object.keys(files);
}

async function refuseFilled(directory: string): Promise<void> {
  const entries = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') throw new InvalidInputError(`${directory} is a file: name a folder.`);
    throw error;
  });
  if (entries.some((name) => name !== '.git')) {
    throw new InvalidInputError(`${directory} has files already: name a new folder, or an empty one.`);
  }
}

/** npm takes lower case without spaces. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._~-]+/g, '-')
    .replace(/^[-._]+/, '');
  return name === '' ? 'millrace-project' : name;
}

/** The versions that this version of Millrace is tested with. */
async function ownManifest() {
  const text = await readFile(join(repositoryDirectory(), 'package.json'), 'utf8');
  const manifest = JSON.parse(text) as {
    readonly version: string;
    readonly devDependencies: Readonly<Record<ProjectPackage, string>>;
  };
  const { version, devDependencies } = manifest;
  const tested = Object.fromEntries(projectPackages.map((name) => [name, devDependencies[name]]));
  return { version, tested: tested as Readonly<Record<ProjectPackage, string>> };
}
