import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { functionNames } from '../../orchestrator/configuration/configuration.ts';
import type { FunctionDescription } from '../description.ts';

export type FunctionRole = FunctionDescription['role'];

/** The rights of a principal on the table, on its index, and on the objects of the store. */
export interface DataAccess {
  readonly table: readonly string[];
  readonly index: readonly string[];
  /** Its part of the actions on the store that the deployment description has. */
  readonly store: keyof typeof storeActions;
}

const read = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
const insert = ['dynamodb:PutItem'];
/** A sign of life adds to its counter. */
const beat = ['dynamodb:UpdateItem'];
/** Postpones the expiry of items that executions still need. */
const renew = ['dynamodb:UpdateItem'];
const none: DataAccess = { table: [], index: [], store: 'none' };

const storeActions = {
  all: () => true,
  /** Only the orchestrator deletes: states that a commit has replaced. */
  readWrite: (action: string) => /^s3:(?:Get|List|Put)/.test(action),
  read: (action: string) => /^s3:(?:Get|List)/.test(action),
  write: (action: string) => /^s3:Put/.test(action),
  none: () => false,
} as const satisfies Record<string, (action: string) => boolean>;

/**
 * Every function's access to data, in one place. A transaction needs nothing but the permissions of its parts. IAM does not
 * distinguish sort keys: a principal that may insert a result may insert any item.
 */
export const accessOfRole: Readonly<Record<FunctionRole, DataAccess>> = {
  orchestrator: { table: [...read, ...insert, ...renew], index: [], store: 'all' },
  wake: { table: [...read, ...insert, ...renew], index: [], store: 'all' },
  clock: { ...none, index: ['dynamodb:Query'] },
  recovery: { table: [...read, ...insert], index: [], store: 'all' },
  // Functions that know nothing of Millrace may return large data.
  failed: { table: insert, index: [], store: 'write' },
  // It reads the stream alone: the records have the commits' events.
  publisher: none,
  // It starts executions and sends to them, as the grants of the construct let others do.
  ingest: { table: insert, index: [], store: 'write' },
  // It does what a client does, and writes what is created through it.
  stepFunctions: {
    table: [...read, ...insert, ...beat],
    index: ['dynamodb:Query'],
    store: 'readWrite',
  },
  // Lists are collected from the results of their items.
  workerHost: { table: [...read, ...insert, ...beat], index: [], store: 'readWrite' },
  worker: { table: [...insert, ...beat], index: [], store: 'readWrite' },
  unmodified: none,
};

/** Functions that dispatch tasks: they invoke the workers and the worker host. */
export const dispatchingRoles: readonly FunctionRole[] = ['orchestrator', 'wake', 'recovery'];

/** The rights that the grants of the construct give. */
export const accessOfGrant = {
  /** A start that meets one of its id compares the two, and the condition's answer brings that. */
  start: { table: insert, index: [], store: 'write' },
  /** A redrive reads the execution. */
  send: { table: ['dynamodb:GetItem', ...insert], index: [], store: 'readWrite' },
  read: { table: read, index: ['dynamodb:Query'], store: 'read' },
  /** Taking a task is an update of its item; its result is another. */
  activities: {
    table: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', ...insert, ...beat],
    index: ['dynamodb:Query'],
    store: 'readWrite',
  },
  /** It looks at what is there, not at data. */
  doctor: { table: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'], index: [], store: 'none' },
} as const satisfies Record<string, DataAccess>;

/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html */
export const streamActions = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];

/** It takes no resource, and is refused where one is named. */
const listStreamsActions = ['dynamodb:ListStreams'];

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html */
const keyActions = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

