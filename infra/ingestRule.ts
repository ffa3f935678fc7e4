import { eventPath, isPath } from '../client/ingest/eventPath.ts';
import type { SendRule, StartRule } from '../client/ingest/ingestTarget.ts';
import { nearest } from '../orchestrator/core/data/nearest.ts';
import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
import { isReservedEventType } from '../orchestrator/core/policy/eventTypes.ts';
import type { EventPattern } from './eventPattern/eventPattern.ts';

/** A rule for the events of a bus that match a pattern. */
export type IngestRule = (StartRule | SendRule) & {
  /** As EventBridge has it. */
  readonly eventPattern: EventPattern;
  /** Whose events. @default the deployment's event bus; where it has none, the one that the account has */
  readonly eventBusName?: string;
};

/** Thrown for a rule that does not say what to do and of what, or says what no rule can. */
export class InvalidRuleError extends MillraceError {
  override readonly code = 'InvalidRule';
  override readonly name = 'InvalidRuleError';
}

/** The fields of a rule and of its target: a misspelt one would change what happens to the events. */
const fields = {
  rule: ['eventPattern', 'eventBusName', 'start', 'send'],
  start: ['machine', 'version', 'executionId', 'input'],
  send: ['executionId', 'type', 'event', 'eventId'],
} as const;

/** The fields of every event. Others that a pattern has may be new ones of EventBridge. */
const envelopeFields = [
  'version',
  'id',
  'detail-type',
  'source',
  'account',
  'time',
  'region',
  'resources',
  'detail',
];

/**
 * Checks a rule that may come from a file.
 *
 * @throws InvalidRuleError, InvalidEventPathError
 */
export function checkRule(name: string, rule: unknown): asserts rule is IngestRule {
  const refuse = (problem: string): never => {
    throw new InvalidRuleError(`Rule '${name}': ${problem}`);
  };
  const checked = (value: unknown, what: string, known: readonly string[]): Fields => {
    if (!isFields(value)) return refuse(`${what} is not an object.`);
    const unknown = Object.keys(value).find((key) => !known.includes(key));
    if (unknown !== undefined) {
      const close = nearest(unknown, known);
      refuse(
        `${what} has '${unknown}': ${close === undefined ? `give only ${known.join(', ')}.` : `did you mean '${close}'?`}`,
      );
    }
    return value;
  };
  const path = (value: unknown, what: string): void => {
    if (value === undefined) return;
    if (typeof value === 'string') eventPath(value);
    else refuse(`${what} is the path of something, as in '$.detail.orderId'.`);
  };
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(name)) refuse('name it with 1 to 40 letters, digits, "-" or "_".');
  const { eventPattern, eventBusName, start, send } = checked(rule, 'it', fields.rule);
  if (!isFields(eventPattern)) return refuse('give it an eventPattern, an object.');
  for (const field of Object.keys(eventPattern)) {
    const close = envelopeFields.includes(field) ? undefined : nearest(field, envelopeFields);
    if (close !== undefined) refuse(`no event has the field '${field}': did you mean '${close}'?`);
  }
  if (eventBusName !== undefined && !isText(eventBusName)) refuse('eventBusName is the name of a bus.');
  if ((start === undefined) === (send === undefined)) refuse('give it either `start` or `send`.');
  if (start !== undefined) {
    const { machine, version, executionId, input } = checked(start, '`start`', fields.start);
    if (!isText(machine)) refuse('`start` needs the id of a machine.');
    if (version !== undefined && !isText(version)) refuse("version is a text, as in '1'.");
    path(executionId, 'executionId');
    path(input, 'input');
  }
  if (send !== undefined) {
    const { executionId, type, event, eventId } = checked(send, '`send`', fields.send);
    if (!isText(executionId)) refuse('`send` needs the path of an executionId.');
    if (!isText(type)) return refuse('`send` needs the type of the event, or its path.');
    if (isPath(type)) eventPath(type);
    else if (isReservedEventType(type)) refuse(`events of type '${type}' come from Millrace alone.`);
    path(executionId, 'executionId');
    path(event, 'event');
    path(eventId, 'eventId');
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
