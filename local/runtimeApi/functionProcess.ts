import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionDescription } from '../../infra/description.ts';
import { programFile } from '../lambda/environmentRuntimeFile.ts';
import { environmentVariables } from '../lambda/environmentVariables.ts';
import { type InvocationOutcome, RuntimeApi } from './runtimeApi.ts';

export interface FunctionProcessOptions {
  readonly region: string;
  /** Credentials and endpoints, beside what the function's own environment has. */
  readonly environment: Readonly<Record<string, string>>;
  /** Gets the function's output, in pieces as it prints them. @default the output is dropped */
  readonly output?: (text: string) => void;
}

/** Resources that a process has used so far. Only Linux reports them. */
export interface ProcessUse {
  /** Processor time of all its threads. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly peakMemoryBytes: number;
}

/**
 * A function as Lambda runs it: its code unpacked to a folder with nothing around it, in a process that gets Lambda's
 * environment and flags and speaks the Runtime API.
 */
export class FunctionProcess {
  /** From the start of the process until it asks for its first invocation: what Lambda reports as init duration. */
  readonly initMs: number;
  readonly initUse: ProcessUse;
  readonly #api: RuntimeApi;
  readonly #child: ChildProcess;
  readonly #dispose: () => Promise<void>;

  private constructor(
    init: { readonly ms: number; readonly use: ProcessUse },
    api: RuntimeApi,
    child: ChildProcess,
    dispose: () => Promise<void>,
  ) {
    this.initMs = init.ms;
    this.initUse = init.use;
    this.#api = api;
    this.#child = child;
    this.#dispose = dispose;
  }

  /** @throws FunctionInitError when the code does not load */
  static async start(
    description: FunctionDescription,
    options: FunctionProcessOptions,
  ): Promise<FunctionProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-function-'));
    const task = join(directory, 'task');
    await cp(description.codeDirectory, task, { recursive: true });
    const { functionName, timeoutSeconds } = description;
    const arn = `arn:aws:lambda:${options.region}:000000000000:function:${functionName}`;
    const api = await RuntimeApi.start(arn, timeoutSeconds * 1000);
    const program = await programFile(dirname(fileURLToPath(import.meta.url)), 'bootstrap');
    const startedAt = performance.now();
    const child = spawn(process.execPath, [...nodeFlags(description.memorySizeMb), program.path], {
      cwd: task,
      env: {
        ...environmentVariables(
          { ...description, codeDirectory: task },
          options.region,
          options.environment,
          functionName,
        ),
        AWS_LAMBDA_RUNTIME_API: api.address,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => options.output?.(text));
    }
    child.on('exit', (code, signal) =>
      api.fail({ errorType: 'Runtime.ExitError', errorMessage: `The process ended with ${signal ?? code}.` }),
    );
    const dispose = async () => {
      await api.stop();
      await program.dispose();
      await rm(directory, { recursive: true, force: true });
    };
    try {
      await api.ready;
    } catch (error) {
      await ended(child);
      await dispose();
      throw error;
    }
    const ms = performance.now() - startedAt;
    return new FunctionProcess({ ms, use: await useOf(child) }, api, child, dispose);
  }

  invoke(event: unknown): Promise<InvocationOutcome> {
    return this.#api.invoke(JSON.stringify(event));
  }

  use(): Promise<ProcessUse> {
    return useOf(this.#child);
  }

  async stop(): Promise<void> {
    await ended(this.#child);
    await this.#dispose();
  }
}

/** Of Lambda's Node.js runtimes, by the function's memory: nine tenths for old objects, the rest for young ones. */
function nodeFlags(memorySizeMb: number): string[] {
  const young = Math.floor(memorySizeMb / 10);
  return [
    '--expose-gc',
    '--max-http-header-size=81920',
    `--max-semi-space-size=${Math.floor(young / 2)}`,
    `--max-old-space-size=${memorySizeMb - young}`,
  ];
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function useOf({ pid }: ChildProcess): Promise<ProcessUse> {
  const directory = `/proc/${pid}`;
  const status = await readFile(`${directory}/status`, 'utf8');
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  const threads = await readdir(`${directory}/task`);
  const nanoseconds = await Promise.all(
    threads.map(async (thread) =>
      Number((await readFile(`${directory}/task/${thread}/schedstat`, 'utf8')).split(' ')[0]),
    ),
  );
  return {
    cpuMs: nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6,
    memoryBytes: bytes('VmRSS'),
    peakMemoryBytes: bytes('VmHWM'),
  };
}