const networkActions = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** The function names of a deployment's workers, and of its worker host. */
export function workerFunctions(scope: IConstruct, functionPrefix: string): string {
  return Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: patterns.workers.resource(functionPrefix),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** A function by its name, where a reference to it would close a circle of resources. */
export function functionByName(scope: IConstruct, functionName: string): string {
  return Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Every resource that is a pattern, and why. Nothing else in the construct's policies is one. */
const patterns = {
  objects: {
    resource: (bucketArn: string) => `${bucketArn}/*`,
    reason:
      'Names of objects are made of execution ids and hashes, which are known only when there are executions. The ' +
      'bucket holds nothing else.',
  },
  streams: {
    resource: () => '*',
    reason:
      'ListStreams, which an event source mapping needs, takes no resource. ' +
      'https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html',
  },
  workers: {
    resource: (functionPrefix: string) => functionNames(functionPrefix).worker('*'),
    reason:
      'The names of all workers of a deployment begin with its own prefix, and no other function has it. A list of ARNs would ' +
      'exceed the 10,240 characters that IAM takes for the policies of a role at about 85 workers. ' +
      'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html',
  },
  networkInterfaces: {
    resource: () => '*',
    reason:
      'Lambda creates the network interfaces of a function in a VPC, in the name of its role, and describing them ' +
      'takes no resource. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html',
  },
} as const;

export interface DataResources {
  readonly table: ITable | Table;
  readonly indexName: string;
  readonly store: { readonly bucket: IBucket | Bucket; readonly actions: readonly string[] };
  readonly encryptionKey?: IKey | undefined;
}

export function allowData(grantee: IGrantable, access: DataAccess, resources: DataResources): Grant {
  const { table, indexName, store, encryptionKey } = resources;
  return [
    allow(grantee, access.index, [`${table.tableArn}/index/${indexName}`]),
    ...allowObjects(grantee, store.actions.filter(storeActions[access.store]), store.bucket),
    allowKey(grantee, access === none ? undefined : encryptionKey),
  ].reduce((grants, grant) => grants.combine(grant), allow(grantee, access.table, [table.tableArn]));
}

export function allowStream(grantee: IGrantable, streamArn: string, encryptionKey: IKey | undefined): void {
  allow(grantee, streamActions, [streamArn]);
  allow(grantee, listStreamsActions, [patterns.streams.resource()]);
  allowKey(grantee, encryptionKey);
}

/** Actions on a bucket, or on its objects, as each has it. */
export function allowObjects(
  grantee: IGrantable,
  actions: readonly string[],
  bucket: IBucket | Bucket,
): Grant[] {
  const ofBucket = actions.filter((action) => action.startsWith('s3:List'));
  const ofObjects = actions.filter((action) => !ofBucket.includes(action));
  return [
    allow(grantee, ofBucket, [bucket.bucketArn]),
    allow(grantee, ofObjects, [patterns.objects.resource(bucket.bucketArn)]),
  ];
}

export function allowInvoke(grantee: IGrantable, functionArns: string[]): void {
  allow(grantee, ['lambda:InvokeFunction'], functionArns);
}

export function allowPutEvents(grantee: IGrantable, eventBusArn: string): void {
  allow(grantee, ['events:PutEvents'], [eventBusArn]);
}

export function allowNetworkInterfaces(grantee: IGrantable): void {
  allow(grantee, networkActions, [patterns.networkInterfaces.resource()]);
}

/** Writing to a log group, as a statement of a policy that is made with its role. */
export function logStatement({ logGroupArn }: ILogGroup): PolicyStatement {
  return new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroupArn],
  });
}

export function networkInterfacesStatement(): PolicyStatement {
  return new PolicyStatement({ actions: networkActions, resources: [patterns.networkInterfaces.resource()] });
}

function allowKey(grantee: IGrantable, key: IKey | undefined): Grant {
  return allow(grantee, keyActions, key ? [key.keyArn] : []);
}

function allow(grantee: IGrantable, actions: readonly string[], resourceArns: string[]): Grant {
  if (actions.length === 0 || resourceArns.length === 0) return Grant.drop(grantee, 'nothing to allow');
  return Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns });
}

/** States the reasons of the patterns to those who check the policies under a construct with cdk-nag. */
export function acknowledgePatterns(
  scope: IConstruct,
  {
    buckets,
    isInVpc = false,
    functionPrefix,
  }: {
    readonly buckets: readonly (IBucket | Bucket)[];
    readonly isInVpc?: boolean;
    /** @default none: the principal invokes no workers */
    readonly functionPrefix?: string;
  },
): void {
  const acknowledge = (resource: string, reason: string) =>
    Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
  for (const { bucketArn } of buckets) {
    const resource = Stack.of(scope).resolve(patterns.objects.resource(bucketArn));
    acknowledge(flatReference(resource), patterns.objects.reason);
  }
  const { streams, networkInterfaces, workers } = patterns;
  if (functionPrefix !== undefined) {
    const resource = Stack.of(scope).resolve(workerFunctions(scope, functionPrefix));
    acknowledge(flatReference(resource), workers.reason);
  }
  // Both are the same pattern, and one acknowledgement is for all of them.
  acknowledge(streams.resource(), isInVpc ? `${streams.reason} ${networkInterfaces.reason}` : streams.reason);
}

interface Reference {
  readonly 'Fn::Join'?: readonly [delimiter: string, parts: readonly (string | Reference)[]];
  readonly 'Fn::GetAtt'?: readonly [id: string, attribute: string];
  readonly Ref?: string;
}

/** A reference of CloudFormation as cdk-nag writes it. */
function flatReference(reference: string | Reference): string {
  if (typeof reference === 'string') return reference;
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute, Ref: ref } = reference;
  if (join) return join[1].map(flatReference).join(join[0]);
  if (attribute) return `<${attribute.join('.')}>`;
  return ref === undefined ? JSON.stringify(reference) : `<${ref}>`;
}
