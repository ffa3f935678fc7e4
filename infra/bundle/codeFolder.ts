import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CodeBuild } from './build.ts';

export interface CodeFile {
  readonly name: string;
  readonly contents: Uint8Array;
}

export function codeFiles(built: CodeBuild): CodeFile[] {
  return built.outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
}

/** Makes a folder have these files and no others. */
export async function writeCodeFolder(folder: string, files: readonly CodeFile[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await Promise.all(files.map(({ name, contents }) => writeFile(join(folder, name), contents)));
}
