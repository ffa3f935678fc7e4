import { type LocalDynamoDB, startEngine } from '../../local/dynamodb/engine.ts';

/** A DynamoDB engine, on disk, that can be stopped and started again on its port. */
export interface RestartableEngine {
  readonly endpoint: string;
  /** Stops it, waits, and starts it with the data that it had. */
  restart(pause: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const mostAttempts = 10;

export async function startRestartableEngine(
  dataFile: string,
  log: (line: string) => void,
): Promise<RestartableEngine> {
  let engine: LocalDynamoDB = await startEngine({ dataFile, log });
  const { endpoint } = engine;
  const port = Number(new URL(endpoint).port);
  return {
    endpoint,
    restart: async (pause) => {
      await engine.stop();
      await pause();
      for (let attempt = 1; ; attempt++) {
        try {
          engine = await startEngine({ dataFile, port, log });
          return;
        } catch (error) {
          // Some other program may have the port for a moment.
          if (attempt === mostAttempts) throw error;
        }
      }
    },
    stop: () => engine.stop(),
  };
}
