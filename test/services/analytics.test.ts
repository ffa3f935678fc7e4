import { describe, expect, it } from 'vitest';
import { clientToken, conversation, failedWith, jsonError, metadata, restError } from './conversation.ts';

const account = '123456789012';

describe('athena', () => {
  const start = {
    request: 'POST / AmazonAthena.StartQueryExecution',
    body: {
      QueryString: 'SELECT * FROM sales LIMIT 10',
      WorkGroup: 'primary',
      ResultConfiguration: { OutputLocation: 's3://results/' },
      ClientRequestToken: clientToken,
    },
    answer: { body: { QueryExecutionId: 'q-1' } },
  };
  const parameters = {
    QueryString: 'SELECT * FROM sales LIMIT 10',
    WorkGroup: 'primary',
    ResultConfiguration: { OutputLocation: 's3://results/' },
  };
  const look = (State: string, more: object = {}) => ({
    request: 'POST / AmazonAthena.GetQueryExecution',
    body: { QueryExecutionId: 'q-1' },
    answer: { body: { QueryExecution: { QueryExecutionId: 'q-1', Status: { State }, ...more } } },
  });

  it('starts a query and waits for its end', async () => {
    const state = { Resource: 'arn:aws:states:::athena:startQueryExecution.sync', Parameters: parameters };
    const Statistics = { DataScannedInBytes: 9_007_199_254_740_991, EngineExecutionTimeInMillis: 1200 };
    const ended = await conversation(state, [start, look('QUEUED'), look('SUCCEEDED', { Statistics })]);
    expect(ended.output).toEqual({
      QueryExecution: { QueryExecutionId: 'q-1', Status: { State: 'SUCCEEDED' }, Statistics },
    });
    const { error } = await conversation(state, [start, look('CANCELLED')]);
    expect(error).toEqual(
      failedWith({ QueryExecution: { QueryExecutionId: 'q-1', Status: { State: 'CANCELLED' } } }),
    );
  });

  it.each([
    ['startQueryExecution', parameters, start.body, { QueryExecutionId: 'q-1' }],
    ['stopQueryExecution', { QueryExecutionId: 'q-1' }, { QueryExecutionId: 'q-1' }, {}],
    [
      'getQueryExecution',
      { QueryExecutionId: 'q-1' },
      { QueryExecutionId: 'q-1' },
      { QueryExecution: { Query: 'SELECT 1' } },
    ],
    [
      'getQueryResults',
      { QueryExecutionId: 'q-1', MaxResults: 2 },
      { QueryExecutionId: 'q-1', MaxResults: 2 },
      { ResultSet: { Rows: [{ Data: [{ VarCharValue: 'total' }, {}] }] }, UpdateCount: 0 },
    ],
  ])('%s gives the answer of the service', async (action, Parameters, body, answer) => {
    const name = `${action[0]?.toUpperCase()}${action.slice(1)}`;
    const state = { Resource: `arn:aws:states:::athena:${action}`, Parameters };
    const ended = await conversation(state, [
      { request: `POST / AmazonAthena.${name}`, body, answer: { body: answer } },
    ]);
    expect(ended.output).toEqual({ ...answer, ...metadata });
  });

  it('names its errors', async () => {
    const state = { Resource: 'arn:aws:states:::athena:startQueryExecution', Parameters: parameters };
    const refused = (type: string) => ({ ...start, answer: jsonError(type, 'Too many queries.') });
    expect((await conversation(state, [refused('TooManyRequestsException')])).error).toEqual({
      name: 'Athena.TooManyRequestsException',
      message:
        'Too many queries. (Service: AmazonAthena; Status Code: 400; Error Code: TooManyRequestsException; Request ID: request-1; Proxy: null)',
    });
    const other = await conversation(state, [refused('AccessDeniedException')]);
    expect(other.error?.name).toBe('Athena.AmazonAthenaException');
  });
});

