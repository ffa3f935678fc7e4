/**
 * The event with which the writer of a journal item invokes the orchestrator beside the stream, so that the step does not wait
 * for the stream to bring the item: docs/reference/worker-contract.md.
 */
export interface NudgeEvent {
  readonly nudge: Nudge;
}

export interface Nudge {
  readonly executionId: string;
  /** Sort key of the item: a start, the result of a task, or an event. @default 'start' */
  readonly item?: string;
  /**
   * The item as the stream would bring it: in DynamoDB's JSON, Binary in base64. Without it the orchestrator reads the item, for
   * one read unit more.
   */
  readonly record?: NudgeRecord;
  /**
   * Cause of the tasks that the step opens, which no delivery of the stream dispatches again: random for each nudge.
   *
   * @default a name made of `item`
   */
  readonly id?: string;
}

export type NudgeRecord = Readonly<Record<string, NudgeAttribute>>;

/** DynamoDB's JSON of an attribute, as the event of a stream has it. */
export interface NudgeAttribute {
  readonly S?: string;
  readonly N?: string;
  /** Base64. */
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly L?: readonly NudgeAttribute[];
  readonly M?: NudgeRecord;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
}

/** A copy of a nudge has the name of the nudge, and dispatches again what that one may have lost. */
export function nudgeId({ id, item = 'start' }: Nudge): string {
  return id ?? `nudge#${item}`;
}

/** Whether an event from outside names an execution at all. */
export function isNudge(value: unknown): value is Nudge {
  if (typeof value !== 'object' || value === null) return false;
  const { executionId, item, id }: { executionId?: unknown; item?: unknown; id?: unknown } = value;
  return (
    typeof executionId === 'string' &&
    executionId !== '' &&
    (item === undefined || typeof item === 'string') &&
    (id === undefined || (typeof id === 'string' && id.startsWith('nudge#')))
  );
}
