import type { JsonObject } from '../json.ts';

/**
 * Whether an expression may ask the context object for the execution's input, which is then kept. Where an expression has
 * the whole context object, or a part that holds the input, it may.
 */
export function asksForExecutionInput(definition: JsonObject): boolean {
  const text = JSON.stringify(definition);
  return (
    /\$\$(?!\.(?:State|StateMachine|Task|Map|Execution\.(?:Id|Name|StartTime|RoleArn|RedriveCount|RedriveTime))\b)/.test(
      text,
    ) ||
    /\$states(?!\s*\.\s*(?:input|result|errorOutput|context\s*\.\s*(?:State|StateMachine|Task|Map|Execution\s*\.\s*(?:Id|Name|StartTime|RoleArn|RedriveCount|RedriveTime)))\b)/.test(
      text,
    )
  );
}
