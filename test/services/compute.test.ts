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

describe('eks', () => {
  const cluster = { name: 'prod', status: 'CREATING', createdAt: 1_700_000_000.5 };
  const look = (path: string, answer: object) => ({ request: `GET ${path}`, answer: { body: answer } });
  const gone = (path: string) => ({
    request: `GET ${path}`,
    answer: restError(404, 'ResourceNotFoundException', 'No cluster found for name: prod.'),
  });

  it('creates a cluster and waits until it is active', async () => {
    const state = {
      Resource: 'arn:aws:states:::eks:createCluster.sync',
      Parameters: {
        Name: 'prod',
        RoleArn: `arn:aws:iam::${account}:role/eks`,
        ResourcesVpcConfig: { SubnetIds: ['subnet-1', 'subnet-2'] },
      },
    };
    const create = {
      request: 'POST /clusters',
      body: {
        name: 'prod',
        roleArn: `arn:aws:iam::${account}:role/eks`,
        resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'] },
        clientRequestToken: clientToken,
      },
      answer: { body: { cluster } },
    };
    const active = { ...cluster, status: 'ACTIVE', certificateAuthority: { data: 'LS0tLS1=' } };
    const ended = await conversation(state, [
      create,
      look('/clusters/prod', { cluster }),
      look('/clusters/prod', { cluster: active }),
    ]);
    expect(ended.output).toEqual({
      Cluster: {
        Name: 'prod',
        Status: 'ACTIVE',
        CreatedAt: 1_700_000_000_500,
        CertificateAuthority: { Data: 'LS0tLS1=' },
      },
    });
    const plain = { ...state, Resource: 'arn:aws:states:::eks:createCluster' };
    expect((await conversation(plain, [create])).output).toEqual({
      Cluster: { Name: 'prod', Status: 'CREATING', CreatedAt: 1_700_000_000_500 },
      ...metadata,
    });
    const failed = { ...cluster, status: 'FAILED' };
    const { error } = await conversation(state, [create, look('/clusters/prod', { cluster: failed })]);
    expect(error).toEqual(
      failedWith({ Cluster: { Name: 'prod', Status: 'FAILED', CreatedAt: 1_700_000_000_500 } }),
    );
  });

  it('deletes a cluster and waits until it is gone', async () => {
    const state = { Resource: 'arn:aws:states:::eks:deleteCluster.sync', Parameters: { Name: 'prod' } };
    const remove = {
      request: 'DELETE /clusters/prod',
      answer: { body: { cluster: { ...cluster, status: 'DELETING' } } },
    };
    const ended = await conversation(state, [
      remove,
      look('/clusters/prod', { cluster: { ...cluster, status: 'DELETING' } }),
      gone('/clusters/prod'),
    ]);
    expect(ended.status).toBe('SUCCEEDED');
    const plain = { ...state, Resource: 'arn:aws:states:::eks:deleteCluster' };
    const unknown = {
      ...remove,
      answer: restError(404, 'ResourceNotFoundException', 'No cluster found for name: prod.'),
    };
    expect((await conversation(plain, [unknown])).error).toEqual({
      name: 'EKS.ResourceNotFoundException',
      message:
        'No cluster found for name: prod. (Service: AmazonEKS; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: request-1; Proxy: null)',
    });
  });

  it('creates and deletes node groups', async () => {
    const create = {
      Resource: 'arn:aws:states:::eks:createNodegroup.sync',
      Parameters: {
        ClusterName: 'prod',
        NodegroupName: 'workers',
        NodeRole: `arn:aws:iam::${account}:role/nodes`,
        Subnets: ['subnet-1'],
        ScalingConfig: { MinSize: 1, MaxSize: 3, DesiredSize: 1 },
      },
    };
    const path = '/clusters/prod/node-groups';
    const group = (status: string, more: object = {}) => ({
      nodegroup: { nodegroupName: 'workers', status, ...more },
    });
    const post = {
      request: `POST ${path}`,
      body: {
        nodegroupName: 'workers',
        nodeRole: `arn:aws:iam::${account}:role/nodes`,
        subnets: ['subnet-1'],
        scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 1 },
        clientRequestToken: clientToken,
      },
      answer: { body: group('CREATING') },
    };
    const created = await conversation(create, [
      post,
      look(`${path}/workers`, group('CREATING')),
      look(`${path}/workers`, group('ACTIVE')),
    ]);
    expect(created.output).toEqual({ Nodegroup: { NodegroupName: 'workers', Status: 'ACTIVE' } });
    const issues = [{ code: 'AsgInstanceLaunchFailures', message: 'No capacity.', resourceIds: ['asg'] }];
    const { error } = await conversation(create, [
      post,
      look(`${path}/workers`, group('CREATE_FAILED', { health: { issues } })),
    ]);
    expect(error).toEqual(
      failedWith({
        Nodegroup: {
          NodegroupName: 'workers',
          Status: 'CREATE_FAILED',
          Health: {
            Issues: [{ Code: 'AsgInstanceLaunchFailures', Message: 'No capacity.', ResourceIds: ['asg'] }],
          },
        },
      }),
    );
    const remove = {
      Resource: 'arn:aws:states:::eks:deleteNodegroup.sync',
      Parameters: { ClusterName: 'prod', NodegroupName: 'workers' },
    };
    const removed = await conversation(remove, [
      { request: `DELETE ${path}/workers`, answer: { body: group('DELETING') } },
      look(`${path}/workers`, group('DELETING')),
      gone(`${path}/workers`),
    ]);
    expect(removed.status).toBe('SUCCEEDED');
  });

  it('creates and deletes Fargate profiles', async () => {
    const path = '/clusters/prod/fargate-profiles';
    const profile = (status: string) => ({ fargateProfile: { fargateProfileName: 'jobs', status } });
    const created = await conversation(
      {
        Resource: 'arn:aws:states:::eks:createFargateProfile.sync',
        Parameters: {
          ClusterName: 'prod',
          FargateProfileName: 'jobs',
          PodExecutionRoleArn: `arn:aws:iam::${account}:role/pods`,
          Selectors: [{ Namespace: 'jobs', Labels: { appName: 'report' } }],
        },
      },
      [
        {
          request: `POST ${path}`,
          body: {
            fargateProfileName: 'jobs',
            podExecutionRoleArn: `arn:aws:iam::${account}:role/pods`,
            selectors: [{ namespace: 'jobs', labels: { appName: 'report' } }],
            clientRequestToken: clientToken,
          },
          answer: { body: profile('CREATING') },
        },
        look(`${path}/jobs`, profile('ACTIVE')),
      ],
    );
    expect(created.output).toEqual({ FargateProfile: { FargateProfileName: 'jobs', Status: 'ACTIVE' } });
    const removed = await conversation(
      {
        Resource: 'arn:aws:states:::eks:deleteFargateProfile.sync',
        Parameters: { ClusterName: 'prod', FargateProfileName: 'jobs' },
      },
      [
        { request: `DELETE ${path}/jobs`, answer: { body: profile('DELETING') } },
        look(`${path}/jobs`, profile('DELETE_FAILED')),
      ],
    );
    expect(removed.error).toEqual(
      failedWith({ FargateProfile: { FargateProfileName: 'jobs', Status: 'DELETE_FAILED' } }),
    );
  });
});

