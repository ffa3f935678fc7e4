import type { KeysOf } from '../orchestrator/core/policy/options.ts';
import type { CheckMachinesOptions } from './checkMachines.ts';
import type { ControlOptions, RedriveOptions } from './control.ts';
import type { ControlManyOptions } from './controlMany.ts';
import type { DoctorOptions } from './doctor/options.ts';
import type { HistoryOptions } from './history.ts';
import type { ListOptions } from './list.ts';
import type { SendOptions } from './send.ts';
import type { StartManyOptions, StartOptions } from './start.ts';
import type { WaitOptions } from './wait.ts';
import type { WaitForAllOptions } from './waitForAll.ts';

const control: KeysOf<ControlOptions> = { cause: true };
const redrive: KeysOf<RedriveOptions> = { ...control, version: true, input: true };
const listAll: KeysOf<Omit<ListOptions, 'limit' | 'cursor'>> = { machine: true, status: true, since: true };
const list: KeysOf<ListOptions> = { ...listAll, limit: true, cursor: true };
const historyAll: KeysOf<Pick<HistoryOptions, 'machines' | 'from'>> = { machines: true, from: true };
const history: KeysOf<HistoryOptions> = { ...historyAll, limit: true, cursor: true };

const start: KeysOf<StartOptions<string>> = {
  executionId: true,
  input: true,
  version: true,
  traceparent: true,
};

const startMany: KeysOf<StartManyOptions> = { concurrency: true };
const send: KeysOf<SendOptions> = { eventId: true };
const heartbeatTask: KeysOf<{ readonly progress?: unknown }> = { progress: true };

const controlMany: KeysOf<ControlManyOptions> = {
  ...redrive,
  control: true,
  machine: true,
  status: true,
  since: true,
  limit: true,
  ratePerSecond: true,
  concurrency: true,
  isDryRun: true,
  signal: true,
};

const doctor: KeysOf<DoctorOptions> = {
  isDryRun: true,
  segments: true,
  from: true,
  ratePerSecond: true,
  readUnitsPerSecond: true,
  graceMs: true,
  stopsOrphans: true,
  pageSize: true,
  onProgress: true,
  signal: true,
};

const wait: KeysOf<WaitOptions> = {
  machine: true,
  state: true,
  tag: true,
  timeoutMs: true,
  pollMs: true,
  signal: true,
};

const waitForAll: KeysOf<WaitForAllOptions> = { timeoutMs: true, signal: true, onProgress: true };
const checkMachines: KeysOf<CheckMachinesOptions> = { machines: true, machine: true, limit: true };

/** What each call takes, by its name. */
export const optionKeys = {
  start,
  startMany,
  send,
  heartbeatTask,
  list,
  listAll,
  stop: control,
  redrive,
  suspend: control,
  resume: control,
  controlMany,
  doctor,
  wait,
  waitForAll,
  history,
  historyAll,
  checkMachines,
} as const;
