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
import { InvalidDeploymentError } from './errors.ts';

export interface TableProps {
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
  /** @default true, unless the table is destroyed with the stack */
  readonly deletionProtection: boolean | undefined;
}

/** The table as the deployment description has it. No global table: conditions of two regions do not exclude each other. */
export function createTable(
  scope: Construct,
  id: string,
  description: TableDescription,
  { encryptionKey, removalPolicy, deletionProtection = removalPolicy !== RemovalPolicy.DESTROY }: TableProps,
): Table {
  if (deletionProtection && removalPolicy === RemovalPolicy.DESTROY) {
    throw new InvalidDeploymentError(
      'A table with deletionProtection cannot be removed with the stack: leave out removalPolicy, or deletionProtection.',
    );
  }
  const { index } = description;
  const table = new Table(scope, id, {
    partitionKey: attributeOf(description.partitionKey),
    sortKey: attributeOf(description.sortKey),
    billingMode: BillingMode.PAY_PER_REQUEST,
    stream: StreamViewType[description.streamViewType],
    timeToLiveAttribute: description.timeToLiveAttribute,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection,
    // CloudFormation cannot delete a protected table, also when the deployment fails that creates it.
    removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : removalPolicy,
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
