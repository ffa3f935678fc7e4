import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from './imports.ts';

/** A row of the table of folders in CONTRIBUTING. */
export interface FolderRow {
  readonly folder: string;
  /** Folders that it may import from; a folder stands for those inside it as well. */
  readonly mayImport: readonly string[] | 'everything above';
}

/** `| \`folder\` | what is in it | imports |` */
const row = /^\| `(?<folder>[^`]+)` \|[^|]*\| (?<imports>[^|]*) \|$/gm;

/** The table of folders that CONTRIBUTING shows: it is the rule, and the tests read it from there. */
export function readFolderRows(): readonly FolderRow[] {
  const text = readFileSync(join(repositoryDirectory, 'CONTRIBUTING.md'), 'utf8');
  return [...text.matchAll(row)].map(({ groups = {} }) => {
    const imports = groups.imports ?? '';
    return {
      folder: groups.folder ?? '',
      mayImport:
        imports === 'everything above'
          ? imports
          : [...imports.matchAll(/`(?<name>[^`]+)`/g)].map((match) => match.groups?.name ?? ''),
    };
  });
}

/** The row that a file belongs to: the one that names the innermost folder around it. */
export function rowOf(file: string, rows: readonly FolderRow[]): FolderRow | undefined {
  return rows
    .filter(({ folder }) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.folder.length - a.folder.length)[0];
}
