import { checkOptions, type KeysOf } from '../orchestrator/core/policy/options.ts';
import type { GetActivityTaskOptions } from './activities.ts';
import type { BrowseOptions, CountOptions } from './browse.ts';
import type { CheckMachinesOptions } from './checkMachines.ts';
import type { ClientOptions } from './clientOptions.ts';
import type { ControlOptions, RedriveOptions } from './control.ts';
import type { ControlManyOptions } from './controlMany.ts';
import type { DoctorOptions } from './doctor/options.ts';
import type { HistoryOptions } from './history.ts';
import type { InspectOptions } from './inspect.ts';
import type { ListOptions } from './list.ts';
import type { OfMachine } from './machineTypes.ts';
import { checkOptionValues, checkRequired } from './optionValues.ts';
import type { ReplayOptions } from './replay.ts';
import type { SendOptions } from './send.ts';
import type { StartManyOptions, StartOptions } from './start.ts';
import type { StartAndWaitOptions } from './startAndWait.ts';
import type { TaskBeat } from './tasks.ts';
import type { WaitOptions } from './wait.ts';
import type { WaitForAllOptions } from './waitForAll.ts';

const ofMachine: KeysOf<OfMachine> = { machine: true };
const control: KeysOf<ControlOptions> = { ...ofMachine, cause: true };
const redrive: KeysOf<RedriveOptions> = { ...control, version: true, input: true };
const listAll: KeysOf<Omit<ListOptions, 'limit' | 'cursor'>> = { machine: true, status: true, since: true };
const list: KeysOf<ListOptions> = { ...listAll, limit: true, cursor: true };
const historyAll: KeysOf<Omit<HistoryOptions, 'limit' | 'cursor'>> = {
  ...ofMachine,
  machines: true,
  from: true,
};
const history: KeysOf<HistoryOptions> = { ...historyAll, limit: true, cursor: true };

const inspect: KeysOf<InspectOptions> = { ...ofMachine, machines: true, onPart: true };
const countOptions: KeysOf<CountOptions> = {
  machines: true,
  includesOtherMachines: true,
  status: true,
  atMost: true,
};
const browse: KeysOf<BrowseOptions> = {
  machines: true,
  includesOtherMachines: true,
  statuses: true,
  idPrefix: true,
  since: true,
  until: true,
  limit: true,
  cursor: true,
};

const createClient: KeysOf<ClientOptions> = {
  tableName: true,
  dynamodb: true,
  indexShards: true,
  retentionDays: true,
  store: true,
  storeOverKb: true,
  functionPrefix: true,
  lambda: true,
  direct: true,
  onConsumedCapacity: true,
  now: true,
  newId: true,
  sleep: true,
};

const start: KeysOf<StartOptions<string>> = {
  executionId: true,
  input: true,
  version: true,
  traceparent: true,
  direct: true,
};

const startAndWait: KeysOf<StartAndWaitOptions> = {
  executionId: true,
  version: true,
  traceparent: true,
  timeout: true,
};
const startMany: KeysOf<StartManyOptions> = { concurrency: true };
const send: KeysOf<SendOptions> = { ...ofMachine, eventId: true, direct: true };
const getActivityTask: KeysOf<GetActivityTaskOptions> = { workerName: true, waitMs: true, signal: true };
const heartbeatTask: KeysOf<TaskBeat> = { ...ofMachine, progress: true };
const replay: KeysOf<ReplayOptions> = { ...ofMachine, machines: true };

const controlMany: KeysOf<ControlManyOptions> = {
  ...redrive,
  control: true,
  machine: true,
  status: true,
  since: true,
  until: true,
  idPrefix: true,
  limit: true,
  ratePerSecond: true,
  concurrency: true,
  isDryRun: true,
  signal: true,
};

const doctor: KeysOf<DoctorOptions> = {
  machine: true,
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

/** The options of each call, by its name. */
const optionKeys = {
  createClient,
  start,
  startAndWait,
  startMany,
  send,
  describe: ofMachine,
  completeTask: ofMachine,
  failTask: ofMachine,
  getActivityTask,
  heartbeatTask,
  replay,
  stateAt: replay,
  record: ofMachine,
  list,
  listAll,
  browse,
  count: countOptions,
  inspect,
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

/** The options that a call cannot do without. */
const required: Readonly<Partial<Record<keyof typeof optionKeys, readonly string[]>>> = {
  startAndWait: ['timeout'],
  replay: ['machines'],
  stateAt: ['machines'],
  checkMachines: ['machines'],
  browse: ['machines'],
  count: ['machines', 'status'],
  controlMany: ['control', 'machine', 'status'],
};

/**
 * A mistyped name would leave an option at its default, and a wrong value could make a call wait for ever.
 *
 * @param what the call, or the part of its arguments, as messages name it
 * @throws UnknownOptionError
 */
export function checkCallOptions(
  call: keyof typeof optionKeys,
  options: unknown,
  what: string = `${call}()`,
): void {
  checkOptions(what, options, optionKeys[call]);
  checkOptionValues(call, what, options);
  checkRequired(what, options, required[call] ?? []);
}
