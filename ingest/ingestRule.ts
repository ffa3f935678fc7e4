import type { EventPattern } from '../infra/eventPattern/eventPattern.ts';
import type { Json } from '../orchestrator/core/json.ts';
import { type EventPath, eventPath } from './eventPath.ts';

/** What becomes of the events of a bus that match a pattern. */
export type IngestRule = (StartRule | SendRule) & {
  /** As EventBridge has it. */
  readonly eventPattern: EventPattern;
  /** Whose events. @default the deployment's event bus; where it has none, the one that the account has */
  readonly eventBusName?: string;
};

/** Each event starts an execution. */
export interface StartRule {
  readonly start: StartTarget;
}

/** Each event is sent to an execution. */
export interface SendRule {
  readonly send: SendTarget;
}

export interface StartTarget {
  /** Id of the machine. */
  readonly machine: string;
  /** Version of the machine. @default the newest that is deployed */
  readonly version?: string;
  /**
   * Where the execution's id is: a text or a number. The same event, or another with this id and input, is one start.
   *
   * @default `<machine>-<name of the rule>-<id of the event>`
   */
  readonly executionId?: EventPath;
  /** Where its input is. @default '$.detail' */
  readonly input?: EventPath;
}

export interface SendTarget {
  /** Where the id of the execution is that gets it. */
  readonly executionId: EventPath;
  /** The type of the machine's event, or where it is. */
  readonly type: string | EventPath;
  /** Where its other fields are: an object. @default '$.detail' */
  readonly event?: EventPath;
  /** Where an id is that tells one event of the execution from another. @default `<name of the rule>-<id of the event on the bus>` */
  readonly eventId?: EventPath;
}

/** What the ingest function is invoked with: the target of a rule, and the event as it was on the bus. */
export interface IngestRequest {
  /** Name of the rule. */
  readonly rule: string;
  readonly start?: StartTarget;
  readonly send?: SendTarget;
  readonly event: Json;
}

/** Thrown for a rule that says not what to do, or not of what. */
export class InvalidRuleError extends Error {
  readonly code = 'InvalidRule';
  override readonly name = 'InvalidRuleError';
}

/**
 * Checks a rule that may come from a file.
 *
 * @throws InvalidRuleError, InvalidEventPathError
 */
export function checkRule(name: string, rule: IngestRule): void {
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(name)) {
    throw new InvalidRuleError(`Rule '${name}': name it with 1 to 40 letters, digits, "-" or "_".`);
  }
  const { eventPattern, start, send }: Partial<StartRule & SendRule & IngestRule> = rule;
  const refuse = (problem: string): never => {
    throw new InvalidRuleError(`Rule '${name}': ${problem}`);
  };
  if (typeof eventPattern !== 'object') refuse('give it an eventPattern.');
  if ((start === undefined) === (send === undefined)) refuse('give it either `start` or `send`.');
  if (start) {
    if (!isText(start.machine)) refuse('`start` needs the id of a machine.');
    for (const path of [start.executionId, start.input]) if (path !== undefined) eventPath(path);
  }
  if (send) {
    const { executionId, type, event, eventId } = send;
    if (!isText(executionId)) refuse('`send` needs the path of an executionId.');
    if (!isText(type)) refuse('`send` needs the type of the event, or its path.');
    const paths = [executionId, event, eventId, isPath(type) ? type : undefined];
    for (const path of paths) if (path !== undefined) eventPath(path);
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** Where a text may stand for itself, too. */
export function isPath(text: string): boolean {
  return text.startsWith('$.') || text.startsWith('$[');
}
