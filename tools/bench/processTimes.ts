import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { defaults, functionNames } from '../../orchestrator/configuration/configuration.ts';

/** CPU time of this process and of all that it started, in milliseconds, by what they are. Empty where there is no /proc. */
export type ProcessTimes = ReadonlyMap<string, number>;

/** Linux counts in hundredths of a second. */
const msPerTick = 10;

/** CPU of the processes that run now: a process that has ended no longer counts. */
export function processTimes(): ProcessTimes {
  const times = new Map<string, number>();
  const processes = readProcesses();
  for (const { id, ticks } of processes) {
    if (!descends(id, processes)) continue;
    const kind = kindOf(id);
    times.set(kind, (times.get(kind) ?? 0) + ticks * msPerTick);
  }
  return times;
}

/** CPU that was used between two readings. */
export function timesBetween(before: ProcessTimes, after: ProcessTimes): ProcessTimes {
  return new Map([...after].map(([kind, ms]) => [kind, ms - (before.get(kind) ?? 0)]));
}

interface RunningProcess {
  readonly id: number;
  readonly parent: number;
  readonly ticks: number;
}

function readProcesses(): RunningProcess[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names.filter((name) => /^\d+$/.test(name)).flatMap((name) => readProcess(Number(name)) ?? []);
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function readProcess(id: number): RunningProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { id, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined; // It ended meanwhile.
  }
}

function descends(id: number, processes: readonly RunningProcess[]): boolean {
  if (id === process.pid) return true;
  const parent = processes.find((each) => each.id === id)?.parent;
  return parent !== undefined && parent > 0 && descends(parent, processes);
}

const hostVariable = `AWS_LAMBDA_FUNCTION_NAME=${functionNames(defaults.functionPrefix).workerHost}`;

/** Workers run where their code is. */
function kindOf(id: number): string {
  if (id === process.pid) return 'main';
  try {
    const command = readFileSync(`/proc/${id}/cmdline`, 'utf8');
    if (!command.includes('environmentRuntime')) return command.startsWith('/bin/sh') ? 'other' : 'engine';
    if (readFileSync(`/proc/${id}/environ`, 'utf8').split('\0').includes(hostVariable)) return 'host';
    const directory = readlinkSync(`/proc/${id}/cwd`);
    return directory.includes('/workers/') ? 'workers' : 'orchestrator';
  } catch {
    return 'other';
  }
}
