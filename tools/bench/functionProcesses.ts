import { readdir, readFile } from 'node:fs/promises';

/** A process of the local Lambda that runs a function. */
export interface FunctionProcess {
  readonly id: number;
  readonly functionName: string;
}

/** Those that this process has started: of other local clouds on the machine none is meant. Empty without a `/proc`. */
export async function functionProcesses(): Promise<FunctionProcess[]> {
  const found = await Promise.all((await children()).map(functionProcess));
  return found.filter((each) => each !== undefined);
}

/** Processes that this process has started, and that run no function: DynamoDB's. */
export async function otherChildren(): Promise<number[]> {
  const ids = await children();
  const functions = new Set((await functionProcesses()).map(({ id }) => id));
  return ids.filter((id) => !functions.has(id));
}

async function children(): Promise<number[]> {
  const threads = await readdir('/proc/self/task').catch(() => []);
  const texts = await Promise.all(threads.map((thread) => textOf(`/proc/self/task/${thread}/children`)));
  return texts.flatMap((text) => text.split(' ')).flatMap((id) => (id === '' ? [] : [Number(id)]));
}

/** Undefined for a process that has ended. */
export async function residentMb(processId: number): Promise<number | undefined> {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await textOf(`/proc/${processId}/status`))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

async function functionProcess(id: number): Promise<FunctionProcess | undefined> {
  const variables = (await textOf(`/proc/${id}/environ`)).split('\0');
  const functionName = variables.find((each) => each.startsWith(nameVariable))?.slice(nameVariable.length);
  return functionName ? { id, functionName } : undefined;
}

const nameVariable = 'AWS_LAMBDA_FUNCTION_NAME=';

/** Empty for what is gone: processes end while one looks at them. */
function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
