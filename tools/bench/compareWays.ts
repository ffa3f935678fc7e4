import type { LocalCloud } from '../../local/index.ts';
import { maximumConcurrency, startBenchCloud } from './benchCloud.ts';
import { type MeasuredRun, runOnCloud } from './cloudRun.ts';
import { progress, round } from './commandLine.ts';
import {
  checkpointed20,
  checkpointed100,
  relay20,
  relay100,
  relayByStream20,
  relayByStream100,
} from './machines/relay.ts';
import type { Mode } from './modes.ts';

/** Steps that the worker host takes. */
export type ChainedMode = Exclude<Mode, 'stream' | 'nudge'>;

/** Promises of an execution, one after the other: what an execution costs besides weighs less the more they are. */
export type Tasks = 20 | 100;
const machines: Readonly<Record<Tasks, Readonly<Record<'stream' | ChainedMode, string>>>> = {
  20: { stream: relayByStream20.id, inline: relay20.id, checkpoint: checkpointed20.id },
  100: { stream: relayByStream100.id, inline: relay100.id, checkpoint: checkpointed100.id },
};

export interface ComparedWays {
  readonly mode: Mode;
  readonly stepsPerSecond: number;
  readonly streamStepsPerSecond: number;
  /** Steps a second against those of the same promises by the stream, in the same run. */
  readonly ratioToStream: number;
  /** By process. */
  readonly cpuMsPerStep: Readonly<Record<string, number>>;
  readonly streamCpuMsPerStep: Readonly<Record<string, number>>;
  /** All processes together, against those of steps by the stream. */
  readonly cpuShareOfStream: number;
  readonly executions: number;
  readonly tasks: number;
}

/** Until the compiler has seen to the AWS SDK in each process. */
const warmUps = 2;
const rounds = 3;

/**
 * The same promises by the stream and in another way, in turns: what else the machine does meets both. Each function has processes of
 * its own, as in the cloud: an invocation, which a chain saves, costs what it costs.
 */
export async function compareWays(
  mode: ChainedMode,
  executions: number,
  tasks: Tasks,
): Promise<ComparedWays> {
  const cloud = await startBenchCloud({ maximumConcurrency, bus: false });
  try {
    return await compared(cloud, mode, executions, tasks);
  } finally {
    await cloud.stop();
  }
}

async function compared(
  cloud: LocalCloud,
  mode: ChainedMode,
  executions: number,
  tasks: Tasks,
): Promise<ComparedWays> {
  const times = { stream: new Sum(), [mode]: new Sum() };
  for (let round = 1 - warmUps; round <= rounds; round++) {
    for (const way of ['stream', mode] as const) {
      const measured = await runOnCloud(cloud, {
        machine: machines[tasks][way],
        prefix: `${way}-${round + warmUps}`,
        executions,
      });
      const perSecond = (executions * tasks * 1000) / measured.elapsedMs;
      progress(`${way}: ${perSecond.toFixed(0)} steps a second${round < 1 ? ' (warm-up)' : ''}`);
      if (round > 0) times[way]?.add(measured);
    }
  }
  const steps = rounds * executions * tasks;
  const [stream, own] = [times.stream, times[mode] ?? times.stream];
  return {
    mode,
    stepsPerSecond: round((steps * 1000) / own.elapsedMs, 0),
    streamStepsPerSecond: round((steps * 1000) / stream.elapsedMs, 0),
    ratioToStream: round(stream.elapsedMs / own.elapsedMs),
    cpuMsPerStep: own.cpuPer(steps),
    streamCpuMsPerStep: stream.cpuPer(steps),
    cpuShareOfStream: round(own.cpuMs / stream.cpuMs),
    executions,
    tasks,
  };
}

class Sum {
  elapsedMs = 0;
  readonly #cpu = new Map<string, number>();

  add({ elapsedMs, cpu }: MeasuredRun): void {
    this.elapsedMs += elapsedMs;
    for (const [kind, ms] of cpu) this.#cpu.set(kind, (this.#cpu.get(kind) ?? 0) + Math.max(0, ms));
  }

  get cpuMs(): number {
    return [...this.#cpu.values()].reduce((sum, ms) => sum + ms, 0);
  }

  cpuPer(steps: number): Record<string, number> {
    const used = [...this.#cpu].filter(([, ms]) => ms > 0);
    return Object.fromEntries(used.map(([kind, ms]) => [kind, round(ms / steps, 3)]));
  }
}

export function comparedText(compared: ComparedWays): string {
  const cpu = (times: Readonly<Record<string, number>>) =>
    Object.entries(times)
      .map(([kind, ms]) => `${kind} ${ms} ms`)
      .join(', ');
  return [
    `${compared.executions} executions of ${compared.tasks} promises, ${rounds} times each way, in turns`,
    `${compared.mode}: ${compared.stepsPerSecond} steps a second; by the stream: ${compared.streamStepsPerSecond}`,
    `${compared.ratioToStream} times as many, at ${compared.cpuShareOfStream} of the CPU a step`,
    `CPU a step, ${compared.mode}: ${cpu(compared.cpuMsPerStep)}`,
    `CPU a step, stream: ${cpu(compared.streamCpuMsPerStep)}`,
  ].join('\n');
}
