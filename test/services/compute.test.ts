import { describe, expect, it } from 'vitest';
import { clientToken, conversation, failedWith, jsonError, metadata, restError } from './conversation.ts';

const account = '123456789012';

describe('batch:submitJob', () => {
  const state = {
    Resource: 'arn:aws:states:::batch:submitJob.sync',
    Parameters: {
      JobName: 'nightly',
      JobQueue: `arn:aws:batch:us-east-1:${account}:job-queue/main`,
      JobDefinition: 'report:3',
      Parameters: { inputFile: 's3://data/in.csv' },
      ContainerOverrides: {
        Command: ['report.py', '--day', 'Ref::inputFile'],
        Environment: [{ Name: 'DAY', 'Value.$': '$.day' }],
        ResourceRequirements: [{ Type: 'VCPU', Value: '2' }],
      },
      RetryStrategy: { Attempts: 2, EvaluateOnExit: [{ Action: 'RETRY', OnStatusReason: 'Host EC2*' }] },
      Timeout: { AttemptDurationSeconds: '600' },
      Tags: { costCentre: 'data' },
    },
  };
  const input = { day: '2026-01-31' };
  const submit = (environment: readonly object[]) => ({
    request: 'POST /v1/submitjob',
    body: {
      jobName: 'nightly',
      jobQueue: `arn:aws:batch:us-east-1:${account}:job-queue/main`,
      jobDefinition: 'report:3',
      parameters: { inputFile: 's3://data/in.csv' },
      containerOverrides: {
        command: ['report.py', '--day', 'Ref::inputFile'],
        environment: [{ name: 'DAY', value: '2026-01-31' }, ...environment],
        resourceRequirements: [{ type: 'VCPU', value: '2' }],
      },
      retryStrategy: { attempts: 2, evaluateOnExit: [{ action: 'RETRY', onStatusReason: 'Host EC2*' }] },
      timeout: { attemptDurationSeconds: 600 },
      tags: { costCentre: 'data' },
    },
    answer: { body: { jobArn: 'arn:job-1', jobName: 'nightly', jobId: 'job-1' } },
  });
  const mark = { name: 'MANAGED_BY_AWS', value: 'STARTED_BY_STEP_FUNCTIONS' };
  const look = (status: string, more: object = {}) => ({
    request: 'POST /v1/describejobs',
    body: { jobs: ['job-1'] },
    answer: { body: { jobs: [{ jobId: 'job-1', jobName: 'nightly', status, ...more }] } },
  });

  it('gives the answer of the service', async () => {
    const plain = { ...state, Resource: 'arn:aws:states:::batch:submitJob' };
    expect(await conversation(plain, [submit([])], { input })).toEqual({
      status: 'SUCCEEDED',
      output: { JobArn: 'arn:job-1', JobId: 'job-1', JobName: 'nightly', ...metadata },
    });
  });

  it('waits for the end of the job, which is its result', async () => {
    const container = { exitCode: 0, logStreamName: 'report/default/1', networkInterfaces: [] };
    const ended = await conversation(
      state,
      [
        submit([mark]),
        look('RUNNABLE'),
        look('RUNNING', { startedAt: 1_700_000_000_123 }),
        look('SUCCEEDED', { startedAt: 1_700_000_000_123, container, isCancelled: false }),
      ],
      { input },
    );
    expect(ended).toEqual({
      status: 'SUCCEEDED',
      output: {
        JobId: 'job-1',
        JobName: 'nightly',
        Status: 'SUCCEEDED',
        StartedAt: 1_700_000_000_123,
        Container: { ExitCode: 0, LogStreamName: 'report/default/1', NetworkInterfaces: [] },
        IsCancelled: false,
      },
    });
  });

  it('fails with the description of a job that failed', async () => {
    const attempts = [
      { container: { exitCode: 137, reason: 'OutOfMemoryError' }, statusReason: 'Essential' },
    ];
    const ended = await conversation(state, [submit([mark]), look('FAILED', { attempts })], { input });
    expect(ended).toEqual({
      status: 'FAILED',
      error: failedWith({
        JobId: 'job-1',
        JobName: 'nightly',
        Status: 'FAILED',
        Attempts: [{ Container: { ExitCode: 137, Reason: 'OutOfMemoryError' }, StatusReason: 'Essential' }],
      }),
    });
  });

  it.each([
    ['ClientException', 400, 'Batch.ClientException'],
    ['ServerException', 500, 'Batch.ServerException'],
    ['TooManyRequestsException', 429, 'Batch.AWSBatchException'],
  ])('names the error %s with status %i %s', async (type, status, name) => {
    const refused = { ...submit([mark]), answer: restError(status, type, 'JobQueue main not found') };
    expect(await conversation(state, [refused], { input })).toEqual({
      status: 'FAILED',
      error: {
        name,
        message: `JobQueue main not found (Service: AWSBatch; Status Code: ${status}; Error Code: ${type}; Request ID: request-1; Proxy: null)`,
      },
    });
  });
});

