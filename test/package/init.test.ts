import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { millrace } from '../cli/testCommandLine.ts';
import { installedCommand, installPackage, run } from './installedPackage.ts';

let parent: string;
let project: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'millrace-init-'));
  project = join(parent, 'My Expenses');
  const { exitCode, stderr } = await millrace(['init', 'My Expenses'], { directory: parent });
  expect(exitCode, stderr.join('\n')).toBe(0);
  await installPackage(project);
}, 60_000);
afterAll(() => rm(parent, { recursive: true, force: true }));

const node = (...args: readonly string[]) => run(process.execPath, args, { cwd: project });

describe('a project that init has created', () => {
  it('is named after its folder and asks for the versions that Millrace is tested with', async () => {
    const manifest = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
    expect(manifest.name).toBe('my-expenses');
    for (const version of Object.values({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it('type-checks', async () => {
    await expect(node('node_modules/typescript/bin/tsc')).resolves.toMatchObject({ stdout: '' });
  });

  it('passes its own test', async () => {
    const { stdout } = await node('node_modules/vitest/vitest.mjs', 'run');
    expect(stdout).toMatch(/2 passed/);
  });

  it('synthesizes its template', async () => {
    await node('infra/app.mjs');
    const template = JSON.parse(await readFile(join(project, 'cdk.out/MyExpenses.template.json'), 'utf8'));
    const types = Object.values(template.Resources).map((resource) => (resource as { Type: string }).Type);
    expect(types).toContain('AWS::DynamoDB::Table');
  }, 120_000);

  it('runs on a local cloud without a warning', async () => {
    await writeFile(join(project, 'expenses.ndjson'), '{"amount":900,"purpose":"a mug"}\n');
    const args = ['run', 'expense', '--input', 'expenses.ndjson', '--json'];
    const { stdout, stderr } = await node(installedCommand(project), ...args);
    expect(JSON.parse(stdout)).toMatchObject({ status: { SUCCEEDED: 1 } });
    expect(stderr).toBe('');
  }, 60_000);

  it('is not written over a folder that has files', async () => {
    const { exitCode, stderr } = await millrace(['init', '.'], { directory: project });
    expect(exitCode).toBe(2);
    expect(stderr.join()).toContain('has files already');
  });
});
