import { request } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineStartError } from './errors.ts';
import { type GuardedProcess, type ProcessExit, spawnGuarded } from './guardedProcess.ts';

/** How to run a DynamoDB engine on a port. Asked again for each port that turns out to be taken. */
export interface EngineCommand {
  readonly path: string;
  readonly arguments: readonly string[];
  /** Removed after the process has ended. */
  readonly temporaryDirectory: string | undefined;
  /** @default that of this process */
  readonly workingDirectory?: string;
}

export interface EngineProcessOptions {
  readonly commandFor: (port: number) => Promise<EngineCommand>;
  /** The engine's message when the port is taken. */
  readonly portTaken: string;
  readonly startDeadlineMs: number;
  /** @default any that is free */
  readonly port?: number | undefined;
  /** Gets each line that the engine prints. */
  readonly log?: ((line: string) => void) | undefined;
}

export interface EngineProcess {
  readonly process: GuardedProcess;
  readonly endpoint: string;
}

const answerDeadlineMs = 1_000;
const askAgainMs = 10;
const portAttempts = 5;
const linesOfReport = 10;

/**
 * Starts an engine on a port of its own and waits for its first answer. The port is free when it is chosen and may be
 * taken when the engine binds it: then another one is tried.
 *
 * @throws EngineStartError if it does not answer
 */
export async function startEngineProcess(options: EngineProcessOptions): Promise<EngineProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const printed: string[] = [];
    const port = await freePort(options.port);
    const command = await options.commandFor(port);
    const endpoint = `http://127.0.0.1:${port}`;
    const process = spawnGuarded(command.path, command.arguments, {
      temporaryDirectory: command.temporaryDirectory,
      workingDirectory: command.workingDirectory,
      onLine: (line) => {
        if (printed.push(line) > linesOfReport) printed.shift();
        options.log?.(line);
      },
    });
    const failure = await firstAnswer(process, endpoint, options.startDeadlineMs);
    if (failure === undefined) return { process, endpoint };
    await process.stop().catch(() => {}); // `failure` says why it does not run.
    const portTaken = printed.some((line) => line.includes(options.portTaken));
    if (!portTaken || attempt === portAttempts || options.port !== undefined) {
      throw new EngineStartError([`The DynamoDB engine ${command.path} ${failure}.`, ...printed].join('\n'));
    }
  }
}

/**
 * Stops an engine.
 *
 * @param watcher hears of an end that was not asked for
 */
export function stopOf(
  process: GuardedProcess,
  watcher: { readonly onExit?: (exit: ProcessExit) => void },
): () => Promise<void> {
  let stopping = false;
  process.exited.then((exit) => {
    if (!stopping) watcher.onExit?.(exit);
  });
  return async () => {
    stopping = true;
    await process.stop();
  };
}

/** Undefined once the engine answers, else why it does not. */
async function firstAnswer(
  process: GuardedProcess,
  endpoint: string,
  startDeadlineMs: number,
): Promise<string | undefined> {
  let ended: string | undefined;
  process.exited.then(
    ({ code, signal }) => {
      ended = `ended with ${signal ?? `code ${code}`} before it answered`;
    },
    (error: Error) => {
      ended = `could not be run (${error.message})`;
    },
  );
  const deadline = Date.now() + startDeadlineMs;
  while (ended === undefined && Date.now() < deadline) {
    if (await answers(endpoint)) return undefined;
    await delay(askAgainMs);
  }
  return ended ?? `did not answer within ${startDeadlineMs / 1000} seconds`;
}

function answers(endpoint: string): Promise<boolean> {
  return new Promise((resolve) => {
    const question = request(
      endpoint,
      {
        method: 'POST',
        timeout: answerDeadlineMs,
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.ListTables',
          'x-amz-date': '20260101T000000Z',
          // The engine looks at the form of the signature only.
          authorization:
            'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=local',
        },
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    question.on('timeout', () => question.destroy());
    question.on('error', () => resolve(false));
    question.end('{}');
  });
}

/** Tries a requested port first, so that another program that answers there is not taken for the engine. */
function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', (error) => {
      const isTaken = 'code' in error && error.code === 'EADDRINUSE';
      const message = `Something listens on port ${wanted} of 127.0.0.1: choose another port for DynamoDB.`;
      reject(isTaken ? new EngineStartError(message, { cause: error }) : error);
    });
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address
          ? resolve(address.port)
          : reject(new EngineStartError('This machine gave no free port on 127.0.0.1.')),
      );
    });
  });
}
