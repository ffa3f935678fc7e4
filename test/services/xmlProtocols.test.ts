import { describe, expect, it } from 'vitest';
import { clientToken, conversation } from './conversation.ts';
import { giveTheirResults, task } from './sdkActions.ts';

const xml = { 'content-type': 'text/xml' };

describe('aws-sdk: actions in the query protocol', () => {
  giveTheirResults([
    [
      'sts:getCallerIdentity',
      {},
      {
        request: 'POST /',
        body: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
        answer: {
          headers: xml,
          body: '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::1:assumed-role/r/s</Arn><UserId>AROA:s</UserId><Account>000000000001</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
        },
      },
      { Account: '000000000001', Arn: 'arn:aws:sts::1:assumed-role/r/s', UserId: 'AROA:s' },
    ],
    [
      'sns:subscribe',
      {
        TopicArn: 'arn:news',
        Protocol: 'sqs',
        Attributes: { FilterPolicy: '{"kind":["order"]}', RawMessageDelivery: 'true' },
        ReturnSubscriptionArn: 'true',
      },
      {
        request: 'POST /',
        body: {
          Action: 'Subscribe',
          Version: '2010-03-31',
          TopicArn: 'arn:news',
          Protocol: 'sqs',
          'Attributes.entry.1.key': 'FilterPolicy',
          'Attributes.entry.1.value': '{"kind":["order"]}',
          'Attributes.entry.2.key': 'RawMessageDelivery',
          'Attributes.entry.2.value': 'true',
          ReturnSubscriptionArn: 'true',
        },
        answer: {
          headers: xml,
          body: '<SubscribeResponse><SubscribeResult><SubscriptionArn>arn:sub</SubscriptionArn></SubscribeResult></SubscribeResponse>',
        },
      },
      { SubscriptionArn: 'arn:sub' },
    ],
    [
      'sns:getTopicAttributes',
      { TopicArn: 'arn:news' },
      {
        request: 'POST /',
        body: { Action: 'GetTopicAttributes', Version: '2010-03-31', TopicArn: 'arn:news' },
        answer: {
          headers: xml,
          body: '<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes><entry><key>SubscriptionsConfirmed</key><value>2</value></entry></Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>',
        },
      },
      { Attributes: { SubscriptionsConfirmed: '2' } },
    ],
    [
      'sns:deleteTopic',
      { TopicArn: 'arn:news' },
      {
        request: 'POST /',
        body: { Action: 'DeleteTopic', Version: '2010-03-31', TopicArn: 'arn:news' },
        answer: { headers: xml, body: '<DeleteTopicResponse></DeleteTopicResponse>' },
      },
      {},
    ],
  ]);

  it('names its errors', async () => {
    const refused = (code: string, message: string) => ({
      request: 'POST /',
      body: { Action: 'DeleteTopic', Version: '2010-03-31', TopicArn: 'arn:news' },
      answer: {
        status: 404,
        headers: xml,
        body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code>${message}</Error><RequestId>request-1</RequestId></ErrorResponse>`,
      },
    });
    const state = task('sns:deleteTopic', { TopicArn: 'arn:news' });
    const modelled = await conversation(state, [refused('NotFound', '<Message>No topic.</Message>')]);
    expect(modelled.error).toEqual({
      name: 'Sns.NotFoundException',
      message: 'No topic. (Service: Sns, Status Code: 404, Request ID: request-1) (SDK Attempt Count: 1)',
    });
    const other = await conversation(state, [refused('Throttling', '')]);
    expect(other.error).toEqual({
      name: 'Sns.SnsException',
      message: 'null (Service: Sns, Status Code: 404, Request ID: request-1) (SDK Attempt Count: 1)',
    });
  });
});

describe('aws-sdk:ec2 actions', () => {
  const version = { Version: '2016-11-15' };
  giveTheirResults([
    [
      'ec2:describeInstances',
      {
        Filters: [{ Name: 'tag:stage', Values: ['prod', 'test'] }],
        MaxResults: 5,
        DryRun: false,
      },
      {
        request: 'POST /',
        body: {
          Action: 'DescribeInstances',
          ...version,
          'Filter.1.Name': 'tag:stage',
          'Filter.1.Value.1': 'prod',
          'Filter.1.Value.2': 'test',
          MaxResults: '5',
          DryRun: 'false',
        },
        answer: {
          headers: xml,
          body: `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><reservationSet><item><reservationId>r-1</reservationId><ownerId>000000000001</ownerId><instancesSet><item><instanceId>i-1</instanceId><ebsOptimized>true</ebsOptimized><amiLaunchIndex>0</amiLaunchIndex><launchTime>2026-01-31T10:00:00.000Z</launchTime><instanceState><code>16</code><name>running</name></instanceState><tagSet><item><key>stage</key><value>prod</value></item></tagSet></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`,
        },
      },
      {
        Reservations: [
          {
            ReservationId: 'r-1',
            OwnerId: '000000000001',
            Instances: [
              {
                InstanceId: 'i-1',
                EbsOptimized: true,
                AmiLaunchIndex: 0,
                LaunchTime: '2026-01-31T10:00:00.000Z',
                State: { Code: 16, Name: 'running' },
                Tags: [{ Key: 'stage', Value: 'prod' }],
              },
            ],
          },
        ],
      },
    ],
    [
      'ec2:runInstances',
      { ImageId: 'ami-1', MinCount: 1, MaxCount: 1, UserData: 'IyEvYmluL3No', SubnetId: 'subnet-1' },
      {
        request: 'POST /',
        body: {
          Action: 'RunInstances',
          ...version,
          ImageId: 'ami-1',
          MinCount: '1',
          MaxCount: '1',
          UserData: 'IyEvYmluL3No',
          SubnetId: 'subnet-1',
          ClientToken: clientToken,
        },
        answer: {
          headers: xml,
          body: '<RunInstancesResponse><instancesSet><item><instanceId>i-1</instanceId></item></instancesSet></RunInstancesResponse>',
        },
      },
      { Instances: [{ InstanceId: 'i-1' }] },
    ],
    [
      'ec2:createTags',
      { Resources: ['i-1'], Tags: [{ Key: 'stage', Value: 'prod' }] },
      {
        request: 'POST /',
        body: {
          Action: 'CreateTags',
          ...version,
          'ResourceId.1': 'i-1',
          'Tag.1.Key': 'stage',
          'Tag.1.Value': 'prod',
        },
        answer: { headers: xml, body: '<CreateTagsResponse><return>true</return></CreateTagsResponse>' },
      },
      {},
    ],
  ]);

  it('names its errors, which are in no model', async () => {
    const { error } = await conversation(task('ec2:stopInstances', { InstanceIds: ['i-1'] }), [
      {
        request: 'POST /',
        body: { Action: 'StopInstances', ...version, 'InstanceId.1': 'i-1' },
        answer: {
          status: 400,
          headers: xml,
          body: '<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>No instance i-1.</Message></Error></Errors><RequestID>r</RequestID></Response>',
        },
      },
    ]);
    expect(error).toEqual({
      name: 'Ec2.Ec2Exception',
      message:
        'No instance i-1. (Service: Ec2, Status Code: 400, Request ID: request-1) (SDK Attempt Count: 1)',
    });
  });
});

describe('aws-sdk:s3 actions, in XML with paths', () => {
  giveTheirResults([
    [
      's3:listObjectsV2',
      { Bucket: 'data', Prefix: 'in/', MaxKeys: 2 },
      {
        request: 'GET /data/?list-type=2&max-keys=2&prefix=in%2F',
        answer: {
          headers: xml,
          body: '<ListBucketResult><Name>data</Name><Prefix>in/</Prefix><KeyCount>1</KeyCount><MaxKeys>2</MaxKeys><IsTruncated>false</IsTruncated><Contents><Key>in/a b.csv</Key><LastModified>2026-01-31T10:00:00.000Z</LastModified><ETag>&quot;e1&quot;</ETag><Size>5368709120</Size><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>',
        },
      },
      {
        Name: 'data',
        Prefix: 'in/',
        KeyCount: 1,
        MaxKeys: 2,
        IsTruncated: false,
        Contents: [
          {
            Key: 'in/a b.csv',
            LastModified: '2026-01-31T10:00:00.000Z',
            ETag: '"e1"',
            Size: 5_368_709_120,
            StorageClass: 'STANDARD',
          },
        ],
      },
    ],
    [
      's3:getObject',
      { Bucket: 'data', Key: 'in/a b.json', Range: 'bytes=0-9' },
      {
        request: 'GET /data/in/a%20b.json?x-id=GetObject',
        headers: { range: 'bytes=0-9' },
        answer: {
          status: 206,
          headers: {
            'content-type': 'application/json',
            'content-range': 'bytes 0-9/20',
            'last-modified': 'Sat, 31 Jan 2026 10:00:00 GMT',
            etag: '"e1"',
            'x-amz-meta-owner': 'Ada',
            'x-amz-version-id': 'v1',
          },
          body: '{"ü":"ß"}',
        },
      },
      {
        Body: '{"ü":"ß"}',
        ContentLength: 11,
        ContentType: 'application/json',
        ContentRange: 'bytes 0-9/20',
        LastModified: '2026-01-31T10:00:00.000Z',
        ETag: '"e1"',
        Metadata: { owner: 'Ada' },
        VersionId: 'v1',
      },
    ],
    [
      's3:headObject',
      { Bucket: 'data', Key: 'a' },
      {
        request: 'HEAD /data/a',
        answer: { headers: { 'content-length': '12', 'x-amz-storage-class': 'GLACIER' } },
      },
      { ContentLength: 12, ContentType: 'application/x-amz-json-1.0', Metadata: {}, StorageClass: 'GLACIER' },
    ],
    [
      's3:putObject',
      {
        Bucket: 'data',
        Key: 'out/result.json',
        Body: { rows: [1, 2], name: 'é' },
        ContentType: 'application/json',
        Metadata: { runId: 'r-1' },
        ServerSideEncryption: 'aws:kms',
        SsekmsKeyId: 'k-1',
      },
      {
        request: 'PUT /data/out/result.json?x-id=PutObject',
        body: { rows: [1, 2], name: 'é' },
        headers: {
          'content-type': 'application/json',
          'x-amz-meta-runid': 'r-1',
          'x-amz-server-side-encryption': 'aws:kms',
          'x-amz-server-side-encryption-aws-kms-key-id': 'k-1',
        },
        answer: { headers: { etag: '"e2"', 'x-amz-server-side-encryption': 'aws:kms' }, body: '' },
      },
      { ETag: '"e2"', ServerSideEncryption: 'aws:kms' },
    ],
    [
      's3:copyObject',
      { Bucket: 'data', Key: 'b', CopySource: 'data/a' },
      {
        request: 'PUT /data/b?x-id=CopyObject',
        headers: { 'x-amz-copy-source': 'data/a' },
        answer: {
          headers: xml,
          body: '<CopyObjectResult><ETag>"e3"</ETag><LastModified>2026-01-31T10:00:00.000Z</LastModified></CopyObjectResult>',
        },
      },
      { CopyObjectResult: { ETag: '"e3"', LastModified: '2026-01-31T10:00:00.000Z' } },
    ],
    [
      's3:deleteObjects',
      { Bucket: 'data', Delete: { Objects: [{ Key: 'a & b' }, { Key: 'c' }], Quiet: true } },
      {
        request: 'POST /data/?delete=',
        body: '<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a &amp; b</Key></Object><Object><Key>c</Key></Object><Quiet>true</Quiet></Delete>',
        answer: {
          headers: xml,
          body: '<DeleteResult><Deleted><Key>a &amp; b</Key></Deleted></DeleteResult>',
        },
      },
      { Deleted: [{ Key: 'a & b' }] },
    ],
    [
      's3:getObjectTagging',
      { Bucket: 'data', Key: 'a' },
      {
        request: 'GET /data/a?tagging=',
        answer: {
          headers: xml,
          body: '<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>',
        },
      },
      { TagSet: [{ Key: 'k', Value: 'v' }] },
    ],
  ]);

  const errorBody = (code: string, message: string) => ({
    headers: { 'content-type': 'application/xml', 'x-amz-request-id': 'request-1', 'x-amz-id-2': 'host-1' },
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>request-1</RequestId><HostId>host-1</HostId></Error>`,
  });
  const cause = (message: string, status: number) =>
    `${message} (Service: S3, Status Code: ${status}, Request ID: request-1, Extended Request ID: host-1) (SDK Attempt Count: 1)`;

  it.each([
    ['NoSuchKey', 404, 'S3.NoSuchKeyException', 'The specified key does not exist.'],
    ['NoSuchBucket', 404, 'S3.NoSuchBucketException', 'The specified bucket does not exist'],
    ['AccessDenied', 403, 'S3.S3Exception', 'Access Denied'],
  ])('name the error %s with status %i %s', async (code, status, name, message) => {
    const { error } = await conversation(task('s3:getObject', { Bucket: 'data', Key: 'a' }), [
      { request: 'GET /data/a?x-id=GetObject', answer: { status, ...errorBody(code, message) } },
    ]);
    expect(error).toEqual({ name, message: cause(message, status) });
  });

  it.each([
    ['headObject', 404, 'HEAD /data/a', 'S3.NoSuchKeyException', 'The specified key does not exist.'],
    ['headBucket', 404, 'HEAD /data/', 'S3.NoSuchBucketException', 'The specified bucket does not exist'],
    ['headObject', 403, 'HEAD /data/a', 'S3.S3Exception', 'null'],
  ])(
    '%s, whose answer has no body, fails after status %i at %s with %s',
    async (action, status, request, name, message) => {
      const parameters = { Bucket: 'data', ...(action === 'headObject' && { Key: 'a' }) };
      const answer = { status, headers: errorBody('', '').headers };
      expect((await conversation(task(`s3:${action}`, parameters), [{ request, answer }])).error).toEqual({
        name,
        message: cause(message, status),
      });
    },
  );
});
