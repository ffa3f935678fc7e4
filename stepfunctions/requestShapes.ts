import {
  anyText,
  flag,
  float,
  integer,
  list,
  type Members,
  oneOf,
  required,
  structure,
  text,
} from './shapes.ts';

const arn = required(text(1, 256));
const longArn = required(text(1, 2000));
const name = required(text(1, 80));
const definition = required(text(1, 1_048_576));
const data = text(undefined, 262_144);
const description = text(undefined, 256);
const error = text(undefined, 256);
const cause = text(undefined, 32_768);
const token = required(text(1, 2048));
const traceHeader = text(undefined, 256, { pattern: '\\p{ASCII}*' });
const includedData = oneOf('ALL_DATA', 'METADATA_ONLY');
const workflowType = oneOf('STANDARD', 'EXPRESS');
const tags = list(structure({ key: required(text(1, 128)), value: required(text(undefined, 256)) }));
const loggingConfiguration = structure({
  level: oneOf('ALL', 'ERROR', 'FATAL', 'OFF'),
  includeExecutionData: flag,
  destinations: list(structure({ cloudWatchLogsLogGroup: structure({ logGroupArn: text(1, 256) }) })),
});
const tracingConfiguration = structure({ enabled: flag });
const encryptionConfiguration = structure({
  kmsKeyId: text(1, 2048),
  kmsDataKeyReusePeriodSeconds: integer(60, 900),
  type: required(oneOf('AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KMS_KEY')),
});
const routingConfiguration = list(
  structure({ stateMachineVersionArn: arn, weight: required(integer(0, 100)) }),
  1,
  2,
);
const page: Members = { maxResults: integer(0, 1000), nextToken: text(1, 1024) };
const aliasName = required(text(1, 80, { pattern: '^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$' }));

/** The members of each operation's request. */
export const requestShapes = {
  CreateActivity: { name, tags, encryptionConfiguration },
  CreateStateMachine: {
    name,
    definition,
    roleArn: arn,
    type: workflowType,
    loggingConfiguration,
    tags,
    tracingConfiguration,
    publish: flag,
    versionDescription: description,
    encryptionConfiguration,
  },
  CreateStateMachineAlias: {
    description,
    name: aliasName,
    routingConfiguration: required(routingConfiguration),
  },
  DeleteActivity: { activityArn: arn },
  DeleteStateMachine: { stateMachineArn: arn },
  DeleteStateMachineAlias: { stateMachineAliasArn: arn },
  DeleteStateMachineVersion: { stateMachineVersionArn: longArn },
  DescribeActivity: { activityArn: arn },
  DescribeExecution: { executionArn: longArn, includedData },
  DescribeMapRun: { mapRunArn: longArn },
  DescribeStateMachine: { stateMachineArn: arn, includedData },
  DescribeStateMachineAlias: { stateMachineAliasArn: arn },
  DescribeStateMachineForExecution: { executionArn: arn, includedData },
  GetActivityTask: { activityArn: arn, workerName: text(1, 80) },
  GetExecutionHistory: { executionArn: longArn, ...page, reverseOrder: flag, includeExecutionData: flag },
  ListActivities: page,
  ListExecutions: {
    stateMachineArn: text(1, 256),
    statusFilter: oneOf('RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'),
    ...page,
    nextToken: text(1, 3096),
    mapRunArn: text(1, 2000),
    redriveFilter: oneOf('REDRIVEN', 'NOT_REDRIVEN'),
  },
  ListMapRuns: { executionArn: arn, ...page },
  ListStateMachineAliases: { stateMachineArn: arn, ...page },
  ListStateMachineVersions: { stateMachineArn: arn, ...page },
  ListStateMachines: page,
  ListTagsForResource: { resourceArn: arn },
  PublishStateMachineVersion: { stateMachineArn: arn, revisionId: anyText, description },
  RedriveExecution: { executionArn: arn, clientToken: text(1, 64, { pattern: '[!-~]+' }) },
  SendTaskFailure: { taskToken: token, error, cause },
  SendTaskHeartbeat: { taskToken: token },
  SendTaskSuccess: { taskToken: token, output: required(data) },
  StartExecution: { stateMachineArn: arn, name: text(1, 80), input: data, traceHeader },
  StartSyncExecution: { stateMachineArn: arn, name: text(1, 80), input: data, traceHeader, includedData },
  StopExecution: { executionArn: arn, error, cause },
  TagResource: { resourceArn: arn, tags: required(tags) },
  TestState: {
    definition,
    roleArn: text(1, 256),
    input: data,
    inspectionLevel: oneOf('INFO', 'DEBUG', 'TRACE'),
    revealSecrets: flag,
    variables: data,
    stateName: text(1, 80),
    mock: structure({
      result: data,
      errorOutput: structure({ error, cause }),
      fieldValidationMode: oneOf('STRICT', 'PRESENT', 'NONE'),
    }),
    context: data,
    stateConfiguration: structure({
      retrierRetryCount: integer(0),
      errorCausedByState: text(1, 80),
      mapIterationFailureCount: integer(0),
      mapItemReaderData: data,
    }),
  },
  UntagResource: { resourceArn: arn, tagKeys: required(list(text(1, 128))) },
  UpdateMapRun: {
    mapRunArn: longArn,
    maxConcurrency: integer(0),
    toleratedFailurePercentage: float(0, 100),
    toleratedFailureCount: integer(0),
  },
  UpdateStateMachine: {
    stateMachineArn: arn,
    definition: text(1, 1_048_576),
    roleArn: text(1, 256),
    loggingConfiguration,
    tracingConfiguration,
    publish: flag,
    versionDescription: description,
    encryptionConfiguration,
  },
  UpdateStateMachineAlias: { stateMachineAliasArn: arn, description, routingConfiguration },
  ValidateStateMachineDefinition: {
    definition,
    type: workflowType,
    severity: oneOf('ERROR', 'WARNING'),
    maxResults: integer(0, 100),
  },
} as const satisfies Readonly<Record<string, Members>>;

export type OperationName = keyof typeof requestShapes;

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(requestShapes, name);
}
