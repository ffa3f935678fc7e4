import { readdir, readFile } from 'node:fs/promises';

/** Resident memory of the process that runs a function in the local cloud, over a time, in MB. */
export interface MemoryOverTime {
  /** The most in the first quarter of the time. */
  readonly firstMb: number;
  /** The most in the last quarter of it. */
  readonly lastMb: number;
}

export interface MemoryWatch {
  stop(): void;
  /** Undefined where there is no `/proc`, or no such process was seen. */
  read(): MemoryOverTime | undefined;
}

/** Looks at the processes that run a function every so often, until it is stopped. */
export function watchFunctionMemory(functionName: string, everyMs: number): MemoryWatch {
  const samples: number[] = [];
  const timer = setInterval(async () => {
    const size = await functionMemoryMb(functionName);
    if (size !== undefined) samples.push(size);
  }, everyMs);
  return {
    stop: () => clearInterval(timer),
    read: () => {
      const quarter = Math.ceil(samples.length / 4);
      if (quarter === 0) return undefined;
      return {
        firstMb: Math.max(...samples.slice(0, quarter)),
        lastMb: Math.max(...samples.slice(-quarter)),
      };
    },
  };
}

/** Of the largest one, where several processes run the function. */
async function functionMemoryMb(functionName: string): Promise<number | undefined> {
  const variable = `AWS_LAMBDA_FUNCTION_NAME=${functionName}`;
  const sizes: number[] = [];
  for (const pid of await childProcesses()) {
    const environment = await textOf(`/proc/${pid}/environ`);
    if (!environment.split('\0').includes(variable)) continue;
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(await textOf(`/proc/${pid}/status`))?.[1];
    if (resident !== undefined) sizes.push(Number(resident) / 1024);
  }
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

/** Of this process: those of other local clouds on the machine are not meant. */
async function childProcesses(): Promise<string[]> {
  const threads = await readdir('/proc/self/task').catch(() => []);
  const children = await Promise.all(threads.map((thread) => textOf(`/proc/self/task/${thread}/children`)));
  return children.flatMap((text) => text.split(' ')).filter((pid) => pid !== '');
}

/** Empty for what is gone: processes end while one looks at them. */
function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
