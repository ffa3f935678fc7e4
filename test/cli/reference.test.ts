import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDevFile } from '../../cli/cloud/devFile.ts';
import { cloudOf } from '../../cli/cloud/localCloud.ts';
import { exitCode } from '../../cli/exitCodes.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { millrace } from './testCommandLine.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

let page: string;
let directory: TemporaryDirectory;
let cloud: LocalCloud;
beforeAll(async () => {
  page = await readFile(join(repository, 'docs/reference/cli.md'), 'utf8');
  directory = await temporaryDirectory();
  cloud = await startLocalCloud({
    machinesDirectory: join(repository, 'machines'),
    workersDirectory: join(repository, 'workers'),
  });
  const { tableName } = cloud;
  await writeDevFile(directory.path, {
    pid: process.pid,
    tableName,
    environment: cloudOf(cloud).environment,
    machinesDirectory: join(repository, 'machines'),
  });
});
afterAll(async () => {
  await cloud.stop();
  await directory.remove();
});

interface Step {
  readonly args: readonly string[];
  readonly output: readonly string[];
}

/** Commands after `$ npx millrace`, each with the lines that follow it. */
function stepsOf(session: string): Step[] {
  return session
    .split(/^\$ npx millrace /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...output] = step.trimEnd().split('\n');
      const args = [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
      return { args, output };
    });
}

const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

describe('docs/reference/cli.md', () => {
  it('names no option that no command has', async () => {
    const help = async (...args: readonly string[]) =>
      (await millrace([...args, '--help'], { directory: directory.path })).stdout.join('\n');
    const commandsOf = (text: string) =>
      [...(text.split('Commands:')[1] ?? '').matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name);
    const texts = [await help()];
    for (const name of commandsOf(texts[0] ?? '').filter((each) => each !== 'help')) {
      const text = await help(name);
      texts.push(text);
      for (const inner of commandsOf(text).filter((each) => each !== 'help'))
        texts.push(await help(name, inner));
    }
    const known = new Set(texts.join('\n').match(/--[a-z][a-z-]+/g));
    const named = new Set(page.match(/(?<![-\w])--[a-z][a-z-]+/g));
    expect(named.size).toBeGreaterThan(20);
    expect([...named].filter((option) => !known.has(option))).toEqual([]);
  });

  it('has a session that prints what it says, times and what is left out (…) aside', async () => {
    const steps = stepsOf(/```console\n(.*?)```/s.exec(page)?.[1] ?? '');
    expect(steps.length).toBeGreaterThan(3);
    for (const { args, output } of steps) {
      const result = await millrace(args, { directory: directory.path });
      expect(result.exitCode, result.stderr.join('\n')).toBe(0);
      const printed = result.stdout.map((line) => line.replace(time, 'TIME'));
      const documented = output.map((line) => line.replace(time, 'TIME'));
      expect(printed.map((line, i) => cutLike(line, documented[i]))).toEqual(documented);
    }
  }, 60_000);

  it('lists every exit code', () => {
    const listed = [...page.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(listed).toEqual(Object.values(exitCode));
  });

  it('says of every command what its options are', async () => {
    const help = await millrace(['--help'], { directory: directory.path });
    const commands = help.stdout.map((line) => /^ {2}([a-z]+) \[options\]/.exec(line)?.[1]).filter(Boolean);
    expect(commands.length).toBeGreaterThan(9);
    for (const command of commands) {
      expect(page).toContain(`**${command}**`);
      const { stdout } = await millrace([String(command), '--help'], { directory: directory.path });
      for (const [, option] of stdout.join('\n').matchAll(/^ {2}(--[a-z-]+)/gm))
        expect(page).toContain(option);
    }
  });
});

function cutLike(line: string, documented = ''): string {
  if (!documented.endsWith('…')) return line;
  const kept = documented.slice(0, -1);
  return line.startsWith(kept) ? documented : line;
}
