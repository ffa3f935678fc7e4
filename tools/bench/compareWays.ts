import type { AnyStateMachine } from 'xstate';
import { progress, round } from './commandLine.ts';
import { startNamedEngine } from './engines.ts';
import { type InProcessMillrace, startInProcessMillrace } from './inProcessMillrace.ts';
import { checkpointed20, relay20, relayByStream20 } from './machines/relay.ts';
import type { Mode } from './modes.ts';
import { type ProcessTimes, processTimes, timesBetween } from './processTimes.ts';
import { add } from './workers/add.ts';

/** Steps that the worker host takes. */
export type ChainedMode = Exclude<Mode, 'stream' | 'nudge'>;

/** Promises of an execution, one after the other. */
const tasks = 20;
const machines: Readonly<Record<'stream' | ChainedMode, AnyStateMachine>> = {
  stream: relayByStream20,
  inline: relay20,
  checkpoint: checkpointed20,
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

const rounds = 3;

/**
 * The same promises by the stream and in another way, in turns: what else the machine does meets both. All of Millrace runs in this
 * process, so that neither way waits for a function's process.
 */
export async function compareWays(mode: ChainedMode, executions: number): Promise<ComparedWays> {
  const engine = await startNamedEngine('dynoxide');
  try {
    const millrace = await startInProcessMillrace(engine.endpoint, Object.values(machines), add, { mode });
    try {
      return await compared(millrace, mode, executions);
    } finally {
      await millrace.stop();
    }
  } finally {
    await engine.stop();
  }
}

async function compared(
  millrace: InProcessMillrace,
  mode: ChainedMode,
  executions: number,
): Promise<ComparedWays> {
  const times = { stream: new Sum(), [mode]: new Sum() };
  for (let round = 0; round <= rounds; round++) {
    for (const way of ['stream', mode] as const) {
      const ids = Array.from({ length: executions }, (_, i) => `${way}-${round}-${i}`);
      const cpuBefore = processTimes();
      const start = performance.now();
      await millrace.run(machines[way].id, ids, { from: 0 });
      const elapsedMs = performance.now() - start;
      const perSecond = (executions * tasks * 1000) / elapsedMs;
      progress(`${way}: ${perSecond.toFixed(0)} steps a second${round === 0 ? ' (warm-up)' : ''}`);
      if (round > 0) times[way]?.add({ elapsedMs, cpu: timesBetween(cpuBefore, processTimes()) });
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

  add({ elapsedMs, cpu }: { readonly elapsedMs: number; readonly cpu: ProcessTimes }): void {
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