describe('glue:startJobRun', () => {
  const state = {
    Resource: 'arn:aws:states:::glue:startJobRun.sync',
    Parameters: {
      JobName: 'clean',
      Arguments: { '--day': '2026-01-31' },
      WorkerType: 'G.1X',
      NumberOfWorkers: 4,
    },
  };
  const start = {
    request: 'POST / AWSGlue.StartJobRun',
    body: {
      JobName: 'clean',
      Arguments: { '--day': '2026-01-31' },
      WorkerType: 'G.1X',
      NumberOfWorkers: 4,
    },
    answer: { body: { JobRunId: 'jr_1' } },
  };
  const look = (JobRunState: string, more: object = {}) => ({
    request: 'POST / AWSGlue.GetJobRun',
    body: { JobName: 'clean', RunId: 'jr_1' },
    answer: { body: { JobRun: { Id: 'jr_1', JobName: 'clean', JobRunState, ...more } } },
  });

  it('gives the answer of the service, with the name of the job', async () => {
    const plain = { ...state, Resource: 'arn:aws:states:::glue:startJobRun' };
    expect((await conversation(plain, [start])).output).toEqual({
      JobName: 'clean',
      JobRunId: 'jr_1',
      ...metadata,
    });
  });

  it('waits for the end of the run, which is its result', async () => {
    const ended = await conversation(state, [
      start,
      look('STARTING'),
      look('RUNNING'),
      look('SUCCEEDED', { StartedOn: 1_783_349_720.582, ExecutionTime: 61, MaxCapacity: 4.0 }),
    ]);
    expect(ended.output).toEqual({
      Id: 'jr_1',
      JobName: 'clean',
      JobRunState: 'SUCCEEDED',
      StartedOn: 1_783_349_720_582,
      ExecutionTime: 61,
      MaxCapacity: 4,
    });
  });

  it.each(['FAILED', 'TIMEOUT', 'ERROR', 'EXPIRED'])('fails with a run that is %s', async (JobRunState) => {
    const { error } = await conversation(state, [
      start,
      look(JobRunState, { ErrorMessage: 'Command failed with exit code 1' }),
    ]);
    expect(error).toEqual(
      failedWith({
        Id: 'jr_1',
        JobName: 'clean',
        JobRunState,
        ErrorMessage: 'Command failed with exit code 1',
      }),
    );
  });

  it.each([
    ['EntityNotFoundException', 'Glue.EntityNotFoundException'],
    ['ConcurrentRunsExceededException', 'Glue.ConcurrentRunsExceededException'],
    ['ThrottlingException', 'Glue.ThrottlingException'],
    ['AccessDeniedException', 'Glue.AccessDeniedException'],
    ['UnrecognizedClientException', 'Glue.AWSGlueException'],
  ])('names the error %s %s', async (type, name) => {
    const refused = { ...start, answer: jsonError(type, 'Failed to start job run.') };
    expect((await conversation(state, [refused])).error).toEqual({
      name,
      message: `Failed to start job run. (Service: AWSGlue; Status Code: 400; Error Code: ${type}; Request ID: request-1; Proxy: null)`,
    });
  });
});

