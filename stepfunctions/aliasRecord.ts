import { isArray, isObject, type Json } from '../asl/json.ts';
import type { RegistryRecord } from '../orchestrator/table/registryItem.ts';
import { placedRecords } from './pages.ts';
import { numberIn } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';

/** A name for one version of a state machine, or for two between which its executions are divided. */
export interface Alias {
  readonly machine: string;
  readonly name: string;
  readonly description?: string;
  readonly routing: readonly Route[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Route {
  readonly version: number;
  /** Percent; the weights of an alias are 100 together. */
  readonly weight: number;
}

export function aliasKey(machine: string, name: string) {
  return { kind: 'alias', name: `${machine}#${name}` } as const;
}

export async function findAlias(
  { table }: Pick<ApiSurroundings, 'table'>,
  machine: string,
  name: string,
): Promise<{ readonly alias: Alias; readonly version: number } | undefined> {
  const record = await table.registry.read(aliasKey(machine, name));
  return record?.content && { alias: aliasOf(record), version: record.version };
}

export async function aliasesOf(surroundings: ApiSurroundings, machine: string): Promise<readonly Alias[]> {
  const aliases: Alias[] = [];
  const query = { kind: 'alias', prefix: `${machine}#` } as const;
  for await (const { item } of placedRecords(surroundings, query, undefined)) aliases.push(aliasOf(item));
  return aliases;
}

/** `false` where another call has changed it in the meantime. */
export function writeAlias(
  { table }: Pick<ApiSurroundings, 'table'>,
  { machine, name, description, routing, createdAt, updatedAt }: Alias,
  before: number,
): Promise<boolean> {
  const content = {
    routing: routing.map(({ version, weight }) => ({ version, weight })),
    createdAt,
    updatedAt,
    ...(description !== undefined && { description }),
  };
  return table.registry.write({ ...aliasKey(machine, name), version: before + 1, content });
}

export function aliasOf({ name, content = {} }: RegistryRecord): Alias {
  const [machine = '', alias = ''] = name.split('#');
  const { description, routing, createdAt, updatedAt } = content;
  return {
    machine,
    name: alias,
    ...(typeof description === 'string' && { description }),
    routing: isArray(routing) ? routing.map(routeOf) : [],
    createdAt: numberIn(createdAt),
    updatedAt: numberIn(updatedAt),
  };
}

function routeOf(value: Json): Route {
  const { version, weight } = isObject(value) ? value : {};
  return { version: numberIn(version), weight: numberIn(weight) };
}
