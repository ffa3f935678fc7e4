import type { Json } from '../../orchestrator/core/data/json.ts';

/** The part of JSON Schema that the schemas of this repository use. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly format?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean;
}

const understood = new Set([
  '$schema',
  'title',
  'description',
  'type',
  'const',
  'enum',
  'pattern',
  'format',
  'required',
  'properties',
  'additionalProperties',
]);

/** The parts of a value that its schema does not allow. An unknown keyword is a fault, not passed over. */
export function problemsOf(schema: JsonSchema, value: Json | undefined, path = '$'): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !understood.has(keyword));
  if (unknown.length > 0) throw new Error(`This check does not know ${unknown.join(', ')}.`);
  const problems: string[] = [];
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOf(type, value))) problems.push(`${path} is no ${types}`);
  if (schema.const !== undefined && value !== schema.const) problems.push(`${path} is not ${schema.const}`);
  if (schema.enum && !schema.enum.some((each) => each === value))
    problems.push(`${path} is none of the enum`);
  if (schema.pattern !== undefined && typeof value === 'string' && !new RegExp(schema.pattern).test(value)) {
    problems.push(`${path} does not match ${schema.pattern}`);
  }
  if (schema.format === 'date-time' && !isDateTime(value)) problems.push(`${path} is not a date-time`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return problems;
  const fields = new Map(Object.entries(value));
  for (const name of schema.required ?? [])
    if (!fields.has(name)) problems.push(`${path}.${name} is missing`);
  for (const [name, field] of fields) {
    const inner = schema.properties?.[name];
    if (inner) problems.push(...problemsOf(inner, field, `${path}.${name}`));
    else if (schema.additionalProperties === false) problems.push(`${path}.${name} is not allowed`);
  }
  return problems;
}

function isOf(type: string, value: Json | undefined): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value);
    case 'string':
    case 'boolean':
      return typeof value === type;
    default:
      throw new Error(`This check does not know the type ${type}.`);
  }
}

function isDateTime(value: Json | undefined): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
}
