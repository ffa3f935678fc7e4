import type { LocalCloudOptions, LogLine } from './cloudOptions.ts';
import { type LocalDynamoDB, startEngine } from './dynamodb/engine.ts';
import { startFaultProxy } from './dynamodb/faultProxy.ts';
import type { DynamoDBFaultDraws } from './dynamodb/faults.ts';
import type { LocatedEngine } from './dynamodb/findEngine.ts';
import { trimStream } from './dynamodb/trimStream.ts';
import { claimTableFile } from './tableFileClaim.ts';

/** Parts of a cloud that has started, which end in the opposite order. */
export type Started = (() => Promise<void> | void)[];

/** How far the stream was delivered is kept beside the table. */
function checkpointFileOf(dataFile: string): string {
  return `${dataFile}.stream.json`;
}

async function trimKeptStream(dataFile: string | undefined, log: (line: LogLine) => void): Promise<void> {
  if (dataFile === undefined) return;
  const checkpointFile = checkpointFileOf(dataFile);
  const say = (text: string) => log({ source: 'stream', text });
  try {
    const trimmed = await trimStream({ dataFile, checkpointFile, now: Date.now() });
    if (trimmed > 0) say(`${trimmed} records that are older than a day were taken out of ${dataFile}.`);
  } catch (error) {
    say(
      `${dataFile} keeps its old stream records: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/**
 * The engine, with its stream trimmed where the table is kept in a file.
 *
 * @throws LocalCloudRunningError
 */
export async function startKeptEngine(
  options: LocalCloudOptions,
  log: (line: LogLine) => void,
  started: Started,
): Promise<LocalDynamoDB> {
  if (options.dataFile !== undefined) started.push(await claimTableFile(options.dataFile));
  await trimKeptStream(options.dataFile, log);
  const engine = await startEngine({
    ...(options.dataFile !== undefined && { dataFile: options.dataFile }),
    ...(options.dynamodbPort !== undefined && { port: options.dynamodbPort }),
    ...(options.dynamodbEndpoint !== undefined && { engine: engineAt(options.dynamodbEndpoint) }),
    log: (text) => log({ source: 'dynamodb', text }),
    notice: (text) => log({ source: 'engine', text }),
  });
  started.push(() => engine.stop());
  return engine;
}

function engineAt(endpoint: string): LocatedEngine {
  return { kind: 'endpoint', endpoint, variable: 'dynamodbEndpoint' };
}

/** The engine's endpoint, or that of a proxy that injects faults or delays. */
export async function withFaults(
  engine: LocalDynamoDB,
  faults: DynamoDBFaultDraws | undefined,
  started: Started,
): Promise<string> {
  if (!faults) return engine.endpoint;
  const proxy = await startFaultProxy({ target: engine.endpoint, faults });
  started.push(() => proxy.stop());
  return proxy.endpoint;
}
