import { createHash } from 'node:crypto';
import type { JsonObject } from '../core/data/json.ts';
import type { Registry } from '../table/table.ts';

/** A definition in Amazon States Language that was created through the API of Step Functions. It never changes. */
export interface StoredDefinition {
  readonly machine: string;
  /** Hash of everything else: the version of the machine that executions stay on. */
  readonly version: string;
  /** Its JSON, as it was given. */
  readonly definition: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly roleArn: string;
  /** `arn:aws:states:<region>:<account>`: begins the ARNs in the context object. */
  readonly arn: string;
}

/** A definition with its version. */
export function storedDefinition(content: Omit<StoredDefinition, 'version'>): StoredDefinition {
  const { machine, definition, type, roleArn, arn } = content;
  const text = JSON.stringify([machine, type, roleArn, arn, definition]);
  return { ...content, version: createHash('sha256').update(text).digest('hex').slice(0, 24) };
}

/** Written before anything refers to it. One that is there already is the same. */
export async function writeDefinition(
  registry: Pick<Registry, 'write'>,
  { machine, version, definition, type, roleArn, arn }: StoredDefinition,
): Promise<void> {
  const content = { definition, type, roleArn, arn };
  await registry.write({ kind: 'definition', name: nameOf(machine, version), version: 1, content });
}

export async function readDefinition(
  registry: Pick<Registry, 'read'>,
  machine: string,
  version: string,
): Promise<StoredDefinition | undefined> {
  const record = await registry.read({ kind: 'definition', name: nameOf(machine, version) });
  return record?.content && decoded(machine, version, record.content);
}

/** The version of its definition that a machine has now. */
export async function readCurrent(
  registry: Pick<Registry, 'read'>,
  machine: string,
): Promise<string | undefined> {
  const current = (await registry.read({ kind: 'machine', name: machine }))?.content?.definitionVersion;
  return typeof current === 'string' ? current : undefined;
}

/** No name of a machine has a `#`. */
function nameOf(machine: string, version: string): string {
  return `${machine}#${version}`;
}

function decoded(machine: string, version: string, content: JsonObject): StoredDefinition {
  const { definition, type, roleArn, arn } = content;
  return {
    machine,
    version,
    definition: String(definition),
    type: type === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
    roleArn: typeof roleArn === 'string' ? roleArn : '',
    arn: String(arn),
  };
}
