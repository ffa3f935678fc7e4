import { IndexNotFoundError } from '../errors.ts';
import { attribute, indexName, indexProjection } from '../schema.ts';

/** The definition of the index, as arguments of `aws dynamodb update-table`. */
const creation = JSON.stringify([
  {
    Create: {
      IndexName: indexName,
      KeySchema: [
        { AttributeName: attribute.indexPartition, KeyType: 'HASH' },
        { AttributeName: attribute.indexSort, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: indexProjection },
    },
  },
]);

/**
 * The error to throw for one of a read of the index: it says how to create the index where that is what is missing. DynamoDB
 * has no error type for it, only a text.
 */
export function indexError(error: unknown, tableName: string): unknown {
  if (!(error instanceof Error) || error.name !== 'ValidationException') return error;
  const isMissing = /does not have the specified index|no (global )?(secondary )?index|index .*not found/i;
  const hasOtherKeys = /missed key schema element|Condition parameter type does not match schema type/i;
  if (!isMissing.test(error.message) && !hasOtherKeys.test(error.message)) return error;
  const { indexPartition, indexSort } = attribute;
  const command =
    `aws dynamodb update-table --table-name ${tableName} --attribute-definitions ` +
    `AttributeName=${indexPartition},AttributeType=S AttributeName=${indexSort},AttributeType=N ` +
    `--global-secondary-index-updates '${creation}'`;
  const howToCreate =
    `Deploy the construct, which creates the table with it, or create the index (keys ${indexPartition}: String and ` +
    `${indexSort}: Number, with ${indexProjection.join(' and ')} in its projection): ${command}`;
  return new IndexNotFoundError(tableName, indexName, howToCreate, { cause: error });
}
