import { functionProcesses, otherChildren, residentMb } from './functionProcesses.ts';

/** Resident memory of the processes of a local cloud at one time, in MB; nothing for a process that is not there. */
export interface MemorySample {
  readonly seconds: number;
  /** The largest process, if several run it. */
  readonly orchestrator?: number;
  /** The sum of all processes that run functions. */
  readonly functions?: number;
  /** This process: event source, Lambda API, schedules, and the bench itself. */
  readonly localCloud?: number;
  /** DynamoDB. */
  readonly engine?: number;
}

/** One look at the processes. Empty without a `/proc`. */
export async function sampleMemory(orchestrator: string, seconds: number): Promise<MemorySample> {
  const functions = await Promise.all(
    (await functionProcesses()).map(async ({ id, functionName }) => ({
      functionName,
      mb: (await residentMb(id)) ?? 0,
    })),
  );
  const engines = await Promise.all((await otherChildren()).map(residentMb));
  const own = await residentMb(process.pid);
  const ofOrchestrator = functions.filter(({ functionName }) => functionName === orchestrator);
  return {
    seconds,
    ...(ofOrchestrator.length > 0 && { orchestrator: Math.max(...ofOrchestrator.map(({ mb }) => mb)) }),
    ...(functions.length > 0 && { functions: functions.reduce((sum, { mb }) => sum + mb, 0) }),
    ...(own !== undefined && { localCloud: own }),
    ...(engines.length > 0 && { engine: Math.max(...engines.map((mb) => mb ?? 0)) }),
  };
}
