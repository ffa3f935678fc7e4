import { Stack } from 'aws-cdk-lib';
import { CfnTable, type ITable, type Table } from 'aws-cdk-lib/aws-dynamodb';
import type { AttributeDescription, TableDescription } from '../description.ts';
import { tableProblem } from '../tableProblem.ts';
import { InvalidDeploymentError } from './errors.ts';

/**
 * Checks a table of the user's that is made in this app, once all of its indexes are known. The keys of an imported one are not.
 *
 * @throws InvalidDeploymentError
 */
export function checkOwnTable(table: ITable | Table, wanted: TableDescription): void {
  const resource = table.node.defaultChild;
  if (!(resource instanceof CfnTable)) return;
  const resolved = <T>(value: T): T => Stack.of(resource).resolve(value);
  const definitions = listed(resolved(resource.attributeDefinitions));
  const keysOf = (schema: unknown) => {
    const key = (keyType: string): AttributeDescription | undefined => {
      const name = listed(schema).find((each) => each.keyType === keyType)?.attributeName;
      const type = definitions.find(({ attributeName }) => attributeName === name)?.attributeType;
      return typeof name === 'string' && (type === 'S' || type === 'N') ? { name, type } : undefined;
    };
    return { partitionKey: key('HASH'), sortKey: key('RANGE') };
  };
  const problem = tableProblem(
    {
      ...keysOf(resolved(resource.keySchema)),
      indexes: listed(resolved(resource.globalSecondaryIndexes)).map(
        ({ indexName, keySchema, projection }) => {
          const [{ projectionType, nonKeyAttributes } = {}] = listed([projection]);
          return {
            indexName: String(indexName),
            ...keysOf(keySchema),
            projection: projectionType === 'ALL' ? 'ALL' : texts(nonKeyAttributes),
          };
        },
      ),
    },
    wanted,
  );
  if (problem !== undefined) throw new InvalidDeploymentError(`${table.node.path}: ${problem}`);
}

type Fields = Readonly<Record<string, unknown>>;

function listed(value: unknown): readonly Fields[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => (isFields(each) ? [each] : []));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
