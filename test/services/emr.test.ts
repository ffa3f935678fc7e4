import { describe, expect, it } from 'vitest';
import { conversation, failedWith, jsonError, metadata } from './conversation.ts';

const account = '123456789012';

describe('elasticmapreduce', () => {
  const target = 'ElasticMapReduce';
  const create = {
    Resource: 'arn:aws:states:::elasticmapreduce:createCluster.sync',
    Parameters: {
      Name: 'etl',
      VisibleToAllUsers: true,
      ReleaseLabel: 'emr-7.1.0',
      Applications: [{ Name: 'Spark' }],
      ServiceRole: 'EMR_DefaultRole',
      JobFlowRole: 'EMR_EC2_DefaultRole',
      LogUri: 's3://logs/emr/',
      Instances: {
        KeepJobFlowAliveWhenNoSteps: true,
        InstanceFleets: [
          {
            InstanceFleetType: 'MASTER',
            Name: 'main',
            TargetOnDemandCapacity: 1,
            InstanceTypeConfigs: [{ InstanceType: 'm5.xlarge' }],
          },
        ],
      },
      Configurations: [
        { Classification: 'spark-defaults', Properties: { 'spark.submit.deployMode': 'cluster' } },
      ],
    },
  };
  const run = {
    request: `POST / ${target}.RunJobFlow`,
    body: create.Parameters,
    answer: { body: { JobFlowId: 'j-1', ClusterArn: 'arn:j-1' } },
  };
  const look = (State: string, more: object = {}) => ({
    request: `POST / ${target}.DescribeCluster`,
    body: { ClusterId: 'j-1' },
    answer: { body: { Cluster: { Id: 'j-1', Name: 'etl', Status: { State, ...more } } } },
  });

  it('creates a cluster and waits until it is ready; its id is in the result, as without waiting', async () => {
    const plain = { ...create, Resource: 'arn:aws:states:::elasticmapreduce:createCluster' };
    expect((await conversation(plain, [run])).output).toEqual({
      ClusterId: 'j-1',
      ClusterArn: 'arn:j-1',
      ...metadata,
    });
    const Timeline = { CreationDateTime: 1_700_000_000.5 };
    const ended = await conversation(create, [
      run,
      look('STARTING'),
      look('BOOTSTRAPPING'),
      look('WAITING', { Timeline }),
    ]);
    expect(ended.output).toEqual({
      ClusterId: 'j-1',
      Cluster: {
        Id: 'j-1',
        Name: 'etl',
        Status: { State: 'WAITING', Timeline: { CreationDateTime: 1_700_000_000_500 } },
      },
    });
    const StateChangeReason = { Code: 'BOOTSTRAP_FAILURE', Message: 'On the master instance.' };
    const { error } = await conversation(create, [
      run,
      look('TERMINATED_WITH_ERRORS', { StateChangeReason }),
    ]);
    expect(error).toEqual(
      failedWith({
        Cluster: { Id: 'j-1', Name: 'etl', Status: { State: 'TERMINATED_WITH_ERRORS', StateChangeReason } },
      }),
    );
  });

  const addStep = {
    Resource: 'arn:aws:states:::elasticmapreduce:addStep.sync',
    Parameters: {
      'ClusterId.$': '$.cluster.ClusterId',
      ExecutionRoleArn: `arn:aws:iam::${account}:role/step`,
      Step: {
        Name: 'first',
        ActionOnFailure: 'CONTINUE',
        HadoopJarStep: { Jar: 'command-runner.jar', Args: ['spark-submit', 's3://jobs/a.py'] },
      },
    },
  };
  const input = { cluster: { ClusterId: 'j-1' } };
  const add = {
    request: `POST / ${target}.AddJobFlowSteps`,
    body: {
      JobFlowId: 'j-1',
      ExecutionRoleArn: `arn:aws:iam::${account}:role/step`,
      Steps: [addStep.Parameters.Step],
    },
    answer: { body: { StepIds: ['s-1'] } },
  };
  const lookAtStep = (State: string) => ({
    request: `POST / ${target}.DescribeStep`,
    body: { ClusterId: 'j-1', StepId: 's-1' },
    answer: { body: { Step: { Id: 's-1', Status: { State } } } },
  });

  it('adds a step and waits for its end', async () => {
    const plain = { ...addStep, Resource: 'arn:aws:states:::elasticmapreduce:addStep' };
    expect((await conversation(plain, [add], { input })).output).toEqual({ StepId: 's-1', ...metadata });
    const ended = await conversation(addStep, [add, lookAtStep('PENDING'), lookAtStep('COMPLETED')], {
      input,
    });
    expect(ended.output).toEqual({ StepId: 's-1', Step: { Id: 's-1', Status: { State: 'COMPLETED' } } });
    const { error } = await conversation(addStep, [add, lookAtStep('FAILED')], { input });
    expect(error).toEqual(failedWith({ Step: { Id: 's-1', Status: { State: 'FAILED' } } }));
  });

  it('terminates a cluster and waits until it is gone', async () => {
    const state = {
      Resource: 'arn:aws:states:::elasticmapreduce:terminateCluster.sync',
      Parameters: { ClusterId: 'j-1' },
    };
    const terminate = {
      request: `POST / ${target}.TerminateJobFlows`,
      body: { JobFlowIds: ['j-1'] },
      answer: { body: {} },
    };
    const ended = await conversation(state, [terminate, look('TERMINATING'), look('TERMINATED')]);
    expect(ended.output).toEqual({
      ClusterId: 'j-1',
      Cluster: { Id: 'j-1', Name: 'etl', Status: { State: 'TERMINATED' } },
    });
    const plain = { ...state, Resource: 'arn:aws:states:::elasticmapreduce:terminateCluster' };
    expect((await conversation(plain, [terminate])).output).toEqual(metadata);
  });

  it.each([
    [
      'setClusterTerminationProtection',
      { ClusterId: 'j-1', TerminationProtected: true },
      [
        {
          request: `POST / ${target}.SetTerminationProtection`,
          body: { JobFlowIds: ['j-1'], TerminationProtected: true },
          answer: { body: {} },
        },
      ],
      {},
    ],
    [
      'cancelStep',
      { ClusterId: 'j-1', StepId: 's-1' },
      [
        {
          request: `POST / ${target}.CancelSteps`,
          body: { ClusterId: 'j-1', StepIds: ['s-1'] },
          answer: { body: { CancelStepsInfoList: [{ StepId: 's-1', Status: 'SUBMITTED' }] } },
        },
      ],
      { CancelStepsInfo: { StepId: 's-1', Status: 'SUBMITTED' } },
    ],
    [
      'modifyInstanceFleetByName',
      {
        ClusterId: 'j-1',
        InstanceFleetName: 'core',
        InstanceFleet: { TargetOnDemandCapacity: 8, TargetSpotCapacity: 0 },
      },
      [
        {
          request: `POST / ${target}.ListInstanceFleets`,
          body: { ClusterId: 'j-1' },
          answer: {
            body: {
              InstanceFleets: [
                { Id: 'if-0', Name: 'main' },
                { Id: 'if-1', Name: 'core' },
              ],
            },
          },
        },
        {
          request: `POST / ${target}.ModifyInstanceFleet`,
          body: {
            ClusterId: 'j-1',
            InstanceFleet: { InstanceFleetId: 'if-1', TargetOnDemandCapacity: 8, TargetSpotCapacity: 0 },
          },
          answer: { body: {} },
        },
      ],
      {},
    ],
    [
      'modifyInstanceGroupByName',
      { ClusterId: 'j-1', InstanceGroupName: 'core', InstanceGroup: { InstanceCount: 8 } },
      [
        {
          request: `POST / ${target}.ListInstanceGroups`,
          body: { ClusterId: 'j-1' },
          answer: { body: { InstanceGroups: [{ Id: 'ig-1', Name: 'core' }] } },
        },
        {
          request: `POST / ${target}.ModifyInstanceGroups`,
          body: { ClusterId: 'j-1', InstanceGroups: [{ InstanceGroupId: 'ig-1', InstanceCount: 8 }] },
          answer: { body: {} },
        },
      ],
      {},
    ],
  ])('%s has the shape of Step Functions', async (action, Parameters, exchanges, output) => {
    const state = { Resource: `arn:aws:states:::elasticmapreduce:${action}`, Parameters };
    expect(await conversation(state, exchanges)).toEqual({
      status: 'SUCCEEDED',
      output: { ...output, ...metadata },
    });
  });

  it('finds a fleet and a group on a later page', async () => {
    const list = (body: object, answer: object) => ({
      request: `POST / ${target}.ListInstanceGroups`,
      body,
      answer: { body: answer },
    });
    const state = {
      Resource: 'arn:aws:states:::elasticmapreduce:modifyInstanceGroupByName',
      Parameters: { ClusterId: 'j-1', InstanceGroupName: 'core', InstanceGroup: { InstanceCount: 8 } },
    };
    const ended = await conversation(state, [
      list({ ClusterId: 'j-1' }, { InstanceGroups: [{ Id: 'ig-0', Name: 'main' }], Marker: 'more' }),
      list({ ClusterId: 'j-1', Marker: 'more' }, { InstanceGroups: [{ Id: 'ig-1', Name: 'core' }] }),
      {
        request: `POST / ${target}.ModifyInstanceGroups`,
        body: { ClusterId: 'j-1', InstanceGroups: [{ InstanceGroupId: 'ig-1', InstanceCount: 8 }] },
        answer: { body: {} },
      },
    ]);
    expect(ended.status).toBe('SUCCEEDED');
  });

  it('names its errors', async () => {
    const refused = (type: string) => ({ ...run, answer: jsonError(type, 'Invalid InstanceProfile.') });
    const modelled = await conversation(create, [refused('InvalidRequestException')]);
    expect(modelled.error?.name).toBe('ElasticMapReduce.InvalidRequestException');
    const other = await conversation(create, [refused('ValidationException')]);
    expect(other.error?.name).toBe('ElasticMapReduce.AmazonElasticMapReduceException');
  });
});
