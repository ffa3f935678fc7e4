import { beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { MemoryApi, passing, prefix, roleArn } from './memoryApi.ts';

const orders = `${prefix}:stateMachine:orders`;
const quick = `${prefix}:stateMachine:quick`;
const absent = `${prefix}:stateMachine:absent`;
const definition = passing({ ok: true });
const x = (length: number) => 'x'.repeat(length);
const routes = (...weights: number[]) =>
  weights.map((weight, index) => ({ stateMachineVersionArn: `${orders}:${index + 1}`, weight }));

const taskOf = (resource: string) =>
  JSON.stringify({ Type: 'Task', Resource: `arn:aws:states:::${resource}`, Parameters: {}, End: true });
const putEvents = taskOf('events:putEvents');
const startsExecution = taskOf('states:startExecution');
const mapOf = (more: object) =>
  JSON.stringify({
    Type: 'Map',
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      ...JSON.parse(passing(1)),
    },
    End: true,
    ...more,
  });
const written = {
  ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'b', Prefix: 'p' } },
};

/** Operation, request, and the error with the message of Step Functions. */
const refusals: readonly (readonly [operation: string, request: Json, error: string])[] = [
  ['Unknown', {}, 'UnknownOperationException: '],
  ['CreateStateMachine', [], 'SerializationException: Unexpected value: the request is not an object.'],
  [
    'CreateStateMachine',
    { name: 1 },
    'SerializationException: NUMBER_VALUE can not be converted to a String',
  ],
  [
    'CreateStateMachine',
    { name: ['a'] },
    'SerializationException: START_ARRAY can not be converted to a String',
  ],
  [
    'ListStateMachines',
    { maxResults: '5' },
    'SerializationException: STRING_VALUE can not be converted to an Integer',
  ],
  [
    'CreateStateMachine',
    { name: 'a', definition, roleArn, publish: 'yes' },
    'SerializationException: STRING_VALUE can not be converted to a Boolean',
  ],
  [
    'CreateStateMachine',
    {},
    "ValidationException: 3 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; Value null at 'definition' failed to satisfy constraint: Member must not be null; Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
  ],
  [
    'CreateStateMachine',
    { name: '', definition, roleArn },
    "ValidationException: 1 validation error detected: Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  [
    'CreateStateMachine',
    { name: x(81), definition, roleArn },
    `ValidationException: 1 validation error detected: Value '${x(81)}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 80`,
  ],
  ['CreateStateMachine', { name: 'a b', definition, roleArn }, "InvalidName: Invalid Name: 'a b'"],
  ['CreateStateMachine', { name: 'a', definition, roleArn: 'me' }, "InvalidArn: Invalid Role Arn: 'me'"],
  [
    'CreateStateMachine',
    { name: 'a', definition, roleArn, type: 'FAST' },
    "ValidationException: 1 validation error detected: Value 'FAST' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]",
  ],
  [
    'CreateStateMachine',
    { name: 'a', definition, roleArn, versionDescription: 'x' },
    'ValidationException: Version description can only be set when publish is true',
  ],
  [
    'CreateStateMachine',
    { name: 'orders', definition: `${definition} `, roleArn },
    `StateMachineAlreadyExists: State Machine Already Exists: '${orders}'`,
  ],
  [
    'CreateStateMachine',
    { name: 'orders', definition, roleArn, type: 'EXPRESS' },
    `StateMachineAlreadyExists: State Machine Already Exists: '${orders}'`,
  ],
  [
    'CreateStateMachine',
    { name: 'code', definition, roleArn },
    `StateMachineAlreadyExists: State Machine Already Exists: '${prefix}:stateMachine:code'`,
  ],
  [
    'UpdateStateMachine',
    { stateMachineArn: orders },
    'MissingRequiredParameter: Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
  ],
  [
    'UpdateStateMachine',
    { stateMachineArn: absent, roleArn },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${absent}'`,
  ],
  [
    'UpdateStateMachine',
    { stateMachineArn: `${orders}:1`, roleArn },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${orders}:1'`,
  ],
  [
    'DescribeStateMachine',
    { stateMachineArn: absent },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${absent}'`,
  ],
  [
    'DescribeStateMachine',
    { stateMachineArn: `${orders}:9` },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${orders}:9'`,
  ],
  [
    'DescribeStateMachine',
    { stateMachineArn: 'orders' },
    "InvalidArn: Invalid Arn: 'Invalid ARN prefix: orders'",
  ],
  [
    'DescribeStateMachine',
    { stateMachineArn: orders.replace('us-east-1', 'eu-west-1') },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${orders.replace('us-east-1', 'eu-west-1')}'`,
  ],
  [
    'DescribeStateMachine',
    { stateMachineArn: `${prefix}:activity:a` },
    "InvalidArn: Invalid Arn: 'Resource type not valid in this context: activity'",
  ],
  [
    'StartExecution',
    { stateMachineArn: absent },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${absent}'`,
  ],
  [
    'StartExecution',
    { stateMachineArn: `${orders}:nope` },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${orders}:nope'`,
  ],
  ['StartExecution', { stateMachineArn: orders, name: 'a/b' }, "InvalidName: Invalid Name: 'a/b'"],
  ['StartExecution', { stateMachineArn: orders, name: 'a\u0007b' }, "InvalidName: Invalid Name: 'a\u0007b'"],
  [
    'StartExecution',
    { stateMachineArn: orders, input: '' },
    "InvalidExecutionInput: Invalid State Machine Execution Input: 'Invalid execution input.'",
  ],
  [
    'StartExecution',
    { stateMachineArn: orders, input: x(262_145) },
    `ValidationException: 1 validation error detected: Value '${x(1024)}…' at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144`,
  ],
  [
    'StartExecution',
    { stateMachineArn: orders, name: 'taken', input: '2' },
    `ExecutionAlreadyExists: Execution Already Exists: '${prefix}:execution:orders:taken'`,
  ],
  [
    'StartSyncExecution',
    { stateMachineArn: orders },
    'StateMachineTypeNotSupported: This operation is not supported by this type of state machine',
  ],
  [
    'DescribeExecution',
    { executionArn: `${prefix}:execution:orders:none` },
    `ExecutionDoesNotExist: Execution Does Not Exist: '${prefix}:execution:orders:none'`,
  ],
  [
    'DescribeExecution',
    { executionArn: `${prefix}:express:quick:a:b` },
    "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'",
  ],
  [
    'StopExecution',
    { executionArn: `${prefix}:express:quick:a:b` },
    "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'",
  ],
  [
    'GetExecutionHistory',
    { executionArn: `${prefix}:express:quick:a:b` },
    "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'",
  ],
  [
    'GetExecutionHistory',
    { executionArn: `${prefix}:execution:orders:taken`, nextToken: 'x' },
    "InvalidToken: Invalid Token: 'Invalid token'",
  ],
  [
    'GetExecutionHistory',
    { executionArn: `${prefix}:execution:orders:taken`, maxResults: 1001 },
    "ValidationException: 1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
  ],
  [
    'RedriveExecution',
    { executionArn: `${prefix}:execution:orders:taken` },
    'ExecutionNotRedrivable: Execution is RUNNING and cannot be redriven',
  ],
  [
    'ListExecutions',
    {},
    'ValidationException: Must specify either a stateMachineArn or a mapRunArn, and not both.',
  ],
  [
    'ListExecutions',
    { stateMachineArn: quick },
    'StateMachineTypeNotSupported: This operation is not supported by this type of state machine',
  ],
  [
    'ListExecutions',
    { stateMachineArn: orders, statusFilter: 'DONE' },
    "ValidationException: 1 validation error detected: Value 'DONE' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE]",
  ],
  [
    'ListExecutions',
    { stateMachineArn: orders, maxResults: -1 },
    "ValidationException: 1 validation error detected: Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 0",
  ],
  ['ListStateMachines', { nextToken: 'e30.x' }, "InvalidToken: Invalid Token: 'Invalid token'"],
  [
    'CreateStateMachineAlias',
    { name: '17', routingConfiguration: routes(100) },
    "ValidationException: 1 validation error detected: Value '17' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$",
  ],
  [
    'CreateStateMachineAlias',
    { name: 'live', routingConfiguration: routes(70, 29) },
    'ValidationException: Sum of routing configuration weights must equal 100. Received: [70, 29]',
  ],
  [
    'CreateStateMachineAlias',
    { name: 'live', routingConfiguration: [] },
    "ValidationException: 1 validation error detected: Value '[]' at 'routingConfiguration' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  [
    'CreateStateMachineAlias',
    { name: 'new', routingConfiguration: [{ stateMachineVersionArn: `${orders}:9`, weight: 100 }] },
    'ResourceNotFound: Request references a resource that does not exist.',
  ],
  [
    'CreateStateMachineAlias',
    { name: 'live', routingConfiguration: routes(50, 50) },
    `ConflictException: Failed to create alias because an alias with the same name and a different routing configuration already exists: '${orders}:live'`,
  ],
  [
    'DeleteStateMachineVersion',
    { stateMachineVersionArn: `${orders}:1` },
    'ConflictException: Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [live]',
  ],
  [
    'DescribeStateMachineAlias',
    { stateMachineAliasArn: `${orders}:none` },
    'ResourceNotFound: Request references a resource that does not exist.',
  ],
  [
    'UpdateStateMachineAlias',
    { stateMachineAliasArn: `${orders}:live` },
    'ValidationException: Either description or routingConfiguration must be specified',
  ],
  [
    'PublishStateMachineVersion',
    { stateMachineArn: orders, revisionId: 'other' },
    `ConflictException: Failed to publish the State Machine version for revision other. The current State Machine revision is `,
  ],
  ['SendTaskSuccess', { taskToken: 'x', output: '{}' }, "InvalidToken: Invalid Token: 'Invalid token'"],
  ['SendTaskFailure', { taskToken: 'x' }, "InvalidToken: Invalid Token: 'Invalid token'"],
  ['SendTaskHeartbeat', { taskToken: 'x' }, "InvalidToken: Invalid Token: 'Invalid token'"],
  [
    'SendTaskSuccess',
    { taskToken: 'gone#0#1', output: '{}' },
    "TaskDoesNotExist: Task Does Not Exist: 'Provided task does not exist'",
  ],
  ['SendTaskSuccess', { taskToken: 'gone#0#1', output: '{' }, "InvalidOutput: Invalid Output: '"],
  [
    'TagResource',
    { resourceArn: `${orders}:1`, tags: [{ key: 'a', value: 'b' }] },
    `ResourceNotFound: Resource not found: '${orders}:1'`,
  ],
  ['TagResource', { resourceArn: absent, tags: [] }, `ResourceNotFound: Resource not found: '${absent}'`],
  [
    'TagResource',
    { resourceArn: orders, tags: Array.from({ length: 51 }, (_, i) => ({ key: `k${i}`, value: '' })) },
    'TooManyTags: ',
  ],
  [
    'TagResource',
    { resourceArn: orders, tags: [{ key: '', value: 'b' }] },
    "ValidationException: 1 validation error detected: Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  [
    'DescribeActivity',
    { activityArn: `${prefix}:activity:none` },
    `ActivityDoesNotExist: Activity Does Not Exist: '${prefix}:activity:none'`,
  ],
  [
    'GetActivityTask',
    { activityArn: `${prefix}:activity:none` },
    `ActivityDoesNotExist: Activity Does Not Exist: '${prefix}:activity:none'`,
  ],
  ['CreateActivity', { name: 'a*' }, "InvalidName: Invalid Name: 'a*'"],
  [
    'DescribeMapRun',
    { mapRunArn: `${prefix}:mapRun:orders/Map:1` },
    'ResourceNotFound: Request references a resource that does not exist.',
  ],
  [
    'DescribeMapRun',
    { mapRunArn: orders },
    "InvalidArn: Invalid Arn: 'Resource type not valid in this context: stateMachine'",
  ],
  [
    'TestState',
    { definition: '{' },
    "InvalidDefinition: Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: ",
  ],
  [
    'TestState',
    { definition: '{"Type":"Pass","End":true}', mock: { result: '{}' } },
    "ValidationException: State type 'Pass' is not supported when a mock is specified",
  ],
  [
    'TestState',
    { definition: putEvents, mock: { result: '{}' }, revealSecrets: true },
    'ValidationException: TestState does not support RevealSecrets when a mock is specified.',
  ],
  [
    'TestState',
    { definition: putEvents, mock: { result: '{}', errorOutput: { error: 'E' } } },
    'ValidationException: A test mock should have only one of the following fields: [result, errorOutput].',
  ],
  [
    'TestState',
    { definition: putEvents },
    'ValidationException: RoleArn must be specified when testing a Task state',
  ],
  [
    'TestState',
    { definition: mapOf({}) },
    'InvalidDefinition: TestState API does not support Map or Parallel states. Supported state types',
  ],
  [
    'TestState',
    { definition: mapOf({}), mock: { result: '{}' } },
    'ValidationException: Mocked result must be an array.',
  ],
  [
    'TestState',
    { definition: mapOf(written), mock: { result: '[]' } },
    'ValidationException: Mocked result must be a JSON object.',
  ],
  [
    'TestState',
    { definition: putEvents, mock: { result: '{"Entries":{}}' } },
    "ValidationException: Mock result schema validation error: Field 'Entries' must be an array",
  ],
  [
    'TestState',
    { definition: startsExecution, mock: { result: '{"StartDate":"now"}' } },
    "ValidationException: Mock result schema validation error: Required field 'ExecutionArn' is missing",
  ],
  [
    'TestState',
    { definition: startsExecution, mock: { result: '{"StartDate":1}', fieldValidationMode: 'PRESENT' } },
    "ValidationException: Mock result schema validation error: Field 'StartDate' must be a string",
  ],
  [
    'TestState',
    { definition: '{"Type":"Pass","End":true}', input: 'x' },
    "InvalidExecutionInput: Invalid State Machine Execution Input: '",
  ],
];

