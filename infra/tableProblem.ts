import type { AttributeDescription, TableDescription } from './description.ts';

/** A table as it is, as far as it was found. */
export interface FoundTable {
  readonly partitionKey: AttributeDescription | undefined;
  readonly sortKey: AttributeDescription | undefined;
  readonly indexes: readonly FoundIndex[];
}

export interface FoundIndex {
  readonly indexName: string;
  readonly partitionKey: AttributeDescription | undefined;
  readonly sortKey: AttributeDescription | undefined;
  /** The attributes beside the keys; `ALL` of them. */
  readonly projection: 'ALL' | readonly string[];
}

/** The problem with a table that a user made, with what to do; undefined where Millrace can use it. */
export function tableProblem(found: FoundTable, wanted: TableDescription): string | undefined {
  const { index } = wanted;
  const keys = keysProblem(found, wanted);
  if (keys !== undefined) {
    return `The table has ${keys}: create it with the keys of docs/reference/items.md.`;
  }
  const there = found.indexes.find(({ indexName }) => indexName === index.indexName);
  const remedy =
    `Give the table the global secondary index '${index.indexName}' with partition key '${index.partitionKey.name}' ` +
    `(${index.partitionKey.type}), sort key '${index.sortKey.name}' (${index.sortKey.type}) and the attributes ` +
    `${index.nonKeyAttributes.join(' and ')}: docs/reference/items.md.`;
  if (!there)
    return `The table has no index '${index.indexName}', by which due executions are found. ${remedy}`;
  const indexKeys = keysProblem(there, index);
  if (indexKeys !== undefined) return `The index '${index.indexName}' has ${indexKeys}. ${remedy}`;
  const { projection } = there;
  const missing =
    projection === 'ALL' ? [] : index.nonKeyAttributes.filter((name) => !projection.includes(name));
  return missing.length === 0
    ? undefined
    : `The index '${index.indexName}' does not project ${missing.join(' and ')}. ${remedy}`;
}

type Keys = Pick<FoundTable, 'partitionKey' | 'sortKey'>;

function keysProblem(found: Keys, wanted: Required<Keys>): string | undefined {
  for (const key of ['partitionKey', 'sortKey'] as const) {
    const { [key]: has } = found;
    const { [key]: wants } = wanted;
    if (wants === undefined || (has?.name === wants.name && has.type === wants.type)) continue;
    const what = key === 'partitionKey' ? 'partition key' : 'sort key';
    return has === undefined
      ? `no ${what}, and needs '${wants.name}' (${wants.type})`
      : `the ${what} '${has.name}' (${has.type}), and needs '${wants.name}' (${wants.type})`;
  }
  return undefined;
}
