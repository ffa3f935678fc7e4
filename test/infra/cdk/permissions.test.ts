import { Match } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { allowed, emptyCode, synthesized } from './synthesized.ts';

const rules = {
  Placed: { eventPattern: { source: ['shop'] }, start: { machine: 'order' } },
} as const;
const made = synthesized({ bus: {}, rules, sfnEndpoint: true });
const { millrace } = made;

const logs = (id: string) => [`logs:CreateLogStream on ${id}Logs`, `logs:PutLogEvents on ${id}Logs`];
const store = [
  's3:DeleteObject on Store/*',
  's3:GetObject on Store/*',
  's3:ListBucket on Store',
  's3:PutObject on Store/*',
];
const storeWithoutDelete = store.filter((each) => !each.startsWith('s3:DeleteObject'));
const stream = [
  ...['DescribeStream', 'GetRecords', 'GetShardIterator'].map(
    (action) => `dynamodb:${action} on Table.StreamArn`,
  ),
  'dynamodb:ListStreams on *',
];
const failures = ['s3:ListBucket on Failures', 's3:PutObject on Failures/*'];
const table = ['BatchGetItem', 'GetItem', 'PutItem', 'Query'].map((action) => `dynamodb:${action} on Table`);
const beats = ['dynamodb:UpdateItem on Table'];
const renewals = ['dynamodb:UpdateItem on Table'];
const destination = ['lambda:InvokeFunction on FailedFunction'];
const [{ functionName: chargeName = '' } = {}] = millrace.description.functions.filter(({ functionName }) =>
  functionName.endsWith('-worker-charge'),
);
const tasks = [
  `lambda:InvokeFunction on arn:AWS::Partition:lambda:AWS::Region:AWS::AccountId:function:${chargeName.replace(/charge$/, '*')}`,
];

