import { functionProcesses, residentMb } from './functionProcesses.ts';

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

/** The largest process, if several run the function. */
async function functionMemoryMb(functionName: string): Promise<number | undefined> {
  const processes = (await functionProcesses()).filter((each) => each.functionName === functionName);
  const sizes = await Promise.all(processes.map(({ id }) => residentMb(id)));
  const known = sizes.filter((size) => size !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
