import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import { onTestFinished } from 'vitest';
import type { FunctionDescription } from '../../../infra/description.ts';
import { type LocalLambda, type StartLambdaOptions, startLambda } from '../../../local/lambda/index.ts';

/** A folder that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export async function writeCode(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}

/** A function whose `index.mjs` is the given text, in a folder of its own. */
export async function functionOf(
  code: string,
  description: Partial<FunctionDescription> = {},
): Promise<FunctionDescription> {
  const codeDirectory = await temporaryDirectory();
  await writeCode(codeDirectory, { 'index.mjs': code });
  return {
    functionName: 'example',
    role: 'worker',
    codeDirectory,
    handler: 'index.handler',
    timeoutSeconds: 10,
    memorySizeMb: 128,
    environment: {},
    ...description,
  };
}

/** Keeps what functions append to it, across processes. */
export interface Notebook {
  readonly file: string;
  lines(): Promise<string[]>;
}

export async function notebook(): Promise<Notebook> {
  const file = join(await temporaryDirectory(), 'notes');
  await writeFile(file, '');
  return { file, lines: async () => (await readFile(file, 'utf8')).split('\n').slice(0, -1) };
}

/** A handler that appends what it was invoked with to a notebook. */
export function noting({ file }: Notebook): string {
  return `import { appendFileSync } from 'node:fs';
export const handler = async (event) => appendFileSync(${JSON.stringify(file)}, JSON.stringify(event) + '\\n');`;
}

export interface Invoked {
  readonly answer: InvokeCommandOutput;
  /** The parsed payload of the answer. */
  readonly payload: unknown;
}

export interface Fixture {
  readonly lambda: LocalLambda;
  readonly client: LambdaClient;
  /** Through the SDK and HTTP. */
  invoke(payload?: unknown, functionName?: string): Promise<Invoked>;
  invokeEvent(payload?: unknown, functionName?: string): Promise<InvokeCommandOutput>;
}

export async function start(options: StartLambdaOptions): Promise<Fixture> {
  const lambda = await startLambda(options);
  const client = new LambdaClient({
    endpoint: lambda.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    await lambda.stop();
  });
  const body = (payload: unknown) => (payload === undefined ? {} : { Payload: JSON.stringify(payload) });
  return {
    lambda,
    client,
    invoke: async (payload, FunctionName = 'example') => {
      const answer = await client.send(new InvokeCommand({ FunctionName, ...body(payload) }));
      return { answer, payload: JSON.parse(answer.Payload?.transformToString() ?? 'null') };
    },
    invokeEvent: (payload, FunctionName = 'example') =>
      client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', ...body(payload) })),
  };
}

/** Waits for a condition, and fails with what was last seen if it does not come true. */
export async function eventually<Value>(
  read: () => Value | Promise<Value>,
  holds: (value: Value) => boolean,
  deadlineMs = 10_000,
): Promise<Value> {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() > giveUpAt) {
      throw new Error(`Did not come true within ${deadlineMs} ms; last seen: ${JSON.stringify(value)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
