import { prepareDataFile } from './dataFile.ts';
import { startDynamoDBLocal } from './dynamoDBLocal.ts';
import { startEngineProcess, stopOf } from './engineProcess.ts';
import { findEngine, type LocatedEngine } from './findEngine.ts';
import type { ProcessExit } from './guardedProcess.ts';
import type { LocalDynamoDB } from './localDynamoDB.ts';

export type { LocalDynamoDB };

export interface EngineOptions {
  /** File to keep the tables in. @default a temporary one, deleted on stop */
  readonly dataFile?: string;
  /** @default any that is free */
  readonly port?: number;
  /** Gets each line that the engine prints. */
  readonly log?: (line: string) => void;
  /** Gets what a person should know: that another engine than usual is started, or fetched. */
  readonly notice?: (text: string) => void;
  /** Called when the engine ends without having been stopped. */
  readonly onExit?: (exit: ProcessExit) => void;
  /** @default what `findEngine` finds on this machine */
  readonly engine?: LocatedEngine;
}

const startDeadlineMs = 15_000;

/**
 * Starts the local DynamoDB, or points to the one that the environment names.
 *
 * @throws NoLocalEngineError if this machine has none
 * @throws EngineStartError if it does not answer
 */
export async function startEngine(options: EngineOptions = {}): Promise<LocalDynamoDB> {
  const engine = options.engine ?? findEngine();
  if (engine.kind === 'endpoint') {
    options.log?.(`Using the DynamoDB at ${engine.endpoint} (${engine.variable}).`);
    if (options.dataFile !== undefined) {
      options.log?.(`${options.dataFile} is not used: that engine keeps its own data.`);
    }
    if (options.port !== undefined) {
      options.log?.(`Port ${options.port} is not used: that engine has its own.`);
    }
    return { endpoint: engine.endpoint, dataFile: undefined, stop: async () => {} };
  }

  if (engine.kind === 'java') return startFallback(engine.path, options);

  let dataFile: string | undefined;
  const { process, endpoint } = await startEngineProcess({
    commandFor: async (port) => {
      const file = await prepareDataFile(options.dataFile);
      dataFile = file.path;
      return {
        path: engine.path,
        arguments: ['--host', '127.0.0.1', '--port', String(port), '--db-path', file.path],
        temporaryDirectory: file.temporaryDirectory,
      };
    },
    portTaken: 'already in use',
    startDeadlineMs,
    port: options.port,
    log: options.log,
  });
  return { endpoint, dataFile, stop: stopOf(process, options) };
}

/** AWS's own emulator, which keeps its tables in memory alone. */
function startFallback(java: string, options: EngineOptions): Promise<LocalDynamoDB> {
  const { dataFile, port, log, notice, onExit } = options;
  notice?.('dynoxide is not available for this machine: starting DynamoDB Local with Java.');
  if (dataFile !== undefined) notice?.(`${dataFile} is not used: DynamoDB Local keeps its tables in memory.`);
  return startDynamoDBLocal({
    java,
    ...(port !== undefined && { port }),
    ...(log && { log }),
    ...(notice && { notice }),
    ...(onExit && { onExit }),
  });
}
