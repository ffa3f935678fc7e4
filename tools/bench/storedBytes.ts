import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { type Attributes, attributesSize } from '../../orchestrator/table/attributes.ts';
import { decodeJournalItem } from '../../orchestrator/table/journalItems.ts';
import { attribute, indexProjection } from '../../orchestrator/table/schema.ts';
import type { StoredBytes } from './prices.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const overheadPerItem = 100;

const inIndex: readonly string[] = [
  attribute.executionId,
  attribute.item,
  attribute.indexPartition,
  attribute.indexSort,
  ...indexProjection,
];

/** Reads a whole table for what it holds: only for small ones. */
export async function storedBytes(dynamodb: DynamoDBClient, tableName: string): Promise<StoredBytes> {
  let total = 0;
  let journal = 0;
  for await (const { Items = [] } of paginateScan({ client: dynamodb }, { TableName: tableName })) {
    for (const item of Items) {
      const size = attributesSize(item);
      total += size + overheadPerItem + indexBytes(item);
      if (decodeJournalItem(item)) journal += size;
    }
  }
  return { total, journal };
}

function indexBytes(item: Attributes): number {
  if (item[attribute.indexPartition] === undefined) return 0;
  const projected = Object.entries(item).filter(([name]) => inIndex.includes(name));
  return attributesSize(Object.fromEntries(projected)) + overheadPerItem;
}
