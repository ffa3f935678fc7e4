import { describe, expect, it } from 'vitest';
import { conversation, failedWith, jsonError, metadata } from './conversation.ts';

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
