import { describe, expect, it } from 'vitest';
import { isObject, type Json } from '../../asl/json.ts';
import { analytics } from '../../services/jobs/analytics.ts';
import { compute } from '../../services/jobs/compute.ts';
import type { Job } from '../../services/jobs/job.ts';
import { learning } from '../../services/jobs/learning.ts';
import { emrCall } from '../../services/optimized/elasticMapReduce.ts';
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

describe('EMR', () => {
  const called = async (action: string, parameters: Json, answer: { readonly [key: string]: Json }) => {
    const sent: { readonly action: string; readonly parameters: Json }[] = [];
    const result = await emrCall({ action, parameters }, async (call) => {
      sent.push(call);
      return { ...answer };
    });
    return { sent, result };
  };

  it('has names of its own for clusters and steps', async () => {
    expect(await called('createCluster', { Name: 'c' }, { JobFlowId: 'j-1' })).toEqual({
      sent: [{ action: 'runJobFlow', parameters: { Name: 'c' } }],
      result: { ClusterId: 'j-1' },
    });
    expect(await called('addStep', { ClusterId: 'j-1', Step: { Name: 's' } }, { StepIds: ['s-1'] })).toEqual({
      sent: [{ action: 'addJobFlowSteps', parameters: { JobFlowId: 'j-1', Steps: [{ Name: 's' }] } }],
      result: { StepId: 's-1' },
    });
    expect(await called('terminateCluster', { ClusterId: 'j-1' }, {})).toEqual({
      sent: [{ action: 'terminateJobFlows', parameters: { JobFlowIds: ['j-1'] } }],
      result: {},
    });
  });

  it('finds a fleet by its name', async () => {
    const { sent } = await called(
      'modifyInstanceFleetByName',
      { ClusterId: 'j-1', InstanceFleetName: 'core', InstanceFleet: { TargetOnDemandCapacity: 2 } },
      {
        InstanceFleets: [
          { Id: 'f-0', Name: 'main' },
          { Id: 'f-1', Name: 'core' },
        ],
      },
    );
    expect(sent[1]).toEqual({
      action: 'modifyInstanceFleet',
      parameters: { ClusterId: 'j-1', InstanceFleet: { TargetOnDemandCapacity: 2, InstanceFleetId: 'f-1' } },
    });
  });
});

describe('jobs', () => {
  const jobs: Readonly<Record<string, Job>> = { ...analytics, ...compute, ...learning };
  const started: readonly (readonly [name: string, parameters: Json, answer: Json, job: Json])[] = [
    ['batch:submitJob', {}, { JobId: 'j', JobName: 'n' }, { JobId: 'j' }],
    ['glue:startJobRun', { JobName: 'g' }, { JobRunId: 'r', JobName: 'g' }, { JobName: 'g', RunId: 'r' }],
    ['codebuild:startBuild', {}, { Build: { Id: 'b' } }, { Id: 'b' }],
    ['sagemaker:createTrainingJob', { TrainingJobName: 't' }, {}, { TrainingJobName: 't' }],
    [
      'eks:createNodegroup',
      { clusterName: 'c', nodegroupName: 'n' },
      {},
      { ClusterName: 'c', NodegroupName: 'n' },
    ],
    [
      'emr-serverless:startJobRun',
      { ApplicationId: 'a' },
      { JobRunId: 'r' },
      { ApplicationId: 'a', JobRunId: 'r' },
    ],
    ['databrew:startJobRun', { Name: 'd' }, { RunId: 'r' }, { Name: 'd', RunId: 'r' }],
    ['mediaconvert:createJob', {}, { Job: { Id: 'm' } }, { Id: 'm' }],
    ['elasticmapreduce:addStep', { ClusterId: 'c' }, { StepId: 's' }, { ClusterId: 'c', StepId: 's' }],
  ];

  it.each(started)(
    'of %s are named by what they were started with, or what was answered',
    (name, parameters, answer, job) => {
      expect(jobs[name]?.identify(answer, parameters)).toEqual(job);
    },
  );

  const described: readonly (readonly [name: string, runs: Json, ended: Json, failed: Json, result: Json])[] =
    [
      [
        'batch:submitJob',
        { Jobs: [{ Status: 'RUNNING' }] },
        { Jobs: [{ Status: 'SUCCEEDED' }] },
        { Jobs: [{ Status: 'FAILED' }] },
        { Status: 'SUCCEEDED' },
      ],
      [
        'glue:startJobRun',
        { JobRun: { JobRunState: 'RUNNING' } },
        { JobRun: { JobRunState: 'SUCCEEDED' } },
        { JobRun: { JobRunState: 'TIMEOUT' } },
        { JobRunState: 'SUCCEEDED' },
      ],
      [
        'codebuild:startBuild',
        { Builds: [{ BuildStatus: 'IN_PROGRESS' }] },
        { Builds: [{ BuildStatus: 'SUCCEEDED' }] },
        { Builds: [{ BuildStatus: 'STOPPED' }] },
        { Build: { BuildStatus: 'SUCCEEDED' } },
      ],
      [
        'sagemaker:createTrainingJob',
        { TrainingJobStatus: 'InProgress' },
        { TrainingJobStatus: 'Completed' },
        { TrainingJobStatus: 'Stopped' },
        { TrainingJobStatus: 'Completed' },
      ],
      [
        'elasticmapreduce:createCluster',
        { Cluster: { Status: { State: 'BOOTSTRAPPING' } } },
        { Cluster: { Status: { State: 'WAITING' } } },
        { Cluster: { Status: { State: 'TERMINATED_WITH_ERRORS' } } },
        { Cluster: { Status: { State: 'WAITING' } } },
      ],
      [
        'mediaconvert:createJob',
        { Job: { Status: 'PROGRESSING' } },
        { Job: { Status: 'COMPLETE' } },
        { Job: { Status: 'ERROR' } },
        { Job: { Status: 'COMPLETE' } },
      ],
    ];

  it.each(described)('of %s run, succeed and fail by their status', (name, runs, ended, failed, result) => {
    const verdict = (answer: Json) => (isObject(answer) ? jobs[name]?.judge(answer, {}) : undefined);
    expect(verdict(runs)).toEqual({ type: 'runs' });
    expect(verdict(ended)).toEqual({ type: 'succeeded', result });
    expect(verdict(failed)).toMatchObject({ type: 'failed' });
  });
});
