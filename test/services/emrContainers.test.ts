import { describe, expect, it } from 'vitest';
import { serviceWork } from '../../services/index.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';
import { cancelTask } from '../../workers/cancelTask.ts';
import {
  clientToken,
  conversation,
  type Exchange,
  type Fields,
  failedWith,
  metadata,
  restError,
} from './conversation.ts';
import { emrContainersClients } from './emrContainersClient.ts';
import { startRecorder } from './recorder.ts';

const call = (action: string, Parameters: Fields, exchanges: readonly Exchange[]) =>
  conversation({ Resource: `arn:aws:states:::emr-containers:${action}`, Parameters }, exchanges, {
    clients: emrContainersClients,
  });

const missing = restError(404, 'ResourceNotFoundException', 'Not found.');
const createdAt = '2026-01-31T10:00:00.500Z';
const createdMs = Date.parse(createdAt);

describe('emr-containers: virtual clusters', () => {
  const lookAt = (state: string): Exchange => ({
    request: 'GET /virtualclusters/v-1',
    answer: { body: { virtualCluster: { id: 'v-1', name: 'spark', state, createdAt } } },
  });
  const remove: Exchange = { request: 'DELETE /virtualclusters/v-1', answer: { body: { id: 'v-1' } } };
  const gone: Exchange = { request: 'GET /virtualclusters/v-1', answer: missing };

  it('are made, with the names of Step Functions', async () => {
    const create: Exchange = {
      request: 'POST /virtualclusters',
      body: {
        name: 'spark',
        containerProvider: { id: 'prod', type: 'EKS', info: { eksInfo: { namespace: 'jobs' } } },
        tags: { Stage: 'prod' },
        clientToken,
      },
      answer: { body: { id: 'v-1', name: 'spark', arn: 'arn:v-1' } },
    };
    const parameters = {
      Name: 'spark',
      ContainerProvider: { Id: 'prod', Type: 'EKS', Info: { EksInfo: { Namespace: 'jobs' } } },
      Tags: { Stage: 'prod' },
    };
    expect((await call('createVirtualCluster', parameters, [create])).output).toEqual({
      Id: 'v-1',
      Name: 'spark',
      Arn: 'arn:v-1',
      ...metadata,
    });
  });

  it('are deleted, and waited for until they are gone', async () => {
    const parameters = { Id: 'v-1' };
    expect((await call('deleteVirtualCluster', parameters, [remove])).output).toEqual({
      Id: 'v-1',
      ...metadata,
    });
    const ended = await call('deleteVirtualCluster.sync', parameters, [
      remove,
      lookAt('TERMINATING'),
      lookAt('TERMINATED'),
    ]);
    expect(ended.output).toEqual({
      Id: 'v-1',
      VirtualCluster: { Id: 'v-1', Name: 'spark', State: 'TERMINATED', CreatedAt: createdMs },
    });
    const forgotten = await call('deleteVirtualCluster.sync', parameters, [remove, gone]);
    expect(forgotten.output).toEqual({ Id: 'v-1' });
    const { error } = await call('deleteVirtualCluster.sync', parameters, [remove, lookAt('ARRESTED')]);
    expect(error).toEqual(
      failedWith({
        VirtualCluster: { Id: 'v-1', Name: 'spark', State: 'ARRESTED', CreatedAt: createdMs },
      }),
    );
  });
});

describe('emr-containers: job runs', () => {
  const parameters = {
    VirtualClusterId: 'v-1',
    Name: 'count',
    ExecutionRoleArn: 'arn:aws:iam::1:role/job',
    ReleaseLabel: 'emr-7.5.0-latest',
    JobDriver: {
      SparkSubmitJobDriver: {
        EntryPoint: 's3://jobs/count.py',
        EntryPointArguments: ['1'],
        SparkSubmitParameters: '--conf spark.executor.cores=1',
      },
    },
  };
  const start: Exchange = {
    request: 'POST /virtualclusters/v-1/jobruns',
    body: {
      name: 'count',
      executionRoleArn: 'arn:aws:iam::1:role/job',
      releaseLabel: 'emr-7.5.0-latest',
      jobDriver: {
        sparkSubmitJobDriver: {
          entryPoint: 's3://jobs/count.py',
          entryPointArguments: ['1'],
          sparkSubmitParameters: '--conf spark.executor.cores=1',
        },
      },
      clientToken,
    },
    answer: { body: { id: 'r-1', name: 'count', arn: 'arn:r-1', virtualClusterId: 'v-1' } },
  };
  const request = 'GET /virtualclusters/v-1/jobruns/r-1';
  const lookAt = (state: string, more: object = {}): Exchange => ({
    request,
    answer: { body: { jobRun: { id: 'r-1', virtualClusterId: 'v-1', state, createdAt, ...more } } },
  });
  const run = { Id: 'r-1', VirtualClusterId: 'v-1', CreatedAt: createdMs };

  it('are started, and waited for until they end', async () => {
    expect((await call('startJobRun', parameters, [start])).output).toEqual({
      Id: 'r-1',
      Name: 'count',
      Arn: 'arn:r-1',
      VirtualClusterId: 'v-1',
      ...metadata,
    });
    const ended = await call('startJobRun.sync', parameters, [
      start,
      { request, answer: missing },
      lookAt('PENDING'),
      lookAt('RUNNING'),
      lookAt('COMPLETED', { finishedAt: createdAt }),
    ]);
    expect(ended.output).toEqual({
      Id: 'r-1',
      VirtualClusterId: 'v-1',
      JobRun: { ...run, State: 'COMPLETED', FinishedAt: createdMs },
    });
  });

  it.each(['FAILED', 'CANCELLED'])('that end as %s fail the state', async (state) => {
    const { error } = await call('startJobRun.sync', parameters, [
      start,
      lookAt('CANCEL_PENDING'),
      lookAt(state, { failureReason: 'USER_ERROR' }),
    ]);
    expect(error).toEqual(failedWith({ JobRun: { ...run, State: state, FailureReason: 'USER_ERROR' } }));
  });

  it('are cancelled', async () => {
    await using recorder = await startRecorder(() => ({ body: { id: 'r-1', virtualClusterId: 'v-1' } }));
    const reports: unknown[] = [];
    const payload = {
      table: 't',
      executionId: 'e',
      item: 'task#1#1',
      task: 1,
      attempt: 1,
      worker: 'aws-services',
      machine: 'm',
      machineVersion: '1',
      idempotencyKey: 'e#1',
      cancelled: true,
      input: {
        service: 'emr-containers',
        action: 'startJobRun',
        step: 'describe',
        job: { Id: 'r-1', VirtualClusterId: 'v-1' },
      },
    } as const;
    await cancelTask(payload, serviceWork(emrContainersClients(recorder.endpoint)), {
      table: new MemoryTable(),
      now: () => 0,
      report: (report) => void reports.push(report),
    });
    expect(reports).toEqual([]);
    expect(recorder.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE /virtualclusters/v-1/jobruns/r-1',
    ]);
  });

  it('name their errors', async () => {
    const refused = (status: number, type: string) => ({ ...start, answer: restError(status, type, 'No.') });
    const modelled = await call('startJobRun', parameters, [refused(404, 'ResourceNotFoundException')]);
    expect(modelled.error?.name).toBe('EMRContainers.ResourceNotFoundException');
    const other = await call('startJobRun', parameters, [refused(429, 'ThrottlingException')]);
    expect(other.error?.name).toBe('EMRContainers.AmazonEMRContainersException');
  });
});
