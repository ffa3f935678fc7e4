import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkFile, checkFolder } from '../../cli/cloud/projectFolders.ts';
import { checkWritable, statOf } from '../../cli/input/userFile.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory();
  await symlink(join(directory.path, 'loop'), join(directory.path, 'loop'));
  await writeFile(join(directory.path, 'file'), '');
});
afterEach(() => directory.remove());

it.each(['nothing', 'file/below'])('a path that leads to nothing is told as such: %s', async (path) => {
  await expect(statOf(join(directory.path, path))).resolves.toBeUndefined();
});

it.each<[string, (path: string) => Promise<void>]>([
  ['a folder of an option', (path) => checkFolder('--machines', path, 'loop')],
  ['a file of an option', (path) => checkFile('--bus', path, 'loop')],
  ['the place of a result', (path) => checkWritable({ directory: path, file: 'loop' })],
])('what cannot be looked at is not said to be missing: %s', async (_, check) => {
  await expect(check(directory.path)).rejects.toThrow(/loop cannot be read \(ELOOP: /);
});
