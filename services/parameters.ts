import { isObject, type Json } from '../asl/json.ts';

/** A field of parameters, whose names may be written in any case; null where there is none. */
export function parameterNamed(parameters: Json, name: string): Json {
  const entries = isObject(parameters) ? Object.entries(parameters) : [];
  const [, value = null] = entries.find(([key]) => key.toLowerCase() === name.toLowerCase()) ?? [];
  return value;
}