describe('ecs:runTask', () => {
  const target = 'AmazonEC2ContainerServiceV20141113';
  const parameters = {
    LaunchType: 'FARGATE',
    Cluster: 'main',
    TaskDefinition: 'report:7',
    NetworkConfiguration: {
      AwsvpcConfiguration: { Subnets: ['subnet-1'], SecurityGroups: ['sg-1'], AssignPublicIp: 'ENABLED' },
    },
    Overrides: {
      ContainerOverrides: [{ Name: 'app', Environment: [{ Name: 'TOKEN', 'Value.$': '$$.Task.Token' }] }],
    },
  };
  const run = (value: string, answer: object) => ({
    request: `POST / ${target}.RunTask`,
    body: {
      launchType: 'FARGATE',
      cluster: 'main',
      taskDefinition: 'report:7',
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'ENABLED' },
      },
      overrides: { containerOverrides: [{ name: 'app', environment: [{ name: 'TOKEN', value }] }] },
      clientToken,
    },
    answer: { body: answer },
  });
  const placed = { tasks: [{ taskArn: 'arn:task-1', clusterArn: 'arn:main' }], failures: [] };
  const full = { tasks: [], failures: [{ arn: 'arn:host-1', reason: 'RESOURCE:MEMORY' }] };

  it('gives the answer of the service, also where no task was placed', async () => {
    const state = {
      Resource: 'arn:aws:states:::ecs:runTask',
      Parameters: {
        ...parameters,
        Overrides: { ContainerOverrides: [{ Name: 'app', Environment: [{ Name: 'TOKEN', Value: 'x' }] }] },
      },
    };
    expect(await conversation(state, [run('x', full)])).toEqual({
      status: 'SUCCEEDED',
      output: { Tasks: [], Failures: [{ Arn: 'arn:host-1', Reason: 'RESOURCE:MEMORY' }], ...metadata },
    });
  });

  it('waits for the token that the task was given', async () => {
    const state = { Resource: 'arn:aws:states:::ecs:runTask.waitForTaskToken', Parameters: parameters };
    const sent = run('e#0#1', placed);
    expect(await conversation(state, [sent], { completed: { rows: 3 } })).toEqual({
      status: 'SUCCEEDED',
      output: { rows: 3 },
    });
  });

  it('does not wait for the token of a task that was not placed', async () => {
    const state = { Resource: 'arn:aws:states:::ecs:runTask.waitForTaskToken', Parameters: parameters };
    expect(await conversation(state, [run('e#0#1', full)])).toEqual({
      status: 'FAILED',
      error: { name: 'AmazonECS.Unknown', message: '[{"Arn":"arn:host-1","Reason":"RESOURCE:MEMORY"}]' },
    });
  });

  it('gives times in milliseconds in the task that is the result', async () => {
    const state = {
      Resource: 'arn:aws:states:::ecs:runTask.sync',
      Parameters: { Cluster: 'main', TaskDefinition: 'report:7' },
    };
    const stopped = {
      taskArn: 'arn:task-1',
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      startedAt: 1_700_000_000.123,
      containers: [{ name: 'app', exitCode: 0 }],
    };
    const ended = await conversation(state, [
      {
        request: `POST / ${target}.RunTask`,
        body: { startedBy: 'AWS Step Functions', cluster: 'main', taskDefinition: 'report:7', clientToken },
        answer: { body: placed },
      },
      {
        request: `POST / ${target}.DescribeTasks`,
        body: { cluster: 'arn:main', tasks: ['arn:task-1'] },
        answer: { body: { tasks: [stopped], failures: [] } },
      },
    ]);
    expect(ended.output).toEqual({
      TaskArn: 'arn:task-1',
      LastStatus: 'STOPPED',
      StopCode: 'EssentialContainerExited',
      StartedAt: 1_700_000_000_123,
      Containers: [{ Name: 'app', ExitCode: 0 }],
    });
  });

  it('names an error of its model, and one that is not in it', async () => {
    const state = { Resource: 'arn:aws:states:::ecs:runTask', Parameters: { TaskDefinition: 'report:7' } };
    const body = { taskDefinition: 'report:7', clientToken };
    const refused = (type: string, message: string) => ({
      request: `POST / ${target}.RunTask`,
      body,
      answer: jsonError(type, message),
    });
    const modelled = await conversation(state, [refused('ClusterNotFoundException', 'Cluster not found.')]);
    expect(modelled.error?.name).toBe('ECS.ClusterNotFoundException');
    const other = await conversation(state, [refused('ThrottlingException', 'Rate exceeded')]);
    expect(other.error).toEqual({
      name: 'ECS.AmazonECSException',
      message:
        'Rate exceeded (Service: AmazonECS; Status Code: 400; Error Code: ThrottlingException; Request ID: request-1; Proxy: null)',
    });
  });
});
