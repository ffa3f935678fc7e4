import { describe, expect, it } from 'vitest';
import { checkDefinition } from '../../asl/index.ts';
import { awsService } from '../../asl/integrations/awsServices.ts';

function checked(resource: string) {
  const A = { Type: 'Task', Resource: resource, End: true };
  return checkDefinition(JSON.stringify({ StartAt: 'A', States: { A } }), 'json');
}

describe('asl check', () => {
  it.each([
    'arn:aws:states:::aws-sdk:s3:listObjectsV2',
    'arn:aws-us-gov:states:::aws-sdk:rekognition:detectLabels.waitForTaskToken',
    'arn:aws:states:eu-west-1:123456789012:aws-sdk:dynamoDb:query',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of CloudFormation
    'arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:aws-sdk:s3:getObject',
    'arn:aws:states:::aws-sdk:bedrockruntime:converse',
    'arn:aws:states:::dynamodb:updateItem',
    'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    'arn:aws:states:::ecs:runTask.sync',
    'arn:aws:states:::elasticmapreduce:addStep.sync',
    'arn:aws:states:::emr-serverless:startJobRun.sync',
    'arn:aws:states:::eks:createCluster.sync',
    'arn:aws:states:::databrew:startJobRun.sync',
    'arn:aws:states:::sagemaker:createAutoMLJob.sync',
    'arn:aws:states:::apigateway:invoke',
  ])('runs %s', (resource) => {
    expect(checked(resource)).toMatchObject({ runs: true, problems: [] });
  });

  it.each([
    ['aws-sdk:appsync:graphql', "the service has no action 'graphql'", 'a Lambda function'],
    ['aws-sdk:bedrockruntime:converseStream', 'a stream of events', 'the action without a stream'],
    ['aws-sdk:sts:assumeRole', 'Step Functions does not call the action', 'give the state Credentials'],
    ['aws-sdk:nosuchservice:getThing', "no service 'nosuchservice'", 'a Lambda function'],
    ['aws-sdk:ecs:runTask.sync', 'do not wait for the end of a job', 'the optimized integration'],
    ['sqs:receiveMessage', 'Step Functions has no such integration', 'aws-sdk:sqs:receiveMessage'],
    ['sns:publish.sync', 'does not wait in this way', '.waitForTaskToken'],
    ['eks:runJob.sync', 'the Kubernetes API', 'a Lambda function'],
  ])('says why %s does not run, and what to do instead', (name, reason, instead) => {
    const { runs, problems } = checked(`arn:aws:states:::${name}`);
    expect({ runs, problems }).toMatchObject({ runs: false, problems: [{ code: 'UNSUPPORTED_RESOURCE' }] });
    expect(problems[0]?.message).toContain(reason);
    expect(problems[0]?.remedy).toContain(instead);
  });

  it('says that the secret of a connection has to be given', () => {
    const { runs, problems } = checked('arn:aws:states:::http:invoke');
    expect(runs).toBe(true);
    expect(problems).toMatchObject([
      { code: 'DIFFERS', message: expect.stringContaining('EventBridge connection') },
    ]);
  });
});

describe('the table of services', () => {
  it.each([
    ['eventbridge', '@aws-sdk/client-eventbridge', 'events'],
    ['sfn', '@aws-sdk/client-sfn', 'states'],
    ['cloudwatchlogs', '@aws-sdk/client-cloudwatch-logs', 'logs'],
    ['applicationdiscovery', '@aws-sdk/client-application-discovery-service', 'discovery'],
    ['route53resolver', '@aws-sdk/client-route53resolver', 'route53resolver'],
    ['sagemakera2iruntime', '@aws-sdk/client-sagemaker-a2i-runtime', 'sagemaker'],
    ['cognitoidentityprovider', '@aws-sdk/client-cognito-identity-provider', 'cognito-idp'],
  ])('knows the package of %s, and the prefix of its actions in policies', (name, packageName, iamPrefix) => {
    expect(awsService(name)).toEqual({ packageName, iamPrefix });
  });
});
