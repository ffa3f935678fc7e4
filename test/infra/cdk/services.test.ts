import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { needsOf } from '../../../asl/check/needs.ts';
import { isCancellableJob, optimizedIntegrations } from '../../../asl/integrations/optimized.ts';
import { actionsOf } from '../../../infra/serviceActions.ts';
import { allowed, emptyCode, synthesized } from './synthesized.ts';

function codeWith(...resources: readonly string[]) {
  const task = (name: string) => ({ Type: 'Task', Resource: `arn:aws:states:::${name}`, End: true });
  const definition = {
    StartAt: 's0',
    States: Object.fromEntries(resources.map((name, n) => [`s${n}`, task(name)])),
  };
  return { ...emptyCode, definitions: { orders: needsOf(definition) } };
}

const rightsOf = (made: ReturnType<typeof synthesized>) =>
  allowed(made, made.millrace.serviceWorker).filter((each) => /^(?:ecs|iam|s3|sqs):\w+ on arn/.test(each));

const bucket = 'arn:aws:s3:::files';

describe('services that definitions call', () => {
  it('are called by the service worker, which may do what they call, with the resources of the user', () => {
    const made = synthesized({
      code: codeWith(
        'aws-sdk:s3:headObject',
        'aws-sdk:s3:listObjectsV2',
        'ecs:runTask.sync',
        'sqs:sendMessage',
      ),
      serviceResources: {
        's3:GetObject': [`${bucket}/*`],
        's3:ListBucket': [bucket],
        'ecs:*': ['arn:aws:ecs:eu-west-1:1:*'],
        'iam:PassRole': ['arn:aws:iam::1:role/task'],
        'sqs:SendMessage': ['arn:aws:sqs:eu-west-1:1:queue'],
      },
    });
    expect(rightsOf(made)).toEqual([
      'ecs:DescribeTasks on arn:aws:ecs:eu-west-1:1:*',
      'ecs:RunTask on arn:aws:ecs:eu-west-1:1:*',
      'ecs:StopTask on arn:aws:ecs:eu-west-1:1:*',
      'iam:PassRole on arn:aws:iam::1:role/task',
      's3:GetObject on arn:aws:s3:::files/*',
      's3:ListBucket on arn:aws:s3:::files',
      'sqs:SendMessage on arn:aws:sqs:eu-west-1:1:queue',
    ]);
  });

  it('have their worker where definitions can be created later, with what the user grants', () => {
    const later = synthesized({ sfnEndpoint: true }, ({ serviceWorker }, stack) => {
      Queue.fromQueueArn(stack, 'Queue', 'arn:aws:sqs:eu-west-1:1:queue').grantSendMessages(serviceWorker);
    });
    expect(rightsOf(later)).toContain('sqs:SendMessage on arn:aws:sqs:eu-west-1:1:queue');
    const { millrace, template } = synthesized({ sfnEndpoint: true });
    expect(template.toJSON()).toBeDefined();
    expect(Object.keys(millrace.workers)).toContain('aws-services');
  });

  it('need their resources: synthesis fails with the list to fill in', () => {
    const code = codeWith('dynamodb:putItem', 'aws-sdk:rekognition:detectLabels', 'dynamodb:putItem');
    expect(
      () => synthesized({ code, serviceResources: { 'rekognition:DetectLabels': ['*'] } }).template,
    ).toThrow("serviceResources: {\n    'dynamodb:PutItem': [], // orders/s0, orders/s2\n  },");
  });

  it('refuse resources that no state needs', () => {
    const code = codeWith('dynamodb:putItem');
    expect(() => synthesized({ code, serviceResources: { 'dynamodb:PutItems': ['*'] } }).template).toThrow(
      "serviceResources has 'dynamodb:PutItems', which no state of a definition needs. Did you mean 'dynamodb:PutItem'?",
    );
  });

  it('are not there: neither is the service worker', () => {
    const { template } = synthesized({ code: codeWith('lambda:invoke.sync') });
    const names = Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) =>
      JSON.stringify(Properties.FunctionName),
    );
    expect(names.filter((name) => name.includes('aws-services'))).toEqual([]);
  });

  it('of HTTP have the secrets of their connections', () => {
    const made = synthesized((stack) => ({
      code: codeWith('http:invoke'),
      connections: { orders: new Secret(stack, 'Key') },
    }));
    expect(allowed(made, made.millrace.serviceWorker)).toContainEqual(
      expect.stringMatching(/^secretsmanager:GetSecretValue on .*Key/),
    );
  });
});

describe('the actions of policies', () => {
  const need = { path: 'p', isSdk: true, isJob: false };

  it.each([
    ['s3', 'headObject', ['s3:GetObject']],
    ['sfn', 'startExecution', ['states:StartExecution']],
    ['eventbridge', 'putRule', ['events:PutRule']],
    ['cloudwatchlogs', 'putLogEvents', ['logs:PutLogEvents']],
    ['apigateway', 'getRestApis', ['apigateway:GET']],
    ['apigatewayv2', 'updateApi', ['apigateway:PATCH']],
    ['bedrockruntime', 'converse', ['bedrock:InvokeModel']],
    ['iotdataplane', 'publish', ['iot:Publish']],
    ['sqs', 'sendMessageBatch', ['sqs:SendMessage']],
  ])('of aws-sdk:%s:%s are %j', (service, action, actions) => {
    expect(actionsOf({ ...need, service, action })).toEqual(actions);
  });

  it('of jobs have the one that looks at them, and the one that cancels them', () => {
    for (const [service, actions] of optimizedIntegrations) {
      for (const [action, modes] of actions) {
        const plain = actionsOf({ ...need, service, action, isSdk: false });
        const waiting = actionsOf({ ...need, service, action, isSdk: false, isJob: true });
        expect([service, action, waiting.length - plain.length]).toEqual([
          service,
          action,
          (modes.has('sync') ? 1 : 0) + (isCancellableJob({ service, action }) ? 1 : 0),
        ]);
      }
    }
  });
});
