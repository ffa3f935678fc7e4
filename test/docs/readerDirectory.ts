import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { millrace } from '../cli/testCommandLine.ts';
import { codeBlocksOf, repositoryDirectory } from './codeBlocks.ts';

export interface Printed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the project's sources, where a reader's Node.js runs what `npm ci` has built. */
const sources = [
  '--import',
  fileURLToPath(new URL('../cli/typescript.mjs', import.meta.url)),
  '--conditions',
  'millrace-source',
];

/** A folder in the clone in which a reader does what a page says. */
export class ReaderDirectory {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<ReaderDirectory> {
    const parent = join(repositoryDirectory, '.millrace');
    await mkdir(parent, { recursive: true });
    return new ReaderDirectory(await mkdtemp(join(parent, 'reader-')));
  }

  /** A path in it. */
  at(path: string): string {
    return join(this.path, path);
  }

  /** Installs this package, as `npm install` would. */
  async install(): Promise<void> {
    await mkdir(this.at('node_modules'));
    await symlink(repositoryDirectory, this.at('node_modules/millrace'), 'dir');
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.path, path)), { recursive: true });
    await writeFile(join(this.path, path), `${text}\n`);
  }

  /** Writes the files that a page shows. */
  async writeFilesOf(page: string): Promise<void> {
    for (const { marks, text } of await codeBlocksOf(page)) {
      const file = marks.get('file');
      if (file !== undefined) await this.write(file, text);
    }
  }

  /** Runs one line of a shell block: `npx millrace …` or `node FILE`. */
  async run(line: string, environment: Readonly<Record<string, string>>): Promise<Printed> {
    const [program, ...args] = wordsOf(line);
    if (program === 'npx' && args[0] === 'millrace') {
      const { exitCode, stdout, stderr } = await millrace(args.slice(1), {
        directory: this.path,
        environment,
      });
      return { exitCode, stdout: stdout.join('\n'), stderr: stderr.join('\n') };
    }
    if (program === 'node') return this.#node(args, environment);
    throw new Error(`This test does not know how to run: ${line}`);
  }

  async #node(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Printed> {
    const child = spawn(process.execPath, [...sources, ...args], {
      cwd: this.path,
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...environment },
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        output[name] += chunk.toString();
      });
    }
    const [exitCode] = await once(child, 'close');
    return { exitCode: Number(exitCode ?? -1), ...output };
  }

  /** Compiles the folders of the reader as strictly as the project itself. */
  async compile(folders: readonly string[]): Promise<{ exitCode: number; output: string }> {
    const config = { extends: join(repositoryDirectory, 'tsconfig.json'), include: folders };
    await this.write('tsconfig.json', JSON.stringify(config));
    const compiler = spawn(
      process.execPath,
      [join(repositoryDirectory, 'node_modules/typescript/bin/tsc'), '-p', this.path],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    compiler.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const [exitCode] = await once(compiler, 'close');
    return { exitCode: Number(exitCode ?? -1), output };
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Words as a shell splits them, with single quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
}
