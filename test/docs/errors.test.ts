import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryDirectory } from './codeBlocks.ts';

const folders = ['client', 'orchestrator', 'workers', 'infra', 'ingest', 'local', 'testing', 'cli'];
const page = await readFile(join(repositoryDirectory, 'docs/reference/errors.md'), 'utf8');

const read = (path: string) => readFile(join(repositoryDirectory, path), 'utf8');

async function sourcesOf(folder: string): Promise<string[]> {
  const entries = await readdir(join(repositoryDirectory, folder), { recursive: true });
  return Promise.all(entries.filter((path) => path.endsWith('.ts')).map((path) => read(join(folder, path))));
}

/** The names in a union of string literals that is declared in a source. */
function namesOf(source: string, declaration: RegExp): string[] {
  const union = declaration.exec(source.replaceAll(/\/\*.*?\*\//gs, ''))?.[1];
  if (union === undefined) throw new Error(`There is no ${declaration} any more: correct this test.`);
  return [...union.matchAll(/'(\w+)'/g)].map((match) => match[1] ?? '');
}

/** Names that the page has as code, on their own or among others. */
function undocumented(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => !page.includes(`\`${name}\``));
}

describe('the page of errors', () => {
  it.each(folders)('names every code of an error class in %s', async (folder) => {
    const sources = (await sourcesOf(folder)).join('\n');
    const classes = [...sources.matchAll(/readonly code(?: =|:) ((?:'\w+'(?: \| )?)+)/g)];
    const codes = classes.flatMap((match) => match[1]?.match(/\w+/g) ?? []);
    expect(undocumented(codes)).toEqual([]);
  });

  it('names every code that an execution can have', async () => {
    const execution = await read('orchestrator/core/execution/model/execution.ts');
    const step = await read('orchestrator/core/machine/step.types.ts');
    const codes = [
      ...namesOf(execution, /type ExecutionErrorCode =(.*?);/s),
      ...namesOf(step, /interface MachineFailure \{.*?readonly code:(.*?);/s),
    ];
    expect(codes.length).toBeGreaterThan(8);
    expect(undocumented(codes)).toEqual([]);
  });

  it('names every reason to ignore an input', async () => {
    const reasons = namesOf(
      await read('orchestrator/core/execution/model/log.ts'),
      /type IgnoredReason =(.*?);/s,
    );
    expect(reasons.length).toBeGreaterThan(4);
    expect(undocumented(reasons)).toEqual([]);
  });

  it('names every code of a bundle that was refused', async () => {
    const codes = namesOf(await read('infra/bundle/bundleError.ts'), /type BundleErrorCode =(.*?);/s);
    expect(undocumented(codes)).toEqual([]);
  });

  it('names every kind of report', async () => {
    const report = await read('orchestrator/observability/report.ts');
    const types = [...report.matchAll(/readonly type: '(\w+)'/g)].map((match) => match[1] ?? '');
    // Capacity units are reported for measurements alone.
    expect(undocumented(types.filter((type) => type !== 'consumedCapacity'))).toEqual([]);
  });
});
