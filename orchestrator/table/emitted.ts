import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json } from '../core/data/json.ts';
import type { Emission } from '../core/execution/model/emission.ts';
import { executionStatuses } from '../core/execution/model/execution.ts';
import { compressedAttribute, isObject, textOf, UnreadableAttributeError } from './attributes.ts';

/** JSON text, because a stream filter's `exists` does not see lists and maps. */
export function emittedAttribute(emitted: readonly Emission[]): AttributeValue {
  return { S: JSON.stringify(emitted) };
}

/** Compressed where that is shorter. */
export function compressedEmittedAttribute(emitted: readonly Emission[]): AttributeValue {
  const text = JSON.stringify(emitted);
  const compressed = compressedAttribute(text);
  return (compressed.B?.length ?? 0) < Buffer.byteLength(text) ? compressed : { S: text };
}

/** @throws UnreadableAttributeError */
export function emittedOf(attribute: AttributeValue): Emission[] {
  const emitted = parse(textOf(attribute));
  if (!Array.isArray(emitted)) throw new UnreadableAttributeError('It must be a JSON array.');
  return emitted.map(emissionOf);
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new UnreadableAttributeError(`It must be JSON: ${String(error)}`);
  }
}

function emissionOf(value: Json): Emission {
  if (isObject(value)) {
    const status = executionStatuses.find((each) => each === value.status);
    if (status !== undefined) return { status };
    if (value.event !== undefined) return { event: value.event };
  }
  throw new UnreadableAttributeError('Each of its elements must have a status or an event.');
}