describe('databrew:startJobRun', () => {
  const state = {
    Resource: 'arn:aws:states:::databrew:startJobRun.sync',
    Parameters: { Name: 'clean customers' },
  };
  const start = {
    request: 'POST /jobs/clean%20customers/startJobRun',
    answer: { body: { RunId: 'db_1' } },
  };
  const look = (State: string, more: object = {}) => ({
    request: 'GET /jobs/clean%20customers/jobRun/db_1',
    answer: { body: { JobName: 'clean customers', RunId: 'db_1', State, ...more } },
  });

  it('starts a run and waits for its end', async () => {
    const plain = { ...state, Resource: 'arn:aws:states:::databrew:startJobRun' };
    expect((await conversation(plain, [start])).output).toEqual({ RunId: 'db_1', ...metadata });
    const Outputs = [{ Location: { Bucket: 'out', Key: 'customers/' }, Format: 'PARQUET', Overwrite: true }];
    const ended = await conversation(state, [start, look('RUNNING'), look('SUCCEEDED', { Outputs })]);
    expect(ended.output).toEqual({ JobName: 'clean customers', RunId: 'db_1', State: 'SUCCEEDED', Outputs });
    const { error } = await conversation(state, [start, look('TIMEOUT')]);
    expect(error).toEqual(failedWith({ JobName: 'clean customers', RunId: 'db_1', State: 'TIMEOUT' }));
  });

  it('names its errors', async () => {
    const refused = (status: number, type: string) => ({
      ...start,
      answer: restError(status, type, 'Too many jobs.'),
    });
    const modelled = await conversation(state, [refused(402, 'ServiceQuotaExceededException')]);
    expect(modelled.error?.name).toBe('DataBrew.ServiceQuotaExceededException');
    const other = await conversation(state, [refused(429, 'ThrottlingException')]);
    expect(other.error?.name).toBe('DataBrew.AWSGlueDataBrewException');
  });
});

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

