import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeDirectories } from '../../cli/cloud/projectFolders.ts';
import { InvalidInputError } from '../../cli/errors.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-project-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function foldersOf(packageJson: string, options = {}) {
  await writeFile(join(directory, 'package.json'), packageJson);
  const { machinesDirectory, workersDirectory } = await codeDirectories(directory, options);
  return [machinesDirectory, workersDirectory].map((path) => path.slice(directory.length + 1));
}

describe('the folders of machines and workers', () => {
  it('are machines and workers where the project says nothing', async () => {
    expect(await codeDirectories(directory, {})).toEqual({
      machinesDirectory: join(directory, 'machines'),
      workersDirectory: join(directory, 'workers'),
    });
    expect(await foldersOf('{"name":"shop"}')).toEqual(['machines', 'workers']);
  });

  it('are those of package.json, and before them those of the command line', async () => {
    const project = '{"millrace":{"machines":"src/machines","workers":"src/workers"}}';
    expect(await foldersOf(project)).toEqual(['src/machines', 'src/workers']);
    expect(await foldersOf(project, { workers: 'other' })).toEqual(['src/machines', 'other']);
  });

  it.each([
    ['{"millrace":{"worker":"src"}}', "'worker'"],
    ['{"millrace":{"machines":1}}', "'machines'"],
    ['{"millrace":"src"}', '"millrace"'],
    ['{"millrace":', 'not valid JSON'],
  ])('are refused where package.json says something else: %s', async (packageJson, says) => {
    const refused = foldersOf(packageJson);
    await expect(refused).rejects.toBeInstanceOf(InvalidInputError);
    await expect(refused).rejects.toThrow(says);
  });
});
