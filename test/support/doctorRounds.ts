import { sendTo, setup } from 'xstate';
import { MillraceClient } from '../../client/client.ts';
import type { DoctorOptions } from '../../client/doctor/options.ts';
import type { TreatedFinding } from '../../client/doctor/treatment.ts';
import type { CatchUpEvent, CatchUpResult } from '../../orchestrator/contract/recovery.ts';
import type { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { counter, letter } from './lostRecords.ts';

export const reminder = setup({}).createMachine({
  id: 'reminder',
  initial: 'sleeping',
  states: { sleeping: { after: { 3600000: 'rung' } }, rung: { type: 'final' } },
});

export const parent = setup({
  types: { events: {} as { type: 'NUDGE' } | { type: 'LEAVE' } },
  actors: { counter },
}).createMachine({
  id: 'parent',
  initial: 'open',
  states: {
    open: {
      invoke: { src: 'counter', id: 'c', onDone: 'done' },
      on: { NUDGE: { actions: sendTo('c', { type: 'END' }) }, LEAVE: 'left' },
    },
    done: { type: 'final' },
    left: { type: 'final' },
  },
});

export const machines = [counter, letter, reminder, parent];
export const workers = { print: () => 'paper' };
export const hourMs = 3_600_000;

export interface Rounds {
  readonly client: MillraceClient;
  readonly calls: CatchUpEvent[];
  /** All that one run of the doctor finds, by execution. */
  round(options?: DoctorOptions): Promise<TreatedFinding[]>;
}

let runs = 0;

export function doctorOf(
  cloud: SimulatedCloud,
  catchUp: (event: CatchUpEvent) => Promise<CatchUpResult> = (event) => cloud.recover(event),
): Rounds {
  const calls: CatchUpEvent[] = [];
  const client = new MillraceClient({
    table: cloud.table,
    now: () => cloud.now,
    newId: () => `run-${++runs}`,
    sleep: (ms) => cloud.advance(ms),
    retentionDays: 90,
    catchUp: (event) => {
      calls.push(event);
      return catchUp(event);
    },
  });
  const round = async (options: DoctorOptions = {}) => {
    const found: TreatedFinding[] = [];
    for await (const finding of client.doctor(options)) found.push(finding);
    return found.sort((a, b) => (a.executionId < b.executionId ? -1 : 1));
  };
  return { client, calls, round };
}

export const told = (findings: readonly TreatedFinding[]) =>
  findings.map(({ executionId, kind, outcome }) => `${executionId} ${kind} ${outcome}`);
