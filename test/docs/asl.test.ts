import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arity } from '../../asl/intrinsics/ast.ts';
import { errorNames } from '../../asl/statesError.ts';
import { fieldsOf, isStateType, stateTypes } from '../../asl/validate/fields.ts';
import { repositoryDirectory } from './codeBlocks.ts';

const page = await readFile(join(repositoryDirectory, 'docs/reference/asl.md'), 'utf8');

interface Row {
  readonly section: string;
  readonly cells: readonly string[];
}

/** The rows of tables, with the heading that each is under. */
function rowsIn(text: string): readonly Row[] {
  let section = '';
  const rows: Row[] = [];
  for (const line of text.split('\n')) {
    section = /^## (.+)$/.exec(line)?.[1] ?? section;
    if (line.startsWith('| '))
      rows.push({
        section,
        cells: line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      });
  }
  return rows;
}

const rows = rowsIn(page);

/** The tests that rows name: `file` and the words after it. */
const tests = rows.flatMap(({ cells }) => {
  const [, file = '', name = ''] = /^`([A-Za-z]+)` (.+)$/.exec(cells.at(-1) ?? '') ?? [];
  return file === '' ? [] : [{ file, name }];
});

async function namesIn(file: string): Promise<ReadonlySet<string>> {
  const source = await readFile(join(repositoryDirectory, 'test/asl', `${file}.test.ts`), 'utf8');
  const strings = source.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/g);
  return new Set([...strings].map(([, single, double]) => (single ?? double ?? '').replace(/\\(.)/g, '$1')));
}

describe('the page on Amazon States Language', () => {
  it('names a test in each row of its tables of fields, which exists', async () => {
    const files = [...new Set(tests.map(({ file }) => file))];
    const names = new Map(await Promise.all(files.map(async (file) => [file, await namesIn(file)] as const)));
    expect(tests.length).toBeGreaterThan(100);
    expect(tests.filter(({ file, name }) => !names.get(file)?.has(name))).toEqual([]);
    const ofFields = rows.filter(({ cells }) => /^(?:yes|–|ignored)$/.test(cells[1] ?? ''));
    expect(ofFields.filter(({ cells }) => !/^`[A-Za-z]+` ./.test(cells[4] ?? ''))).toEqual([]);
  });

  it.each(stateTypes)('has each field of %s states, in the query languages that have it', (type) => {
    if (!isStateType(type)) throw new Error(`There is no type ${type}.`);
    const missing = (['JSONPath', 'JSONata'] as const).flatMap((language, index) =>
      Object.keys(fieldsOf(type, language)).filter(
        (key) =>
          !rows.some(
            ({ section, cells }) =>
              (section === type || section === 'Every state') &&
              cells[0]?.includes(`\`${key}\``) &&
              cells[index + 1] !== '–',
          ),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('has each intrinsic function and each reserved error', () => {
    const names = [...Object.keys(arity).map((name) => `States.${name}`), ...Object.values(errorNames)];
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
