import { NotSerializableError, received } from '../orchestrator/core/data/serializable.ts';
import { illFormed, isWellFormed } from '../orchestrator/core/data/text.ts';
import { patchTarget } from '../orchestrator/core/execution/control/inputPatch.ts';
import type { ControlContent } from '../orchestrator/core/execution/model/entries.ts';
import { retentionOf } from '../orchestrator/core/policy/retention.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import type { InsertOutcome } from '../orchestrator/table/requests.ts';
import { InputPatchNotApplicableError, RedriveTooLateError } from './errors.ts';
import type { OfMachine } from './machineTypes.ts';
import type { ClientSurroundings } from './surroundings.ts';

/** The note that is kept with an operator's request. */
export interface ControlOptions extends OfMachine {
  /** Who and why, for the history. */
  readonly cause?: string;
}

/** With what an execution is redriven. */
export interface RedriveOptions extends ControlOptions {
  /** Version of the machine to go on with. @default the one it is on */
  readonly version?: string;
  /** A JSON merge patch (RFC 7396) to the input of what failed: the task, or the start, also one that was not applied yet. */
  readonly input?: unknown;
}

/** @throws NotSerializableError */
export function controlContent(
  control: ControlContent['control'],
  { cause, version, input }: RedriveOptions,
): ControlContent {
  const patch = received(input, 'input');
  return {
    control,
    ...(cause !== undefined && { cause: text(cause, 'cause') }),
    ...(version !== undefined && { version: text(version, 'version') }),
    ...(patch !== undefined && { input: patch }),
  };
}

/** @throws NotSerializableError */
function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new NotSerializableError(path, 'is not a string');
  if (!isWellFormed(value)) throw new NotSerializableError(path, illFormed);
  return value;
}

/** @throws InputPatchNotApplicableError */
export async function checkPatch(
  { table }: ClientSurroundings,
  executionId: string,
  { input }: RedriveOptions,
): Promise<void> {
  const execution = input === undefined ? undefined : await table.executions.read(executionId);
  const target = execution && patchTarget(execution);
  if (target?.type === 'none') throw new InputPatchNotApplicableError(executionId, target);
}

/**
 * The orchestrator would ignore such a redrive, and only the history would say so.
 *
 * @throws RedriveTooLateError
 */
export function checkIsInTime(
  { now, retentionDays }: ClientSurroundings,
  executionId: string,
  endedAt: string | undefined,
): void {
  const redrivableMs = retentionOf(retentionDays)?.redrivableMs;
  if (endedAt === undefined || redrivableMs === undefined) return;
  if (now() - Date.parse(endedAt) > redrivableMs) {
    throw new RedriveTooLateError(executionId, endedAt, Math.floor(redrivableMs / 86_400_000));
  }
}

/** Writes the word; one with the same id is the same word. */
export function sendControl(
  { table, now, newId }: ClientSurroundings,
  executionId: string,
  content: ControlContent,
  eventId: string = newId(),
): Promise<InsertOutcome> {
  return table.journal.insertEvent({ executionId, eventId, at: isoTime(now()), content });
}
