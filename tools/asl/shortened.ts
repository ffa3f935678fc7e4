import { isArray, isObject, type Json, type JsonObject } from '../../asl/json.ts';

/** Fields whose lists are data, not parts of the language. */
const dataFields = new Set([
  'Arguments',
  'Assign',
  'ItemSelector',
  'Items',
  'Output',
  'Parameters',
  'Result',
  'ResultSelector',
]);

const longest = 2;

/** The definition with its lists of data cut to two elements each: Map states over these lists have few items. */
export function shortened(definition: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(definition).map(([key, value]) => [key, partOf(key, value)]));
}

function partOf(key: string, value: Json | undefined): Json {
  if (value === undefined) return null;
  if (dataFields.has(key)) return cut(value);
  if (isArray(value)) return value.map((each) => partOf('', each));
  return isObject(value) ? shortened(value) : value;
}

function cut(value: Json): Json {
  if (isArray(value)) return value.slice(0, longest).map(cut);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cut(each ?? null)]));
}