describe('codebuild', () => {
  const target = 'CodeBuild_20161006';
  const environment = [{ name: 'ZONE', value: 'eu', type: 'PLAINTEXT' }];
  const start = {
    request: `POST / ${target}.StartBuild`,
    body: { projectName: 'site', environmentVariablesOverride: environment, timeoutInMinutesOverride: 20 },
    answer: { body: { build: { id: 'site:1', buildStatus: 'IN_PROGRESS' } } },
  };
  const state = {
    Resource: 'arn:aws:states:::codebuild:startBuild.sync',
    Parameters: {
      ProjectName: 'site',
      EnvironmentVariablesOverride: [{ Name: 'ZONE', Value: 'eu', Type: 'PLAINTEXT' }],
      TimeoutInMinutesOverride: 20,
    },
  };
  const look = (buildStatus: string, more: object = {}) => ({
    request: `POST / ${target}.BatchGetBuilds`,
    body: { ids: ['site:1'] },
    answer: { body: { builds: [{ id: 'site:1', buildStatus, ...more }], buildsNotFound: [] } },
  });

  it('starts a build and waits for its end', async () => {
    const finished = { endTime: 1_700_000_000.25, logs: { deepLink: 'https://logs' } };
    const ended = await conversation(state, [
      start,
      look('IN_PROGRESS'),
      look('IN_PROGRESS'),
      look('SUCCEEDED', finished),
    ]);
    expect(ended.output).toEqual({
      Build: {
        Id: 'site:1',
        BuildStatus: 'SUCCEEDED',
        EndTime: 1_700_000_000_250,
        Logs: { DeepLink: 'https://logs' },
      },
    });
    const plain = { ...state, Resource: 'arn:aws:states:::codebuild:startBuild' };
    expect((await conversation(plain, [start])).output).toEqual({
      Build: { Id: 'site:1', BuildStatus: 'IN_PROGRESS' },
      ...metadata,
    });
    const { error } = await conversation(state, [start, look('TIMED_OUT')]);
    expect(error).toEqual(failedWith({ Build: { Id: 'site:1', BuildStatus: 'TIMED_OUT' } }));
  });

  it.each([
    ['startBuildBatch', { ProjectName: 'site' }, { projectName: 'site' }],
    [
      'retryBuildBatch',
      { Id: 'site:1', RetryType: 'RETRY_FAILED_BUILDS' },
      { id: 'site:1', retryType: 'RETRY_FAILED_BUILDS' },
    ],
  ])('waits for the batch of %s', async (action, Parameters, body) => {
    const name = `${action[0]?.toUpperCase()}${action.slice(1)}`;
    const batch = (buildBatchStatus: string) => ({ id: 'site:1', buildBatchStatus });
    const ended = await conversation({ Resource: `arn:aws:states:::codebuild:${action}.sync`, Parameters }, [
      {
        request: `POST / ${target}.${name}`,
        body,
        answer: { body: { buildBatch: batch('IN_PROGRESS') } },
      },
      {
        request: `POST / ${target}.BatchGetBuildBatches`,
        body: { ids: ['site:1'] },
        answer: { body: { buildBatches: [batch('SUCCEEDED')] } },
      },
    ]);
    expect(ended.output).toEqual({ BuildBatch: { Id: 'site:1', BuildBatchStatus: 'SUCCEEDED' } });
  });

  it.each([
    [
      'stopBuild',
      { Id: 'site:1' },
      { id: 'site:1' },
      { build: { id: 'site:1' } },
      { Build: { Id: 'site:1' } },
    ],
    [
      'batchDeleteBuilds',
      { Ids: ['site:1'] },
      { ids: ['site:1'] },
      { buildsDeleted: ['site:1'], buildsNotDeleted: [] },
      { BuildsDeleted: ['site:1'], BuildsNotDeleted: [] },
    ],
    [
      'batchGetReports',
      { ReportArns: ['arn:report'] },
      { reportArns: ['arn:report'] },
      { reports: [{ arn: 'arn:report', testSummary: { total: 3, statusCounts: { SUCCEEDED: 3 } } }] },
      { Reports: [{ Arn: 'arn:report', TestSummary: { Total: 3, StatusCounts: { SUCCEEDED: 3 } } }] },
    ],
    ['stopBuildBatch', { Id: 'site:1' }, { id: 'site:1' }, { buildBatch: {} }, { BuildBatch: {} }],
    ['deleteBuildBatch', { Id: 'site:1' }, { id: 'site:1' }, { statusCode: 'OK' }, { StatusCode: 'OK' }],
  ])('%s gives the answer of the service', async (action, Parameters, body, answer, output) => {
    const name = `${action[0]?.toUpperCase()}${action.slice(1)}`;
    const ended = await conversation({ Resource: `arn:aws:states:::codebuild:${action}`, Parameters }, [
      { request: `POST / ${target}.${name}`, body, answer: { body: answer } },
    ]);
    expect(ended.output).toEqual({ ...output, ...metadata });
  });

  it('names its errors', async () => {
    const refused = (type: string) => ({ ...start, answer: jsonError(type, 'Project cannot be found.') });
    const modelled = await conversation(state, [refused('ResourceNotFoundException')]);
    expect(modelled.error?.name).toBe('CodeBuild.ResourceNotFoundException');
    const other = await conversation(state, [refused('AccessDeniedException')]);
    expect(other.error?.name).toBe('CodeBuild.AWSCodeBuildException');
  });
});

