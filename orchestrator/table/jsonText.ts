import type { Json } from '../core/data/json.ts';
import { type Attributes, compressedAttribute, UnreadableAttributeError } from './attributes.ts';
import { receivedJson } from './orderedJson.ts';

/**
 * The data of an item that a user wrote. A String that holds a JSON object or list is refused: its writer meant a Map
 * or a List. Clients write such a text as a Binary, see {@link textAttributes}.
 *
 * @throws UnreadableAttributeError, NotSerializableError
 */
export function structuredJson(item: Attributes, name: 'input' | 'event'): Json | undefined {
  const text = item[name]?.S;
  if (text !== undefined && isJsonText(text)) {
    throw new UnreadableAttributeError(
      `'${name}' is a String that holds JSON: write the data itself, as a Map or a List. ` +
        'To pass JSON as text, put it in a field of a Map.',
    );
  }
  return receivedJson(item, name);
}

/** A text that looks like JSON, as a Binary. Undefined for other values. */
export function textAttributes(name: 'input', value: Json | undefined): Attributes | undefined {
  if (typeof value !== 'string' || !isJsonText(value)) return undefined;
  return { [name]: compressedAttribute(JSON.stringify(value)) };
}

function isJsonText(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
