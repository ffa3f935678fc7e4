import { describe, expect, it } from 'vitest';
import { clientToken, conversation, failedWith, jsonError, metadata, restError } from './conversation.ts';

const account = '123456789012';
const role = `arn:aws:iam::${account}:role/learn`;

describe('sagemaker', () => {
  const target = 'SageMaker';
  const training = {
    TrainingJobName: 'churn-1',
    RoleArn: role,
    AlgorithmSpecification: {
      TrainingImage: `${account}.dkr.ecr.us-east-1.amazonaws.com/xgboost:1`,
      TrainingInputMode: 'File',
    },
    HyperParameters: { num_round: '50', eta: '0.2' },
    InputDataConfig: [
      {
        ChannelName: 'train',
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/train/' } },
      },
    ],
    OutputDataConfig: { S3OutputPath: 's3://models/' },
    ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 10 },
    StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    Tags: [{ Key: 'team', Value: 'data' }],
  };
  const create = {
    request: `POST / ${target}.CreateTrainingJob`,
    body: training,
    answer: { body: { TrainingJobArn: 'arn:churn-1' } },
  };
  const look = (TrainingJobStatus: string, more: object = {}) => ({
    request: `POST / ${target}.DescribeTrainingJob`,
    body: { TrainingJobName: 'churn-1' },
    answer: { body: { TrainingJobName: 'churn-1', TrainingJobStatus, ...more } },
  });
  const state = { Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync', Parameters: training };

  it('creates a training job and waits for its end', async () => {
    const plain = { ...state, Resource: 'arn:aws:states:::sagemaker:createTrainingJob' };
    expect((await conversation(plain, [create])).output).toEqual({
      TrainingJobArn: 'arn:churn-1',
      ...metadata,
    });
    const ended = await conversation(state, [
      create,
      look('InProgress', { SecondaryStatus: 'Downloading' }),
      look('Completed', {
        ModelArtifacts: { S3ModelArtifacts: 's3://models/churn-1/output/model.tar.gz' },
        TrainingEndTime: 1_700_000_000.75,
        FinalMetricDataList: [{ MetricName: 'auc', Value: 0.875, Timestamp: 1_700_000_000 }],
      }),
    ]);
    expect(ended.output).toEqual({
      TrainingJobName: 'churn-1',
      TrainingJobStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: 's3://models/churn-1/output/model.tar.gz' },
      TrainingEndTime: 1_700_000_000_750,
      FinalMetricDataList: [{ MetricName: 'auc', Value: 0.875, Timestamp: 1_700_000_000_000 }],
    });
    const { error } = await conversation(state, [create, look('Failed', { FailureReason: 'OutOfMemory' })]);
    expect(error).toEqual(
      failedWith({
        TrainingJobName: 'churn-1',
        TrainingJobStatus: 'Failed',
        FailureReason: 'OutOfMemory',
      }),
    );
  });

  it.each([
    [
      'TransformJob',
      {
        TransformJobName: 'job-1',
        ModelName: 'churn',
        TransformInput: {
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/' } },
          ContentType: 'text/csv',
        },
        TransformOutput: { S3OutputPath: 's3://out/' },
        TransformResources: { InstanceCount: 1, InstanceType: 'ml.m5.large' },
      },
    ],
    [
      'ProcessingJob',
      {
        ProcessingJobName: 'job-1',
        RoleArn: role,
        AppSpecification: { ImageUri: 'image', ContainerEntrypoint: ['python3', 'clean.py'] },
        ProcessingResources: {
          ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 10 },
        },
        Environment: { stage: 'prod' },
      },
    ],
    [
      'LabelingJob',
      {
        LabelingJobName: 'job-1',
        LabelAttributeName: 'label',
        RoleArn: role,
        InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: 's3://data/in.manifest' } } },
        OutputConfig: { S3OutputPath: 's3://out/' },
      },
    ],
    [
      'HyperParameterTuningJob',
      {
        HyperParameterTuningJobName: 'job-1',
        HyperParameterTuningJobConfig: {
          Strategy: 'Bayesian',
          ResourceLimits: { MaxNumberOfTrainingJobs: 4, MaxParallelTrainingJobs: 2 },
        },
      },
    ],
    [
      'AutoMLJob',
      {
        AutoMLJobName: 'job-1',
        RoleArn: role,
        InputDataConfig: [
          {
            DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/' } },
            TargetAttributeName: 'churn',
          },
        ],
        OutputDataConfig: { S3OutputPath: 's3://out/' },
      },
    ],
  ])('waits for the end of a %s', async (kind, Parameters) => {
    const look = (status: string) => ({
      request: `POST / ${target}.Describe${kind}`,
      body: { [`${kind}Name`]: 'job-1' },
      answer: { body: { [`${kind}Name`]: 'job-1', [`${kind}Status`]: status } },
    });
    const start = {
      request: `POST / ${target}.Create${kind}`,
      body: Parameters,
      answer: { body: { [`${kind}Arn`]: 'arn:job-1' } },
    };
    const waiting = { Resource: `arn:aws:states:::sagemaker:create${kind}.sync`, Parameters };
    const ended = await conversation(waiting, [start, look('InProgress'), look('Completed')]);
    expect(ended.output).toEqual({ [`${kind}Name`]: 'job-1', [`${kind}Status`]: 'Completed' });
    const { error } = await conversation(waiting, [start, look('Stopped')]);
    expect(error).toEqual(failedWith({ [`${kind}Name`]: 'job-1', [`${kind}Status`]: 'Stopped' }));
  });

  it.each([
    [
      'createModel',
      {
        ModelName: 'churn',
        ExecutionRoleArn: role,
        PrimaryContainer: { Image: 'image', ModelDataUrl: 's3://m' },
      },
      { ModelArn: 'arn:churn' },
    ],
    [
      'createEndpointConfig',
      {
        EndpointConfigName: 'churn',
        ProductionVariants: [{ VariantName: 'all', ModelName: 'churn', InitialVariantWeight: 0.5 }],
      },
      { EndpointConfigArn: 'arn:config' },
    ],
    [
      'createEndpoint',
      { EndpointName: 'churn', EndpointConfigName: 'churn' },
      { EndpointArn: 'arn:endpoint' },
    ],
    [
      'updateEndpoint',
      { EndpointName: 'churn', EndpointConfigName: 'churn-2' },
      { EndpointArn: 'arn:endpoint' },
    ],
  ])('%s gives the answer of the service', async (action, Parameters, answer) => {
    const name = `${action[0]?.toUpperCase()}${action.slice(1)}`;
    const ended = await conversation({ Resource: `arn:aws:states:::sagemaker:${action}`, Parameters }, [
      { request: `POST / ${target}.${name}`, body: Parameters, answer: { body: answer } },
    ]);
    expect(ended.output).toEqual({ ...answer, ...metadata });
  });

  it.each([
    ['ResourceLimitExceeded', 'SageMaker.ResourceLimitExceededException'],
    ['ResourceInUse', 'SageMaker.ResourceInUseException'],
    ['ValidationException', 'SageMaker.AmazonSageMakerException'],
  ])('names the error %s %s', async (type, name) => {
    const refused = { ...create, answer: jsonError(type, 'Job name must be unique.') };
    expect((await conversation(state, [refused])).error).toEqual({
      name,
      message: `Job name must be unique. (Service: AmazonSageMaker; Status Code: 400; Error Code: ${type}; Request ID: request-1; Proxy: null)`,
    });
  });
});