describe('emr-serverless', () => {
  const application = (state: string) => ({
    application: { applicationId: 'a-1', name: 'spark', arn: 'arn:a-1', state, createdAt: 1_700_000_000.5 },
  });
  const described = (State: string) => ({
    ApplicationId: 'a-1',
    Name: 'spark',
    Arn: 'arn:a-1',
    State,
    CreatedAt: 1_700_000_000_500,
  });
  const look = (state: string) => ({
    request: 'GET /applications/a-1',
    answer: { body: application(state) },
  });
  const create = {
    request: 'POST /applications',
    body: { name: 'spark', releaseLabel: 'emr-7.1.0', type: 'SPARK', clientToken },
    answer: { body: { applicationId: 'a-1', name: 'spark', arn: 'arn:a-1' } },
  };
  const created = { Name: 'spark', ReleaseLabel: 'emr-7.1.0', Type: 'SPARK' };
  const named = { ApplicationId: 'a-1' };

  it.each([
    ['createApplication', created, create, 'CREATING', 'CREATED'],
    [
      'startApplication',
      named,
      { request: 'POST /applications/a-1/start', answer: { body: {} } },
      'STARTING',
      'STARTED',
    ],
    [
      'stopApplication',
      named,
      { request: 'POST /applications/a-1/stop', answer: { body: {} } },
      'STOPPING',
      'STOPPED',
    ],
    [
      'deleteApplication',
      named,
      { request: 'DELETE /applications/a-1', answer: { body: {} } },
      'STOPPED',
      'TERMINATED',
    ],
  ])('%s waits for the application', async (action, Parameters, request, runs, ends) => {
    const state = { Resource: `arn:aws:states:::emr-serverless:${action}.sync`, Parameters };
    const ended = await conversation(state, [request, look(runs), look(ends)]);
    expect(ended.output).toEqual(described(ends));
  });

  it('createApplication gives the answer of the service', async () => {
    const state = { Resource: 'arn:aws:states:::emr-serverless:createApplication', Parameters: created };
    expect((await conversation(state, [create])).output).toEqual({
      ApplicationId: 'a-1',
      Arn: 'arn:a-1',
      Name: 'spark',
      ...metadata,
    });
  });

  it.each([
    ['startApplication', 'POST /applications/a-1/start'],
    ['stopApplication', 'POST /applications/a-1/stop'],
    ['deleteApplication', 'DELETE /applications/a-1'],
  ])(
    '%s gives the id of the application, which the service does not answer with',
    async (action, request) => {
      const state = { Resource: `arn:aws:states:::emr-serverless:${action}`, Parameters: named };
      expect((await conversation(state, [{ request, answer: { body: {} } }])).output).toEqual({
        ApplicationId: 'a-1',
        ...metadata,
      });
    },
  );

  const run = {
    Resource: 'arn:aws:states:::emr-serverless:startJobRun.sync',
    Parameters: {
      ApplicationId: 'a-1',
      ExecutionRoleArn: `arn:aws:iam::${account}:role/job`,
      JobDriver: {
        SparkSubmit: {
          EntryPoint: 's3://jobs/sample.py',
          EntryPointArguments: ['1'],
          SparkSubmitParameters: '--conf spark.executor.cores=4',
        },
      },
      ExecutionTimeoutMinutes: 30,
    },
  };
  const start = {
    request: 'POST /applications/a-1/jobruns',
    body: {
      executionRoleArn: `arn:aws:iam::${account}:role/job`,
      jobDriver: {
        sparkSubmit: {
          entryPoint: 's3://jobs/sample.py',
          entryPointArguments: ['1'],
          sparkSubmitParameters: '--conf spark.executor.cores=4',
        },
      },
      executionTimeoutMinutes: 30,
      clientToken,
    },
    answer: { body: { applicationId: 'a-1', jobRunId: 'r-1', arn: 'arn:r-1' } },
  };
  const lookAtRun = (state: string, more: object = {}) => ({
    request: 'GET /applications/a-1/jobruns/r-1',
    answer: {
      body: { jobRun: { applicationId: 'a-1', jobRunId: 'r-1', arn: 'arn:r-1', state, ...more } },
    },
  });
  const ids = { ApplicationId: 'a-1', JobRunId: 'r-1', Arn: 'arn:r-1' };

  it('starts a run and waits for its end; the ids are where the answer of the service has them', async () => {
    const plain = { ...run, Resource: 'arn:aws:states:::emr-serverless:startJobRun' };
    expect((await conversation(plain, [start])).output).toEqual({ ...ids, ...metadata });
    const billed = { billedResourceUtilization: { vCPUHour: 0.25 }, totalExecutionDurationSeconds: 42 };
    const ended = await conversation(run, [start, lookAtRun('RUNNING'), lookAtRun('SUCCESS', billed)]);
    expect(ended.output).toEqual({
      ...ids,
      State: 'SUCCESS',
      BilledResourceUtilization: { VCPUHour: 0.25 },
      TotalExecutionDurationSeconds: 42,
    });
    const { error } = await conversation(run, [start, lookAtRun('FAILED', { stateDetails: 'Job failed.' })]);
    expect(error).toEqual(failedWith({ ...ids, State: 'FAILED', StateDetails: 'Job failed.' }));
  });

  it('cancels a run and waits until it is cancelled', async () => {
    const state = {
      Resource: 'arn:aws:states:::emr-serverless:cancelJobRun.sync',
      Parameters: { ApplicationId: 'a-1', JobRunId: 'r-1' },
    };
    const cancel = {
      request: 'DELETE /applications/a-1/jobruns/r-1',
      answer: { body: { applicationId: 'a-1', jobRunId: 'r-1' } },
    };
    const ended = await conversation(state, [cancel, lookAtRun('CANCELLING'), lookAtRun('CANCELLED')]);
    expect(ended.output).toEqual({ ...ids, State: 'CANCELLED' });
    const plain = { ...state, Resource: 'arn:aws:states:::emr-serverless:cancelJobRun' };
    expect((await conversation(plain, [cancel])).output).toEqual({
      ApplicationId: 'a-1',
      JobRunId: 'r-1',
      ...metadata,
    });
  });

  it('names its errors', async () => {
    const refused = (status: number, type: string) => ({
      ...start,
      answer: restError(status, type, 'Application a-1 not found.'),
    });
    const modelled = await conversation(run, [refused(404, 'ResourceNotFoundException')]);
    expect(modelled.error?.name).toBe('EmrServerless.ResourceNotFoundException');
    const other = await conversation(run, [refused(429, 'ThrottlingException')]);
    expect(other.error?.name).toBe('EmrServerless.AWSEMRServerlessException');
  });
});
