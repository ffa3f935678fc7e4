import { setMaxListeners } from 'node:events';
import type { Control } from '../orchestrator/core/execution/model/entries.ts';
import { type ExecutionStatus, hasEnded } from '../orchestrator/core/execution/model/execution.ts';
import type { ListedExecution } from '../orchestrator/table/requests.ts';
import { checkIsInTime, checkPatch, controlContent, type RedriveOptions, sendControl } from './control.ts';
import { ControlMismatchError, InputPatchNotApplicableError, RedriveTooLateError } from './errors.ts';
import { listAllExecutions } from './list.ts';
import type { MachineReference } from './machineTypes.ts';
import { mapConcurrently } from './mapConcurrently.ts';
import { Pace } from './pace.ts';
import type { ClientSurroundings } from './surroundings.ts';

export interface ControlManyOptions extends RedriveOptions {
  readonly control: Control;
  readonly machine: MachineReference;
  /** Executions that are in it, and still are when their turn comes. */
  readonly status: ExecutionStatus;
  /** Only those that entered the status at or after this time (ms since the epoch). Not for RUNNING. */
  readonly since?: number;
  /** Only those that entered the status at or before this time (ms since the epoch). Not for RUNNING. */
  readonly until?: number;
  /** Only executions whose ids begin with it. */
  readonly idPrefix?: string;
  /** Executions at most. @default all */
  readonly limit?: number;
  /** Executions a second at most. @default as many as can be */
  readonly ratePerSecond?: number;
  /** Executions that receive it at the same time. @default 16 */
  readonly concurrency?: number;
  /** Only says which they are. @default false */
  readonly isDryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface ControlledExecution {
  readonly executionId: string;
  /**
   * `sent`: it was sent. `sentBefore`: it was sent before, in the state that the execution is still in. `skipped`: it is
   * in another status by now, or is gone. `notApplicable`: it is redriven with a patch of an input, and nothing of it that
   * failed has one. `tooLate`: it ended so long ago that it can no longer be redriven. `listed`: it would be sent.
   */
  readonly outcome: 'sent' | 'sentBefore' | 'skipped' | 'notApplicable' | 'tooLate' | 'listed';
  /** The status that it was found in. Absent: it is gone. */
  readonly status?: ExecutionStatus;
}

const defaultConcurrency = 16;

/** Whether an execution in a status takes that word. */
export function takesControl(control: Control, status: ExecutionStatus): boolean {
  switch (control) {
    case 'stop':
      return !hasEnded(status);
    case 'redrive':
      return status === 'PENDING_REDRIVE' || (hasEnded(status) && status !== 'SUCCEEDED');
    case 'suspend':
      return status === 'RUNNING';
    case 'resume':
      return status === 'SUSPENDED';
  }
}

export async function* controlMany(
  surroundings: ClientSurroundings,
  options: ControlManyOptions,
): AsyncGenerator<ControlledExecution, void, undefined> {
  const { control, status, concurrency = defaultConcurrency } = options;
  const signal = options.signal && heardByMany(options.signal);
  if (!takesControl(control, status)) throw new ControlMismatchError(control, status);
  const content = controlContent(control, options);
  const pace = new Pace(surroundings, options.ratePerSecond ?? Number.POSITIVE_INFINITY);
  yield* mapConcurrently(listed(surroundings, options), concurrency, async ({ executionId, endedAt }) => {
    if (control === 'redrive' && !isInTime(surroundings, executionId, endedAt)) {
      return { executionId, outcome: 'tooLate', status } as const;
    }
    if (options.isDryRun) return { executionId, outcome: 'listed', status } as const;
    await pace.take(1, signal);
    const current = await surroundings.table.outlines.readStatus(executionId);
    if (!current) return { executionId, outcome: 'skipped' } as const;
    if (current.status !== status) return { executionId, outcome: 'skipped', ...pick(current) } as const;
    if (control === 'redrive' && !(await takesPatch(surroundings, executionId, options))) {
      return { executionId, outcome: 'notApplicable', status } as const;
    }
    // Named by the execution's state when it is sent: a repeated request is the same item.
    const eventId = `${control}-at-${current.version}`;
    const outcome = await sendControl(surroundings, executionId, content, eventId);
    return { executionId, outcome: outcome === 'inserted' ? 'sent' : 'sentBefore', status } as const;
  });
}

/** Each execution that waits for its turn listens to it. These listeners are not a leak. */
function heardByMany(signal: AbortSignal): AbortSignal {
  const heard = AbortSignal.any([signal]);
  setMaxListeners(0, heard);
  return heard;
}

function isInTime(...given: Parameters<typeof checkIsInTime>): boolean {
  try {
    checkIsInTime(...given);
    return true;
  } catch (error) {
    if (error instanceof RedriveTooLateError) return false;
    throw error;
  }
}

async function takesPatch(
  surroundings: ClientSurroundings,
  executionId: string,
  options: ControlManyOptions,
): Promise<boolean> {
  try {
    await checkPatch(surroundings, executionId, options);
    return true;
  } catch (error) {
    if (error instanceof InputPatchNotApplicableError) return false;
    throw error;
  }
}

function pick({ status }: { readonly status: ExecutionStatus }): Pick<ControlledExecution, 'status'> {
  return { status };
}

/** Leaves out executions that enter the status meanwhile, such as a redriven execution that fails again. */
async function* listed(
  surroundings: ClientSurroundings,
  {
    machine,
    status,
    since,
    until: latest,
    idPrefix = '',
    limit = Number.POSITIVE_INFINITY,
  }: ControlManyOptions,
): AsyncGenerator<ListedExecution, void, undefined> {
  const until = Math.min(surroundings.now(), latest ?? Number.POSITIVE_INFINITY);
  let count = 0;
  const query = { machine, status, ...(since !== undefined && { since }) };
  for await (const execution of listAllExecutions(surroundings, query)) {
    if (count >= limit) return;
    if (!execution.executionId.startsWith(idPrefix)) continue;
    if (execution.endedAt !== undefined && Date.parse(execution.endedAt) > until) continue;
    count++;
    yield execution;
  }
}
