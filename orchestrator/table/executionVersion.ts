import type { Attributes } from './attributes.ts';
import { statusOf } from './executionItem.ts';
import { childNumbers } from './outline.ts';
import type { ExecutionVersion } from './requests.ts';
import { attribute } from './schema.ts';

/** The status of an `execution` item that was read, be it in part. Undefined where it has none. */
export function statusIn(item: Attributes): ExecutionVersion | undefined {
  const status = statusOf(item.status?.S);
  const children = childNumbers(item);
  return (
    status && {
      status,
      version: Number(item[attribute.version]?.N),
      ...(children.length > 0 && { children }),
    }
  );
}
