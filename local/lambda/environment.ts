import { type ChildProcess, fork } from 'node:child_process';
import type { FunctionDescription } from '../../infra/description.ts';
import { type EnvironmentEnd, exited, failureOf, notStarted, timedOut } from './environmentEnd.ts';
import { type EnvironmentMessage, maximumResponseBytes } from './environmentProtocol.ts';
import { type LambdaLog, splitLines } from './log.ts';

export interface EnvironmentInvocation {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  /** False if the handler's result is not read: it is not sent then. */
  readonly wantsResult: boolean;
  /** A fault: the environment is killed before or after the handler runs. */
  readonly crash: 'before' | 'after' | undefined;
  readonly settle: (outcome: InvocationOutcome) => void;
}

/** An invocation before it is known in which environment it runs. */
export type InvocationRequest = Omit<EnvironmentInvocation, 'crash'>;

export interface InvocationOutcome {
  /** JSON text: what the handler returned (empty if unwanted) or the function error. */
  readonly payload: string;
  readonly functionError: boolean;
  readonly durationMs: number;
}

export interface EnvironmentOptions {
  readonly runtimeFile: string;
  readonly description: FunctionDescription;
  readonly functionArn: string;
  readonly variables: Record<string, string>;
  readonly log: LambdaLog;
  /** The handler is loaded. */
  readonly onReady: (environment: Environment) => void;
  /** The process ended while it loaded the handler. Not called for one that was ended on purpose. */
  readonly onInitFailed: (environment: Environment, end: EnvironmentEnd) => void;
  /** The process ended while no invocation was running. */
  readonly onIdleEnd: (environment: Environment) => void;
}

/** Lambda's limit for loading a function, before loading counts towards its timeout. */
const initSeconds = 10;
/** How long to wait for the last words of a process that aborted. */
const lastWordsMs = 1000;

/** One execution environment: a process that runs one invocation at a time. */
export class Environment {
  state: 'starting' | 'idle' | 'busy' | 'ended' = 'starting';
  /** It finishes what it runs and is not used again. */
  retired = false;
  initDurationMs = 0;
  /** By the clock of the owner. */
  idleSinceMs = 0;
  readonly exited: Promise<void>;

  readonly #options: EnvironmentOptions;
  readonly #child: ChildProcess;
  readonly #startedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #invocation: EnvironmentInvocation | undefined;
  #invokedAt = 0;
  #heapExhausted = false;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    const { description } = options;
    this.#child = fork(options.runtimeFile, [String(maximumResponseBytes), options.functionArn], {
      cwd: description.codeDirectory,
      env: options.variables,
      // As Lambda does: a tenth of the memory is left for what is not in the heap.
      // Stacks name files and lines of the sources, as in the cloud.
      execArgv: [
        '--enable-source-maps',
        `--max-old-space-size=${Math.max(16, Math.floor(description.memorySizeMb * 0.9))}`,
      ],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // In a process group of its own: Ctrl-C in the terminal must not end what runs. It ends with its channel. On
      // Windows this would open a window.
      detached: process.platform !== 'win32',
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', () => resolve());
    });
    this.#child.on('message', (message: EnvironmentMessage) => this.#receive(message));
    this.#child.once('exit', (code, signal) => this.#childExited(code, signal));
    this.#child.on('error', (error) => this.#over(notStarted(error)));
    this.#forwardOutput('stdout');
    this.#forwardOutput('stderr');
    const startSeconds = initSeconds + description.timeoutSeconds;
    this.#timer = setTimeout(() => this.#over(timedOut(startSeconds)), startSeconds * 1000);
  }

  /** Runs an invocation in an idle environment. */
  invoke(invocation: EnvironmentInvocation): void {
    const { timeoutSeconds } = this.#options.description;
    const timeoutMs = timeoutSeconds * 1000;
    this.state = 'busy';
    this.#invocation = invocation;
    this.#invokedAt = performance.now();
    this.#timer = setTimeout(() => this.#over(timedOut(timeoutSeconds)), timeoutMs);
    if (invocation.crash === 'before') {
      this.#child.kill('SIGKILL');
      return;
    }
    const { requestId, wantsResult, payload } = invocation;
    this.#child.send([requestId, Date.now() + timeoutMs, wantsResult, payload], (error) => {
      // The process is gone, or is not to be talked to any more: its exit settles the invocation.
      if (error !== null) this.#child.kill('SIGKILL');
    });
  }

  /** Ends it at once. An invocation that is running settles as one whose process was killed. */
  end(): void {
    this.#over(exited(null, 'SIGKILL', false), 'on purpose');
  }

  #receive(message: EnvironmentMessage): void {
    if (this.state === 'ended') return;
    switch (message[0]) {
      case 'ready':
        clearTimeout(this.#timer);
        this.initDurationMs = performance.now() - this.#startedAt;
        this.state = 'idle';
        this.#options.onReady(this);
        return;
      case 'succeeded':
        this.#handled(message[1], false);
        return;
      case 'failed':
        this.#handled(JSON.stringify(message[1]), true);
        return;
      case 'fatal':
        this.#over({ by: 'function', failure: message[1] });
        return;
    }
  }

  #handled(payload: string, functionError: boolean): void {
    if (this.#invocation?.crash === 'after') {
      this.#child.kill('SIGKILL');
      return;
    }
    clearTimeout(this.#timer);
    this.state = 'idle';
    this.#settle(payload, functionError);
  }

  #settle(payload: string, functionError: boolean): void {
    const invocation = this.#invocation;
    this.#invocation = undefined;
    invocation?.settle({ payload, functionError, durationMs: performance.now() - this.#invokedAt });
  }

  #childExited(code: number | null, signal: NodeJS.Signals | null): void {
    if (signal !== 'SIGABRT') {
      this.#over(exited(code, signal, false));
      return;
    }
    // Whether memory ran out is known from what V8 printed last, which may still be in the pipe.
    const concluded = () => this.#over(exited(code, signal, this.#heapExhausted));
    const timer = setTimeout(concluded, lastWordsMs);
    this.#child.once('close', () => {
      clearTimeout(timer);
      concluded();
    });
  }

  #over(end: EnvironmentEnd, purpose?: 'on purpose'): void {
    if (this.state === 'ended') return;
    const before = this.state;
    this.state = 'ended';
    clearTimeout(this.#timer);
    this.#child.kill('SIGKILL');
    if (before === 'busy') {
      const requestId = this.#invocation?.requestId ?? '';
      this.#settle(JSON.stringify(failureOf(end, requestId)), true);
    } else if (purpose === undefined) {
      if (before === 'starting') this.#options.onInitFailed(this, end);
      else this.#options.onIdleEnd(this);
    }
  }

  #forwardOutput(source: 'stdout' | 'stderr'): void {
    const stream = this.#child[source];
    if (stream === null) return;
    const { description, log } = this.#options;
    const lines = splitLines((message) => {
      if (source === 'stderr' && message.includes('heap out of memory')) this.#heapExhausted = true;
      log({ functionName: description.functionName, source, message });
    });
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => lines.write(text));
    stream.once('close', () => lines.end());
  }
}
