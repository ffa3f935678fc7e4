import { RemovalPolicy } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { AttributeDescription, TableDescription } from '../description.ts';

export interface TableProps {
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

/** The table as the deployment description has it. No global table: conditions of two regions do not exclude each other. */
export function createTable(
  scope: Construct,
  id: string,
  description: TableDescription,
  { encryptionKey, removalPolicy }: TableProps,
): Table {
  const { index } = description;
  const table = new Table(scope, id, {
    partitionKey: attributeOf(description.partitionKey),
    sortKey: attributeOf(description.sortKey),
    billingMode: BillingMode.PAY_PER_REQUEST,
    stream: StreamViewType[description.streamViewType],
    timeToLiveAttribute: description.timeToLiveAttribute,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
    removalPolicy,
    ...(encryptionKey && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
  });
  table.addGlobalSecondaryIndex({
    indexName: index.indexName,
    partitionKey: attributeOf(index.partitionKey),
    sortKey: attributeOf(index.sortKey),
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: [...index.nonKeyAttributes],
  });
  return table;
}

const attributeTypes = { S: AttributeType.STRING, N: AttributeType.NUMBER } as const;

function attributeOf({ name, type }: AttributeDescription): Attribute {
  return { name, type: attributeTypes[type] };
}