describe('bedrock:invokeModel', () => {
  const model = 'anthropic.claude-3-haiku-20240307-v1:0';
  const path = '/model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke';
  const prompt = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 200, messages: [] };
  const reply = { content: [{ type: 'text', text: 'Hello' }], usage: { output_tokens: 1 } };
  const json = { 'content-type': 'application/json', accept: 'application/json' };
  const invoke = {
    request: `POST ${path}`,
    body: prompt,
    headers: json,
    answer: { headers: { 'content-type': 'application/json' }, body: reply },
  };
  const state = {
    Resource: 'arn:aws:states:::bedrock:invokeModel',
    Parameters: { ModelId: model, Body: prompt },
  };

  it('sends its body as JSON, and gives the reply as a value', async () => {
    expect(await conversation(state, [invoke])).toEqual({
      status: 'SUCCEEDED',
      output: { Body: reply, ContentType: 'application/json' },
    });
  });

  it('hands on the types, the guardrail and the trace that the state gives', async () => {
    const Parameters = {
      ...state.Parameters,
      ContentType: 'application/json',
      Accept: '*/*',
      GuardrailIdentifier: 'g-1',
      GuardrailVersion: '2',
      Trace: 'ENABLED',
    };
    const headers = {
      accept: '*/*',
      'content-type': 'application/json',
      'x-amzn-bedrock-guardrailidentifier': 'g-1',
      'x-amzn-bedrock-guardrailversion': '2',
      'x-amzn-bedrock-trace': 'ENABLED',
    };
    const ended = await conversation({ ...state, Parameters }, [{ ...invoke, headers }]);
    expect(ended.status).toBe('SUCCEEDED');
  });

  it('waits for the token, after the call', async () => {
    const waiting = {
      Resource: 'arn:aws:states:::bedrock:invokeModel.waitForTaskToken',
      Parameters: { ModelId: model, Body: { 'token.$': '$$.Task.Token' } },
    };
    const sent = { ...invoke, body: { token: 'e#0#1' } };
    const ended = await conversation(waiting, [sent], { completed: 'reviewed' });
    expect(ended.output).toBe('reviewed');
  });

  it('reads a body from S3, with its type, and writes the reply there, whatever their sizes', async () => {
    const long = { prompt: 'x'.repeat(300_000) };
    const reply = { images: ['y'.repeat(300_000)] };
    const Parameters = {
      ModelId: model,
      Input: { S3Uri: 's3://prompts/a/b.json' },
      Output: { S3Uri: 's3://replies/c.json' },
    };
    const ended = await conversation({ ...state, Parameters }, [
      {
        request: 'GET /prompts/a/b.json?x-id=GetObject',
        answer: { headers: { 'content-type': 'application/prompt+json' }, body: JSON.stringify(long) },
      },
      {
        ...invoke,
        body: long,
        headers: { 'content-type': 'application/prompt+json', accept: 'application/json' },
        answer: { headers: { 'content-type': 'application/json' }, body: reply },
      },
      {
        request: 'PUT /replies/c.json?x-id=PutObject',
        body: reply,
        headers: { 'content-type': 'application/json' },
        answer: { body: '' },
      },
    ]);
    expect(ended).toEqual({
      status: 'SUCCEEDED',
      output: { Body: 's3://replies/c.json', ContentType: 'application/json' },
    });
  });

  it('refuses a body beside an input', async () => {
    const Parameters = { ...state.Parameters, Input: { S3Uri: 's3://prompts/a' } };
    expect((await conversation({ ...state, Parameters }, [])).error?.name).toBe('States.Runtime');
  });

  it.each([
    ['ThrottlingException', 429, 'Bedrock.ThrottlingException'],
    ['ModelTimeoutException', 408, 'Bedrock.ModelTimeoutException'],
    ['ValidationException', 400, 'Bedrock.ValidationException'],
    ['AccessDeniedException', 403, 'Bedrock.AccessDeniedException'],
    ['ServiceUnavailableException', 503, 'Bedrock.ServiceUnavailableException'],
  ])('names the error %s with status %i %s', async (type, status, name) => {
    const refused = { ...invoke, answer: restError(status, type, 'Too many tokens.') };
    expect((await conversation(state, [refused])).error?.name).toBe(name);
  });
});

