import { describe, expect, it } from 'vitest';
import { clientToken, conversation, failedWith, metadata, restError } from './conversation.ts';

const account = '123456789012';

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
