import { type Attributes, attributesSize } from './attributes.ts';
import { ItemTooLargeError } from './errors.ts';
import { maximumItemBytes } from './schema.ts';

/** @throws ItemTooLargeError before DynamoDB would refuse it with less to go on */
export function checkedSize(what: string, item: Attributes): Attributes {
  const bytes = attributesSize(item);
  if (bytes > maximumItemBytes) throw new ItemTooLargeError(what, bytes);
  return item;
}
