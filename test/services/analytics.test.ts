import { describe, expect, it } from 'vitest';
import { clientToken, conversation, failedWith, jsonError, metadata, restError } from './conversation.ts';

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
