import type { Json } from '../../orchestrator/core/data/json.ts';
import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';

/**
 * A place in an event, in the JSON path of EventBridge's targets: `$`, `$.detail.orderId`, `$.detail.items[0].sku`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export type EventPath = `$${string}`;

/** Thrown for a path that cannot be read. */
export class InvalidEventPathError extends MillraceError {
  override readonly code = 'InvalidEventPath';
  override readonly name = 'InvalidEventPathError';
}

/** Characters that mean something in other dialects (`*`, `?`, `@`, `:` …) are allowed in quotes alone. */
const step = /^(?:\.(?<field>[^.[\]'"\s*?@:,()]+)|\[(?<index>\d+)\]|\['(?<quoted>[^']+)'\])/;

/**
 * Answers what an event has at a path; undefined where it has nothing there.
 *
 * @throws InvalidEventPathError
 */
export function eventPath(path: string): (event: Json) => Json | undefined {
  const steps: (string | number)[] = [];
  let rest = path.startsWith('$') ? path.slice(1) : undefined;
  while (rest !== undefined && rest !== '') {
    const found: RegExpExecArray | null = step.exec(rest);
    const { field, index, quoted } = found?.groups ?? {};
    steps.push(index === undefined ? (field ?? quoted ?? '') : Number(index));
    rest = found ? rest.slice(found[0].length) : undefined;
  }
  if (rest === undefined) {
    throw new InvalidEventPathError(
      `'${path}' is not a path in an event: write it as $.detail.orderId, or $.detail.items[0].`,
    );
  }
  return (event) => {
    let value: Json | undefined = event;
    for (const each of steps) value = valueAt(value, each);
    return value;
  };
}

function valueAt(value: Json | undefined, at: string | number): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (isList(value)) return typeof at === 'number' ? value[at] : undefined;
  const key = String(at);
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isList(value: Extract<Json, object>): value is readonly Json[] {
  return Array.isArray(value);
}

/** Where a text may stand for itself, too. */
export function isPath(text: string): boolean {
  return text.startsWith('$.') || text.startsWith('$[');
}
