import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeError } from '../../cli/reportError.ts';
import { errorCodes, kindOfCode, mayPass } from '../../orchestrator/core/errors/millraceError.ts';
import { repositoryDirectory } from './codeBlocks.ts';

const folders = ['asl', 'client', 'orchestrator', 'workers', 'infra', 'local', 'testing', 'cli'];
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

/** The exit code in the last column of a code's row. */
function documentedExits(): (readonly [code: string, exit: number])[] {
  return page.split('\n').flatMap((line) => {
    const match = /^\| ((?:`\w+`(?:, )?)+) \|.* \| (\d+) \|$/.exec(line);
    return [...(match?.[1] ?? '').matchAll(/`(\w+)`/g)].map(
      (each) => [each[1] ?? '', Number(match?.[2])] as const,
    );
  });
}

/** The names there for errors of the command line, and for those of the AWS SDK. */
const ofTheCommandLine = [
  'InvalidUsage',
  'CannotReachTable',
  'NoCredentials',
  'NoRegion',
  'TableNotFound',
  'Defect',
];

describe('the page of errors', () => {
  it('has every code that an error class can have, and each class is a MillraceError', async () => {
    expect(undocumented(errorCodes)).toEqual([]);
    const sources = (await Promise.all(folders.map(sourcesOf))).flat().join('\n');
    // The one has Lambda's own codes, the other is an example's.
    const own = sources.replace(/class (?:LambdaApiError|CaseFileError) .*?\n\}/gs, '');
    const strangers = [...own.matchAll(/class (\w+) extends Error \{(?:(?!\n\}).)*readonly code/gs)];
    expect(strangers.map((match) => match[1])).toEqual(['MillraceError']);
  });

  it('says of which kinds another attempt may succeed', () => {
    const kinds = errorCodes.map((code) => kindOfCode(code)).filter((kind) => kind !== undefined);
    const retried = /The kinds ((?:`\w+`(?:,| and)?\s+)+)are `retryable`/.exec(page)?.[1] ?? '';
    const documented = [...retried.matchAll(/`(\w+)`/g)].map((match) => match[1]);
    expect(documented.toSorted()).toEqual([...new Set(kinds.filter(mayPass))].toSorted());
  });

  it('has the exit codes that the command line answers with', () => {
    const exits = documentedExits().filter(([code]) => !ofTheCommandLine.includes(code));
    expect(exits.length).toBeGreaterThan(30);
    for (const [code, exit] of exits) {
      const error = Object.assign(new Error('x'), { code });
      expect([code, describeError(error)?.exitCode]).toEqual([code, exit]);
    }
  });

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