describe('mediaconvert:createJob', () => {
  const state = {
    Resource: 'arn:aws:states:::mediaconvert:createJob.sync',
    Parameters: {
      Role: `arn:aws:iam::${account}:role/convert`,
      UserMetadata: { videoId: 'v-1' },
      StatusUpdateInterval: 'SECONDS_60',
      Settings: {
        Inputs: [
          {
            FileInput: 's3://in/a.mp4',
            AudioSelectors: { 'Audio Selector 1': { DefaultSelection: 'DEFAULT' } },
          },
        ],
        OutputGroups: [
          {
            Name: 'File Group',
            OutputGroupSettings: {
              Type: 'FILE_GROUP_SETTINGS',
              FileGroupSettings: { Destination: 's3://out/' },
            },
            Outputs: [
              {
                NameModifier: '_720p',
                VideoDescription: {
                  Height: 720,
                  CodecSettings: { Codec: 'H_264', H264Settings: { Bitrate: 3_000_000 } },
                },
              },
            ],
          },
        ],
      },
    },
  };
  const create = {
    request: 'POST /2017-08-29/jobs',
    body: {
      role: `arn:aws:iam::${account}:role/convert`,
      userMetadata: { videoId: 'v-1' },
      statusUpdateInterval: 'SECONDS_60',
      clientRequestToken: clientToken,
      settings: {
        inputs: [
          {
            fileInput: 's3://in/a.mp4',
            audioSelectors: { 'Audio Selector 1': { defaultSelection: 'DEFAULT' } },
          },
        ],
        outputGroups: [
          {
            name: 'File Group',
            outputGroupSettings: {
              type: 'FILE_GROUP_SETTINGS',
              fileGroupSettings: { destination: 's3://out/' },
            },
            outputs: [
              {
                nameModifier: '_720p',
                videoDescription: {
                  height: 720,
                  codecSettings: { codec: 'H_264', h264Settings: { bitrate: 3_000_000 } },
                },
              },
            ],
          },
        ],
      },
    },
    answer: { status: 201, body: { job: { id: 'job-1', status: 'SUBMITTED' } } },
  };
  const look = (status: string, more: object = {}) => ({
    request: 'GET /2017-08-29/jobs/job-1',
    answer: { body: { job: { id: 'job-1', status, ...more } } },
  });

  it('starts a job and waits for its end', async () => {
    const timing = { submitTime: 1_700_000_000, finishTime: 1_700_000_060 };
    const ended = await conversation(state, [
      create,
      look('PROGRESSING', { jobPercentComplete: 40 }),
      look('COMPLETE', { timing, userMetadata: { videoId: 'v-1' } }),
    ]);
    expect(ended.output).toEqual({
      Job: {
        Id: 'job-1',
        Status: 'COMPLETE',
        Timing: { SubmitTime: 1_700_000_000_000, FinishTime: 1_700_000_060_000 },
        UserMetadata: { videoId: 'v-1' },
      },
    });
    const { error } = await conversation(state, [create, look('ERROR', { errorCode: 1404 })]);
    expect(error).toEqual(failedWith({ Job: { Id: 'job-1', Status: 'ERROR', ErrorCode: 1404 } }));
    const plain = { ...state, Resource: 'arn:aws:states:::mediaconvert:createJob' };
    expect((await conversation(plain, [create])).output).toEqual({
      Job: { Id: 'job-1', Status: 'SUBMITTED' },
      SdkHttpMetadata: expect.objectContaining({ HttpStatusCode: 201 }),
      SdkResponseMetadata: { RequestId: 'request-1' },
    });
  });

  it('names its errors', async () => {
    const refused = { ...create, answer: restError(400, 'BadRequestException', '/role: no such role') };
    expect((await conversation(state, [refused])).error).toEqual({
      name: 'MediaConvert.BadRequestException',
      message:
        '/role: no such role (Service: AWSMediaConvert; Status Code: 400; Error Code: BadRequestException; Request ID: request-1; Proxy: null)',
    });
  });
});
