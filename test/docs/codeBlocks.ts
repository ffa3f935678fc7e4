import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A fenced block of a page: ```` ```ts file=machines/order.ts ````. Readers see the language only. */
export interface CodeBlock {
  readonly language: string;
  /** Words after the language, those with `=` by name. */
  readonly marks: ReadonlyMap<string, string>;
  readonly text: string;
  /** The number of its first line in the page, from 1. */
  readonly line: number;
}

export const repositoryDirectory = fileURLToPath(new URL('../..', import.meta.url));

/** The blocks of a page of this repository, in their order. */
export async function codeBlocksOf(page: string): Promise<CodeBlock[]> {
  const lines = (await readFile(`${repositoryDirectory}/${page}`, 'utf8')).split('\n');
  const blocks: CodeBlock[] = [];
  for (let i = 0; i < lines.length; i++) {
    const opening = /^```(\w+)(.*)$/.exec(lines[i] ?? '');
    if (!opening) continue;
    const end = lines.indexOf('```', i + 1);
    if (end < 0) throw new Error(`${page}:${i + 1}: the block has no end.`);
    const text = lines.slice(i + 1, end).join('\n');
    blocks.push({ language: opening[1] ?? '', marks: marksOf(opening[2] ?? ''), text, line: i + 2 });
    i = end;
  }
  return blocks;
}

function marksOf(info: string): Map<string, string> {
  const marks = info.matchAll(/(\w+)(?:='([^']*)'|=(\S+))?/g);
  return new Map([...marks].map(([, name = '', quoted, word]) => [name, quoted ?? word ?? '']));
}