describe('bedrock:createModelCustomizationJob', () => {
  const Parameters = {
    JobName: 'tune-1',
    CustomModelName: 'support',
    RoleArn: role,
    BaseModelIdentifier: 'amazon.titan-text-express-v1',
    TrainingDataConfig: { S3Uri: 's3://data/train.jsonl' },
    OutputDataConfig: { S3Uri: 's3://out/' },
    HyperParameters: { epochCount: '2' },
  };
  const state = { Resource: 'arn:aws:states:::bedrock:createModelCustomizationJob.sync', Parameters };
  const arn = `arn:aws:bedrock:us-east-1:${account}:model-customization-job/titan:0/tune-1`;
  const create = {
    request: 'POST /model-customization-jobs',
    body: {
      jobName: 'tune-1',
      customModelName: 'support',
      roleArn: role,
      baseModelIdentifier: 'amazon.titan-text-express-v1',
      trainingDataConfig: { s3Uri: 's3://data/train.jsonl' },
      outputDataConfig: { s3Uri: 's3://out/' },
      hyperParameters: { epochCount: '2' },
      clientRequestToken: clientToken,
    },
    answer: { status: 201, body: { jobArn: arn } },
  };
  const look = (status: string, more: object = {}) => ({
    request: `GET /model-customization-jobs/${encodeURIComponent(arn)}`,
    answer: { body: { jobArn: arn, jobName: 'tune-1', status, ...more } },
  });

  it('starts a job and waits for its end', async () => {
    const plain = { ...state, Resource: 'arn:aws:states:::bedrock:createModelCustomizationJob' };
    expect((await conversation(plain, [create])).output).toEqual({ JobArn: arn });
    const ended = await conversation(state, [
      create,
      look('InProgress'),
      look('Completed', {
        outputModelArn: 'arn:model',
        endTime: '2026-01-31T10:00:00.5Z',
        trainingMetrics: { trainingLoss: 0.25 },
      }),
    ]);
    expect(ended.output).toEqual({
      JobArn: arn,
      JobName: 'tune-1',
      Status: 'Completed',
      OutputModelArn: 'arn:model',
      EndTime: Date.UTC(2026, 0, 31, 10, 0, 0, 500),
      TrainingMetrics: { TrainingLoss: 0.25 },
    });
    const { error } = await conversation(state, [create, look('Failed', { failureMessage: 'Bad data.' })]);
    expect(error).toEqual(
      failedWith({ JobArn: arn, JobName: 'tune-1', Status: 'Failed', FailureMessage: 'Bad data.' }),
    );
  });

  it('names its errors', async () => {
    const refused = (status: number, type: string) => ({
      ...create,
      answer: restError(status, type, 'Too many jobs.'),
    });
    const modelled = await conversation(state, [refused(400, 'ServiceQuotaExceededException')]);
    expect(modelled.error?.name).toBe('Bedrock.ServiceQuotaExceededException');
    const other = await conversation(state, [refused(400, 'UnrecognizedClientException')]);
    expect(other.error?.name).toBe('Bedrock.AmazonBedrockException');
  });
});