it.each([
  ['{"StartDate":"now"}', 'PRESENT'],
  ['{"StartDate":true}', 'NONE'],
])('a mocked result %s is taken with %s', async (result, fieldValidationMode) => {
  const mock = { result, fieldValidationMode };
  const api = new MemoryApi([]);
  expect(await api.made('TestState', { definition: startsExecution, mock })).toMatchObject({
    status: 'SUCCEEDED',
  });
});

describe('a call that is refused', () => {
  let api: MemoryApi;
  beforeEach(async () => {
    api = new MemoryApi([{ id: 'code', version: '1' }]);
    await api.made('CreateStateMachine', { name: 'orders', definition, roleArn, publish: true });
    await api.made('UpdateStateMachine', { stateMachineArn: orders, definition: passing(2), publish: true });
    await api.made('UpdateStateMachine', { stateMachineArn: orders, definition });
    await api.made('CreateStateMachine', { name: 'quick', definition, roleArn, type: 'EXPRESS' });
    await api.made('CreateStateMachineAlias', { name: 'live', routingConfiguration: routes(100) });
    await api.made('StartExecution', { stateMachineArn: orders, name: 'taken', input: '1' });
  });

  it.each(refusals)('%s %j', async (operation, request, error) => {
    expect((await api.refused(operation, request)).slice(0, error.length)).toBe(error);
  });
});
