import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that ends on request, and also when this process ends, however it ends. */
export interface GuardedProcess {
  readonly exited: Promise<ProcessExit>;
  stop(): Promise<void>;
}

export interface GuardedProcessOptions {
  /** Gets each line of stdout and stderr. */
  readonly onLine: (line: string) => void;
  /** Removed after the process has ended. */
  readonly temporaryDirectory: string | undefined;
  /** @default that of this process */
  readonly workingDirectory?: string | undefined;
}

const stopPatienceMs = 2_000;

/**
 * The shell reads a pipe whose other end is held by this process alone: the kernel closes it however this process
 * ends, `kill -9` included, where no exit handler runs. The shell's own output goes nowhere, since with its reader gone
 * it would end the shell before the folder is removed. `$1` is that folder, or empty.
 */
const guardScript = `
  directory=$1; shift
  "$@" 3<&- &
  process=$!
  exec >/dev/null 2>&1
  { read -r _ <&3; kill "$process"; } &
  guard=$!
  wait "$process"; status=$?
  kill "$guard"
  [ -z "$directory" ] || rm -rf -- "$directory"
  exit "$status"
`;

/** Starts `path` in a process group of its own, so that Ctrl-C reaches it only through `stop()`. */
export function spawnGuarded(
  path: string,
  processArguments: readonly string[],
  options: GuardedProcessOptions,
): GuardedProcess {
  const directory = options.temporaryDirectory;
  const shellArguments = ['-c', guardScript, 'sh', directory ?? '', path, ...processArguments];
  const child = spawn('/bin/sh', shellArguments, {
    cwd: options.workingDirectory,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const guard = child.stdio[3];
  forwardLines(child.stdout, options.onLine);
  forwardLines(child.stderr, options.onLine);

  const exited = new Promise<ProcessExit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      guard?.destroy();
      resolve({ code, signal });
    });
  });

  return {
    exited,
    async stop() {
      guard?.destroy();
      const patience = setTimeout(() => killGroup(child.pid), stopPatienceMs);
      try {
        await exited;
      } finally {
        clearTimeout(patience);
        // The shell has done this, unless it had to be killed too.
        if (directory !== undefined) await rm(directory, { recursive: true, force: true });
      }
    },
  };
}

function forwardLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', (line) => line !== '' && onLine(line));
}

function killGroup(processId: number | undefined): void {
  if (processId === undefined) return;
  try {
    process.kill(-processId, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
