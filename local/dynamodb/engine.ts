import { prepareDataFile } from './dataFile.ts';
import { startEngineProcess } from './engineProcess.ts';
import { findEngine, type LocatedEngine } from './findEngine.ts';
import type { ProcessExit } from './guardedProcess.ts';

/** A DynamoDB API on this machine, with streams: any AWS SDK uses it by its endpoint alone. */
export interface LocalDynamoDB {
  readonly endpoint: string;
  /** The file with the tables; undefined for an engine that was already running. */
  readonly dataFile: string | undefined;
  /** Ends the engine if it was started here, and deletes what was not asked to be kept. */
  stop(): Promise<void>;
}

export interface EngineOptions {
  /** File to keep the tables in. @default a temporary one, deleted on stop */
  readonly dataFile?: string;
  /** @default any that is free */
  readonly port?: number;
  /** Gets each line that the engine prints. */
  readonly log?: (line: string) => void;
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
  let stopping = false;
  process.exited.then((exit) => {
    if (!stopping) options.onExit?.(exit);
  });
  return {
    endpoint,
    dataFile,
    async stop() {
      stopping = true;
      await process.stop();
    },
  };
}
