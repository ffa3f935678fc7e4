import { describe, expect, it } from 'vitest';
import { analytics } from '../../services/jobs/analytics.ts';
import { errorPrefix, exceptionName, memberName } from '../../services/sdk/names.ts';

describe('names of Step Functions', () => {
  it.each([
    ['taskArn', 'TaskArn'],
    ['DBInstanceIdentifier', 'DbInstanceIdentifier'],
    ['ETag', 'ETag'],
    ['SSEKMSKeyId', 'SsekmsKeyId'],
    ['ARN', 'Arn'],
    ['ChecksumCRC32', 'ChecksumCRC32'],
    ['equals', 'EqualsValue'],
  ])('of the member %s is %s', (native, name) => {
    expect(memberName(native)).toBe(name);
  });

  it.each([
    ['DynamoDB', 'DynamoDb'],
    ['SFN', 'Sfn'],
    ['Secrets Manager', 'SecretsManager'],
    ['WAFV2', 'Wafv2'],
    ['SESv2', 'SesV2'],
    ['IoTSiteWise', 'IoTSiteWise'],
    ['Application Discovery Service', 'ApplicationDiscovery'],
  ])('of errors of %s begin with %s', (serviceId, prefix) => {
    expect(errorPrefix(serviceId)).toBe(prefix);
  });

  it.each([
    ['NoSuchKey', 'NoSuchKeyException'],
    ['DBInstanceNotFoundFault', 'DbInstanceNotFoundException'],
    ['ResourceNotFoundException', 'ResourceNotFoundException'],
  ])('of the exception %s is %s', (shape, name) => {
    expect(exceptionName(shape)).toBe(name);
  });
});

/** Without its client: the versions of it that describe their shapes come later than those that we pin. */
describe('emr-containers', () => {
  const job = (name: string) => {
    const found = analytics[`emr-containers:${name}`];
    if (found === undefined) throw new TypeError(`Job ${name} does not exist.`);
    return found;
  };

  it('names a run by its id and its cluster, which are in its result too', () => {
    const { identify, ask, judge } = job('startJobRun');
    const run = identify({ Id: 'r-1', Name: 'etl', VirtualClusterId: 'v-1' }, { VirtualClusterId: 'v-1' });
    expect(ask(run)).toEqual({
      action: 'describeJobRun',
      parameters: { Id: 'r-1', VirtualClusterId: 'v-1' },
    });
    expect(judge({ JobRun: { Id: 'r-1', State: 'RUNNING' } }, run)).toEqual({ type: 'runs' });
    expect(judge({ JobRun: { Id: 'r-1', State: 'COMPLETED' } }, run)).toEqual({
      type: 'succeeded',
      result: { Id: 'r-1', VirtualClusterId: 'v-1', JobRun: { Id: 'r-1', State: 'COMPLETED' } },
    });
    expect(judge({ JobRun: { Id: 'r-1', State: 'FAILED' } }, run)).toEqual({
      type: 'failed',
      described: { JobRun: { Id: 'r-1', State: 'FAILED' } },
    });
  });

  it('waits until a virtual cluster is gone', () => {
    const { identify, ask, judge, endsWhenMissing } = job('deleteVirtualCluster');
    const cluster = identify({ Id: 'v-1' }, { Id: 'v-1' });
    expect(ask(cluster)).toEqual({ action: 'describeVirtualCluster', parameters: { Id: 'v-1' } });
    expect(judge({ VirtualCluster: { State: 'TERMINATING' } }, cluster)).toEqual({ type: 'runs' });
    expect(judge({ VirtualCluster: { State: 'TERMINATED' } }, cluster).type).toBe('succeeded');
    expect(endsWhenMissing).toBe(true);
  });
});