describe('the role of a function allows what the function does, and nothing else:', () => {
  it('the orchestrator reads and writes the table, postpones expiries, reads the stream, and invokes workers and the recovery function', () => {
    const nudges = ['lambda:InvokeFunction on RecoveryFunction'];
    expect(allowed(made, millrace.orchestrator)).toEqual(
      [
        ...nudges,
        ...logs('Orchestrator'),
        ...store,
        ...stream,
        ...failures,
        ...table,
        ...renewals,
        ...tasks,
      ].sort(),
    );
  });

  it('the wake function does so without the stream', () => {
    expect(allowed(made, millrace.wake)).toEqual(
      [...logs('Wake'), ...store, ...table, ...renewals, ...tasks].sort(),
    );
  });

  it('the clock looks at the index, and invokes the wake function', () => {
    expect(allowed(made, millrace.clock)).toEqual(
      [
        ...logs('Clock'),
        'dynamodb:Query on Table/index/mr_index',
        'lambda:InvokeFunction on WakeFunction',
      ].sort(),
    );
  });

  it('recovery does what the wake function does, and takes batches from the failure bucket', () => {
    const batches = [
      's3:DeleteObject on Failures/*',
      's3:GetObject on Failures/*',
      's3:ListBucket on Failures',
    ];
    expect(allowed(made, millrace.recovery)).toEqual(
      [...logs('Recovery'), ...store, ...batches, ...table, ...tasks].sort(),
    );
  });

  it('the publisher reads the stream, and puts events on the bus', () => {
    expect(millrace.publisher && allowed(made, millrace.publisher)).toEqual(
      [...logs('Publisher'), ...stream, ...failures, 'events:PutEvents on EventBus'].sort(),
    );
  });

  it('the publisher to an endpoint puts none', () => {
    const toEndpoint = synthesized({ bus: { endpoint: 'https://bus.example' } });
    const { publisher } = toEndpoint.millrace;
    expect(publisher && allowed(toEndpoint, publisher)).toEqual(
      [...logs('Publisher'), ...stream, ...failures].sort(),
    );
  });

  it('the function of the rules inserts starts and events, and each rule may invoke it and nothing else', () => {
    expect(millrace.ingest && allowed(made, millrace.ingest)).toEqual(
      [...logs('Ingest'), 's3:PutObject on Store/*', 'dynamodb:PutItem on Table'].sort(),
    );
    const permissions = made.template.findResources('AWS::Lambda::Permission');
    const byRules = Object.values(permissions).filter(({ Properties }) =>
      JSON.stringify(Properties.SourceArn ?? '').includes('OrdersRulePlaced'),
    );
    expect(byRules).toHaveLength(1);
    expect(byRules[0]?.Properties).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      FunctionName: { 'Fn::GetAtt': [expect.stringMatching(/^OrdersIngestFunction/), 'Arn'] },
    });
  });

  it('the function of the Step Functions API does what a client does, and starts executions directly', () => {
    expect(millrace.stepFunctions && allowed(made, millrace.stepFunctions)).toEqual(
      [
        ...logs('StepFunctions'),
        ...storeWithoutDelete,
        ...table,
        ...beats,
        'dynamodb:Query on Table/index/mr_index',
        'lambda:InvokeFunction on OrchestratorFunction',
      ].sort(),
    );
    made.template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM' });
  });

  it('a worker inserts its result, gives signs of life, and has its death reported', () => {
    expect(allowed(made, millrace.worker('charge'))).toEqual(
      [
        ...logs('Workercharge'),
        ...storeWithoutDelete,
        'dynamodb:PutItem on Table',
        ...beats,
        ...destination,
      ].sort(),
    );
  });

  it('workers share one policy, and what a user grants to one of them is not for the others', () => {
    const granted = synthesized({}, (construct, stack) => {
      new Bucket(stack, 'Receipts').grantPut(construct.worker('charge'), 'receipts');
    });
    granted.template.resourceCountIs('AWS::IAM::ManagedPolicy', 1);
    const onReceipts = (name: string) =>
      allowed(granted, granted.millrace.worker(name)).filter((each) => each.includes('Receipts'));
    expect(onReceipts('charge')).not.toEqual([]);
    expect(onReceipts('ship')).toEqual([]);
  });

  it('a worker with a role of its user gets its rights there', () => {
    let role: Role | undefined;
    const granted = synthesized({}, (construct, stack) => {
      role = new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      construct.addWorker('bill', {
        codePath: emptyCode.workerHost.codeDirectory,
        handler: 'bill.handler',
        role,
      });
    });
    expect(allowed(granted, { role })).toEqual(
      [
        ...logs('Workerbill'),
        ...storeWithoutDelete,
        'dynamodb:PutItem on Table',
        ...beats,
        ...destination,
      ].sort(),
    );
  });

  it('the function that hears of dead workers inserts results for them', () => {
    const ofFailed = allowed(made, millrace.failed);
    // By its name: workers refer to this function, and the recovery function to workers.
    expect(ofFailed.filter((each) => each.startsWith('lambda:'))).toEqual([
      expect.stringMatching(/^lambda:InvokeFunction on arn:.*:function:.*-recovery$/),
    ]);
    expect(ofFailed.filter((each) => !each.startsWith('lambda:'))).toEqual(
      [...logs('Failed'), 's3:PutObject on Store/*', 'dynamodb:PutItem on Table'].sort(),
    );
  });

  it('the worker host collects results of lists, too', () => {
    expect(allowed(made, millrace.workerHost)).toEqual(
      [...logs('WorkerHost'), ...storeWithoutDelete, ...table, ...beats, ...destination].sort(),
    );
  });
});

