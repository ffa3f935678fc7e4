import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryDirectory } from './codeBlocks.ts';
import { findingsIn, proseOf, textOf } from './english.ts';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: repositoryDirectory,
  encoding: 'utf8',
})
  .trim()
  .split('\n');
const pages = files.filter((file) => file.endsWith('.md'));
// Its own table has the phrases in it.
const sources = files.filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !file.startsWith('test/docs/english'));

const read = (file: string) => readFile(join(repositoryDirectory, file), 'utf8');

async function findingsOf(file: string) {
  const text = await read(file).catch(() => '');
  return findingsIn(file.endsWith('.md') ? proseOf(text) : textOf(text, file.startsWith('test/')));
}

describe('docs, comments and messages are in plain English', () => {
  it('without the phrases that we do not write', async () => {
    const findings: string[] = [];
    for (const file of [...pages, ...sources]) {
      for (const { line, text, instead } of await findingsOf(file)) {
        findings.push(`${file}:${line}: ${text} (write: ${instead})`);
      }
    }
    expect(findings).toEqual([]);
  });

  it('finds each phrase', () => {
    const bad = [
      'An execution that cannot be woken delays no other; nobody is told.',
      'Whoever writes it',
      'This is no error',
      'What the publisher gives up is kept.',
      'It belongs into the table',
    ];
    for (const text of bad) expect(findingsIn([[1, text]]), text).not.toEqual([]);
    const good = ['It is no longer open.', 'What does it cost?', 'Say what happened.', 'There is no limit'];
    for (const text of good) expect(findingsIn([[1, text]]), text).toEqual([]);
  });
});

describe('pages are wrapped at 100 characters', () => {
  it.each(pages)('%s', async (page) => {
    let inCode = false;
    const long = (await read(page)).split('\n').flatMap((text, i) => {
      if (text.startsWith('```')) inCode = !inCode;
      const isFree = inCode || text.startsWith('```') || text.startsWith('|') || !text.includes(' ');
      return !isFree && text.length > 100 ? [`${i + 1}: ${text}`] : [];
    });
    expect(long).toEqual([]);
  });
});
