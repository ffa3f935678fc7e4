import { eventPath } from '../../client/ingest/eventPath.ts';
import type { RuleTargetDescription } from '../../infra/description.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
import type { EventBridgeEvent } from './event.ts';

export interface RuleContext {
  readonly ruleName: string;
  readonly ruleArn: string;
  /** ISO 8601. */
  readonly ingestionTime: string;
}

/** Thrown where a transformer makes no JSON of an event: EventBridge then does not invoke the target. */
export class InvalidTargetInputError extends MillraceError {
  override readonly code = 'InvalidTargetInput';
  override readonly name = 'InvalidTargetInputError';
}

/**
 * The input that a target gets for an event, as JSON text.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 *
 * @throws InvalidEventPathError, InvalidTargetInputError
 */
export function targetInput(
  { inputPath, inputTransformer }: Pick<RuleTargetDescription, 'inputPath' | 'inputTransformer'>,
  event: EventBridgeEvent,
  context: RuleContext,
): string {
  if (inputTransformer === undefined) {
    return JSON.stringify(inputPath === undefined ? event : (eventPath(inputPath)(event) ?? null));
  }
  const { inputPathsMap, inputTemplate } = inputTransformer;
  const { detail: _, ...withoutDetail } = event;
  const values = new Map<string, Json | undefined>([
    ...Object.entries(inputPathsMap).map(([name, path]) => [name, eventPath(path)(event)] as const),
    ['aws.events.event', withoutDetail],
    ['aws.events.event.json', event],
    ['aws.events.event.ingestion-time', context.ingestionTime],
    ['aws.events.rule-name', context.ruleName],
    ['aws.events.rule-arn', context.ruleArn],
  ]);
  const text = filled(inputTemplate, values);
  try {
    JSON.parse(text);
  } catch (error) {
    throw new InvalidTargetInputError(
      `The transformer of rule '${context.ruleName}' makes no JSON of event ${event.id} (${String(error)}): look at its paths.`,
    );
  }
  return text;
}

/** Within a JSON text a value is written without quotes of its own, elsewhere as the JSON that it is. */
function filled(template: string, values: ReadonlyMap<string, Json | undefined>): string {
  let isInText = false;
  return template.replaceAll(/\\.|"|<([^<>\s]+)>/g, (token, name: string | undefined) => {
    if (token === '"') isInText = !isInText;
    if (name === undefined || !values.has(name)) return token;
    const value = values.get(name);
    if (value === undefined) return '';
    const json = JSON.stringify(value);
    if (!isInText) return json;
    return typeof value === 'string' ? json.slice(1, -1) : JSON.stringify(json).slice(1, -1);
  });
}