describe('a grant', () => {
  const principal = (grant: 'grantStart' | 'grantSend' | 'grantRead') => {
    let role: Role | undefined;
    const granted = synthesized({}, (construct, stack) => {
      role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      construct[grant](role).assertSuccess();
    });
    return allowed(granted, { role });
  };

  it('to start lets insert', () => {
    expect(principal('grantStart')).toEqual(['dynamodb:PutItem on Table', 's3:PutObject on Store/*']);
  });

  it('to send lets insert, and read what a redrive has to know', () => {
    expect(principal('grantSend')).toEqual([
      'dynamodb:GetItem on Table',
      'dynamodb:PutItem on Table',
      ...storeWithoutDelete,
    ]);
  });

  it('to read lets read items and the index, and write nothing', () => {
    expect(principal('grantRead')).toEqual([
      'dynamodb:BatchGetItem on Table',
      'dynamodb:GetItem on Table',
      'dynamodb:Query on Table',
      'dynamodb:Query on Table/index/mr_index',
      's3:GetObject on Store/*',
      's3:ListBucket on Store',
    ]);
  });
});

describe('a grant to the doctor', () => {
  it('lets read all of the table, and call the recovery function, but neither write nor read stored data', () => {
    let role: Role | undefined;
    const granted = synthesized({}, (construct, stack) => {
      role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      construct.grantDoctor(role).assertSuccess();
    });
    expect(allowed(granted, { role })).toEqual([
      'dynamodb:GetItem on Table',
      'dynamodb:Query on Table',
      'dynamodb:Scan on Table',
      'lambda:InvokeFunction on RecoveryFunction',
    ]);
  });
});

describe('a customer key', () => {
  const keyed = synthesized((stack) => ({ encryptionKey: new Key(stack, 'Key') }));

  it('encrypts table and buckets, and each function that uses them may use it', () => {
    keyed.template.hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    });
    for (const user of [keyed.millrace.orchestrator, keyed.millrace.clock, keyed.millrace.worker('ship')]) {
      expect(allowed(keyed, user).filter((each) => each.startsWith('kms:Decrypt'))).toHaveLength(1);
    }
  });
});

describe('functions that machines call', () => {
  const withFunctions = (results: 'DESTINATIONS' | 'BUS') =>
    synthesized((stack) => {
      const called = new LambdaFunction(stack, 'Billing', {
        runtime: Runtime.NODEJS_24_X,
        code: Code.fromInline('exports.handler = async () => {}'),
        handler: 'index.handler',
      });
      return { functions: { billing: { function: called, results } } };
    });

  it('may be invoked by those that dispatch tasks, and hand their results to one function', () => {
    const joined = withFunctions('DESTINATIONS');
    for (const caller of [joined.millrace.orchestrator, joined.millrace.wake, joined.millrace.recovery]) {
      expect(allowed(joined, caller)).toContain('lambda:InvokeFunction on Billing');
    }
    const [called] = [joined.stack.node.findChild('Billing')];
    expect(called instanceof LambdaFunction && allowed(joined, called)).toEqual([
      'lambda:InvokeFunction on FailedFunction',
    ]);
    joined.template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^Billing') },
      MaximumRetryAttempts: 0,
      DestinationConfig: {
        OnSuccess: {
          Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^OrdersFailedFunction'), 'Arn'] },
        },
        OnFailure: {
          Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^OrdersFailedFunction'), 'Arn'] },
        },
      },
    });
    joined.template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          MILLRACE_FUNCTIONS: {
            'Fn::Join': ['', ['{"billing":"', { Ref: Match.stringLikeRegexp('^Billing') }, '"}']],
          },
        },
      },
    });
  });

  it('whose results come by the bus are left as they are, and one rule takes them', () => {
    const joined = withFunctions('BUS');
    expect(Object.keys(joined.millrace.rules)).toEqual(['results-of-functions']);
    const configs = JSON.stringify(joined.template.findResources('AWS::Lambda::EventInvokeConfig'));
    expect(configs).not.toContain('Billing');
  });

  it('need a role that is known, to be allowed to hand results over', () => {
    expect(() =>
      synthesized((stack) => ({
        functions: { billing: { function: LambdaFunction.fromFunctionName(stack, 'Billing', 'billing') } },
      })),
    ).toThrow(/import it with its role/);
  });
});
