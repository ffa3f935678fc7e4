import { describe, expect, it } from 'vitest';
import { readFolderRows, rowOf } from './arrows.ts';
import { circlesOf, type Import, importsOf, packageImportsOf, sourceFiles } from './imports.ts';

/**
 * Files that are still in a circle. The test fails when one of them no longer is: delete it from the list. Do not add any.
 */
const stillInCircles: readonly string[] = [];

const files = sourceFiles();
const imports = importsOf(files);
const rows = readFolderRows();
const folders = rows.map(({ folder }) => folder);

function allows(from: string, to: string): boolean {
  const [source, target] = [rowOf(from, rows), rowOf(to, rows)];
  if (source === undefined || target === undefined) return false;
  if (source === target) return true;
  const { mayImport } = source;
  if (mayImport === 'everything above')
    return folders.indexOf(target.folder) < folders.indexOf(source.folder);
  return mayImport.some((name) => target.folder === name || target.folder.startsWith(`${name}/`));
}

const shown = ({ from, to }: Import) => `${from} → ${to}`;

describe('the table of folders in CONTRIBUTING', () => {
  it('has every folder with source files, and no other', () => {
    const homeless = files.filter((file) => rowOf(file, rows) === undefined);
    const empty = folders.filter((folder) => !files.some((file) => rowOf(file, rows)?.folder === folder));
    expect({ homeless, empty }).toEqual({ homeless: [], empty: [] });
  });

  it('is in order: a folder imports from folders above it only', () => {
    const upward = rows.flatMap(({ folder, mayImport }, place) =>
      mayImport === 'everything above'
        ? []
        : mayImport
            .filter((name) => {
              const inside = folders.filter((other) => other === name || other.startsWith(`${name}/`));
              return (
                inside.length === 0 ||
                inside.some((other) => other !== folder && folders.indexOf(other) >= place)
              );
            })
            .map((name) => `${folder} → ${name}`),
    );
    expect(upward).toEqual([]);
  });
});

describe('imports, of values and of types', () => {
  it('are found in the sources', () => {
    expect(imports.map(shown)).toContain('orchestrator/table/table.ts → orchestrator/core/data/json.ts');
    expect(imports.length).toBeGreaterThan(2000);
  });

  it('follow the arrows of that table', () => {
    expect(imports.filter(({ from, to }) => !allows(from, to)).map(shown)).toEqual([]);
  });

  it('make no circle of files', () => {
    const circles = circlesOf(imports);
    const fresh = circles.filter((circle) => !circle.every((file) => stillInCircles.includes(file)));
    const untied = stillInCircles.filter((file) => !circles.flat().includes(file));
    expect({ fresh, untied }).toEqual({ fresh: [], untied: [] });
  });

  it('make no circle of test folders', () => {
    const testFolder = (file: string) => file.split('/').slice(0, 2).join('/');
    const between = imports
      .filter(({ from, to }) => from.startsWith('test/') && to.startsWith('test/'))
      .map(({ from, to }) => ({ from: testFolder(from), to: testFolder(to) }))
      .filter(({ from, to }) => from !== to);
    expect(circlesOf(between)).toEqual([]);
  });
});

describe('packages', () => {
  const outside = packageImportsOf(files.filter((file) => !/^(?:test|tools|machines)\//.test(file)));
  const valuesFrom = (name: string) =>
    outside.filter((found) => found.name === name && found.values.length > 0);

  it('of the core are XState, and what hashes and shows values: it does no I/O', () => {
    const names = outside.filter(({ from }) => from.startsWith('orchestrator/core/')).map(({ name }) => name);
    expect([...new Set(names)].sort()).toEqual(['node:crypto', 'node:util', 'xstate']);
  });

  it('run XState in the core alone: the others write machines and compare states', () => {
    const harmless = new Set([
      'assign',
      'createMachine',
      'enqueueActions',
      'fromPromise',
      'matchesState',
      'setup',
    ]);
    const running = valuesFrom('xstate')
      .filter(({ from }) => !from.startsWith('orchestrator/core/machine/'))
      .filter(({ values }) => values.some((value) => !harmless.has(value)));
    expect(running).toEqual([]);
  });

  it('send commands to DynamoDB from the module that knows the table alone, beside the local cloud and examples', () => {
    const senders = valuesFrom('@aws-sdk/client-dynamodb')
      .filter(({ values }) => values.some((value) => value.endsWith('Command')))
      .map(({ from }) => from);
    const allowed = /^(?:orchestrator\/table|local|workers\/examples)\//;
    expect(senders.filter((from) => !allowed.test(from))).toEqual([]);
    expect(senders).toContain('orchestrator/table/dynamodb/dynamoDBCalls.ts');
  });
});

describe('a circle', () => {
  const edge = (from: string, to: string): Import => ({ from, to });

  it('is found whole, however long, and apart from what leads to it', () => {
    const edges = [edge('a', 'b'), edge('b', 'c'), edge('c', 'a'), edge('x', 'a'), edge('c', 'y')];
    expect(circlesOf(edges)).toEqual([['a', 'b', 'c']]);
  });

  it('is not two ways to the same file', () => {
    expect(circlesOf([edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd')])).toEqual([]);
  });
});
