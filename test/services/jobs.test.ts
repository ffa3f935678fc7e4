import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineOf } from '../../asl/index.ts';
import { optimizedIntegrations } from '../../asl/integrations/optimized.ts';
import type { Json } from '../../asl/json.ts';
import { type ServiceClients, serviceWork } from '../../services/index.ts';
import { jobNames } from '../../services/jobs/jobs.ts';
import { type TestCloudOptions, testCloud } from '../../testing/index.ts';
import { type RecordedRequest, type Recorder, type StandInAnswer, startRecorder } from './recorder.ts';

type Fields = { readonly [key: string]: Json };

const failure = { name: expect.any(String), message: expect.any(String) };

/** ECS with one task, which has these states in turn: each look sees the next one. */
function ecsWith(...described: readonly Fields[]) {
  let looks = 0;
  const arn = 'arn:aws:ecs:us-east-1:1:task/t';
  return ({ target }: RecordedRequest): StandInAnswer => {
    if (target === 'RunTask')
      return { body: { tasks: [{ taskArn: arn, clusterArn: 'cluster' }], failures: [] } };
    if (target !== 'DescribeTasks') return { body: {} };
    const state = described[Math.min(looks++, described.length - 1)] ?? {};
    return { body: { tasks: [{ taskArn: arn, clusterArn: 'cluster', ...state }] } };
  };
}

const running = { lastStatus: 'RUNNING' };
const stopped = (exitCode: number) => ({
  lastStatus: 'STOPPED',
  stopCode: 'EssentialContainerExited',
  containers: [{ exitCode }],
});

const definition = (more: Fields = {}, resource = 'ecs:runTask.sync'): Fields => ({
  StartAt: 'Run',
  States: {
    Run: {
      Type: 'Task',
      Resource: `arn:aws:states:::${resource}`,
      Parameters: { Cluster: 'cluster', TaskDefinition: 'task' },
      End: true,
      ...more,
    },
  },
});

describe('a state with .sync', () => {
  let recorder: Recorder;
  let answer: (request: RecordedRequest) => StandInAnswer;
  beforeEach(async () => {
    recorder = await startRecorder((request) => answer(request));
  });
  afterEach(() => recorder[Symbol.asyncDispose]());

  async function started(states: Fields, options: TestCloudOptions = {}) {
    const machine = machineOf(states, { id: 'm' });

    const cloud = testCloud([machine], { Run: serviceWork(recorder.clients) }, options);
    await cloud.start('m', { executionId: 'e', input: {} });
    const ended = async () => {
      const found = await cloud.runToEnd('e');
      expect((await cloud.client.replay('e', [machine])).outcome).toBe('equal');
      return found;
    };
    return { cloud, ended };
  }

  const targets = () => recorder.requests.map(({ target }) => target);

  it('starts the job once, looks at it until it ends, and has its description as result', async () => {
    answer = ecsWith(running, running, running, stopped(0));
    const { cloud, ended } = await started(definition());
    const begun = cloud.now.getTime();
    expect(await ended()).toMatchObject({
      status: 'SUCCEEDED',
      output: {
        TaskArn: 'arn:aws:ecs:us-east-1:1:task/t',
        LastStatus: 'STOPPED',
        Containers: [{ ExitCode: 0 }],
      },
    });
    expect(targets()).toEqual(['RunTask', ...Array(4).fill('DescribeTasks')]);
    // At once, after 5, 10 and 20 seconds.
    expect(Math.round((cloud.now.getTime() - begun) / 1000)).toBe(20);
  });

  it('looks every minute, and every five after ten minutes', async () => {
    answer = ecsWith(running);
    const { cloud } = await started(definition());
    await cloud.skip('10m');
    const before = targets().length;
    expect(before).toBeLessThan(18);
    await cloud.skip('60m');
    expect(targets().length - before).toBeLessThanOrEqual(13);
  });

  it('fails where the job fails, with its description as cause', async () => {
    answer = ecsWith(running, stopped(1));
    const { ended } = await started(definition());
    const { status, error } = await ended();
    expect({ status, error }).toMatchObject({
      status: 'FAILED',
      error: { ...failure, name: 'States.TaskFailed' },
    });
    expect(JSON.parse(error?.message ?? '')).toMatchObject({
      LastStatus: 'STOPPED',
      Containers: [{ ExitCode: 1 }],
    });
  });

  it('starts another job when its Retry says so', async () => {
    answer = ecsWith(stopped(1), stopped(0));
    const Retry = [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const { ended } = await started(definition({ Retry }));
    expect((await ended()).status).toBe('SUCCEEDED');
    expect(targets()).toEqual(['RunTask', 'DescribeTasks', 'RunTask', 'DescribeTasks']);
    const tokens = recorder.requests.filter(({ target }) => target === 'RunTask').map(clientTokenIn);
    expect(new Set(tokens).size).toBe(2);
  });

  it('starts another job after a redrive', async () => {
    answer = ecsWith(stopped(1), stopped(1), stopped(0));
    const { cloud, ended } = await started(definition());
    expect((await ended()).status).toBe('FAILED');
    await cloud.client.redrive('e');
    expect((await ended()).status).toBe('SUCCEEDED');
    expect(targets().filter((target) => target === 'RunTask')).toHaveLength(2);
  });

  it('has TimeoutSeconds for the whole of the job', async () => {
    answer = ecsWith(running);
    const { cloud, ended } = await started(definition({ TimeoutSeconds: 90 }));
    const begun = cloud.now.getTime();
    expect(await ended()).toMatchObject({ status: 'FAILED', error: { name: 'States.Timeout' } });
    expect(Math.round((cloud.now.getTime() - begun) / 1000)).toBe(90);
  });

  it('looks again where the service cannot answer now, and fails where it may not look', async () => {
    let looks = 0;
    const ecs = ecsWith(running, stopped(0));
    const refusals = [
      { status: 503, body: {} },
      { status: 400, body: { __type: 'ThrottlingException' } },
    ];
    answer = (request) =>
      (request.target === 'DescribeTasks' ? refusals[looks++] : undefined) ?? ecs(request);
    expect((await (await started(definition())).ended()).status).toBe('SUCCEEDED');
    answer = (request) =>
      request.target === 'RunTask'
        ? ecs(request)
        : { status: 400, body: { __type: 'AccessDeniedException' } };
    const { ended } = await started(definition());
    expect(await ended()).toMatchObject({ error: { name: 'ECS.AccessDeniedException' } });
  });

  it('delivered twice, starts the job with the same token, which the service takes once', async () => {
    answer = ecsWith(running, stopped(0));
    const { ended } = await started(definition(), { deliveries: 'duplicated' });
    expect((await ended()).status).toBe('SUCCEEDED');
    const tokens = recorder.requests.filter(({ target }) => target === 'RunTask').map(clientTokenIn);
    expect(tokens.length).toBeGreaterThan(1);
    expect(new Set(tokens).size).toBe(1);
  });

  it('fails where ECS could not place the task', async () => {
    answer = () => ({ body: { tasks: [], failures: [{ reason: 'RESOURCE:MEMORY' }] } });
    const { ended } = await started(definition());
    expect(await ended()).toMatchObject({ error: { name: 'AmazonECS.Unknown' } });
  });

  it('has the query of Athena as result', async () => {
    const states = ['QUEUED', 'RUNNING', 'SUCCEEDED'];
    answer = ({ target }) =>
      target === 'StartQueryExecution'
        ? { body: { QueryExecutionId: 'q' } }
        : { body: { QueryExecution: { QueryExecutionId: 'q', Status: { State: states.shift() } } } };
    const parameters = { Parameters: { QueryString: 'select 1' } };
    const { ended } = await started(definition(parameters, 'athena:startQueryExecution.sync'));
    expect((await ended()).output).toEqual({
      QueryExecution: { QueryExecutionId: 'q', Status: { State: 'SUCCEEDED' } },
    });
  });
});

/** A job that the service does not know at first, then runs, and then is forgotten or ends. */
interface Unknown {
  readonly resource: string;
  readonly start: unknown;
  readonly unknown: StandInAnswer;
  readonly known: readonly unknown[];
  readonly error: { readonly type: string; readonly facts?: Fields };
}

const noBuild = { type: 'States.TaskFailed', facts: { Id: 'b' } };
const unknownJobs: readonly Unknown[] = [
  {
    resource: 'batch:submitJob',
    start: { jobId: 'j' },
    unknown: { body: { jobs: [] } },
    known: ['RUNNING', 'SUCCEEDED'].map((status) => ({ jobs: [{ jobId: 'j', status }] })),
    error: { type: 'States.TaskFailed', facts: { JobId: 'j' } },
  },
  {
    resource: 'ecs:runTask',
    start: { tasks: [{ taskArn: 't', clusterArn: 'c' }], failures: [] },
    unknown: { body: { tasks: [], failures: [{ arn: 't', reason: 'MISSING' }] } },
    known: [running, { ...stopped(0), lastStatus: 'DELETED' }].map((task) => ({ tasks: [task] })),
    error: { type: 'States.TaskFailed', facts: { Cluster: 'c', Tasks: ['t'] } },
  },
  {
    resource: 'ecs:runTask',
    start: { tasks: ['t', 'u'].map((taskArn) => ({ taskArn, clusterArn: 'c' })), failures: [] },
    unknown: { body: { tasks: [stopped(0)], failures: [{ arn: 'u', reason: 'MISSING' }] } },
    known: [running, stopped(0)].map((task) => ({ tasks: [stopped(0), task] })),
    error: { type: 'States.TaskFailed', facts: { Cluster: 'c', Tasks: ['t', 'u'] } },
  },
  {
    resource: 'codebuild:startBuild',
    start: { build: { id: 'b' } },
    unknown: { body: { builds: [], buildsNotFound: ['b'] } },
    known: ['IN_PROGRESS', 'SUCCEEDED'].map((buildStatus) => ({ builds: [{ id: 'b', buildStatus }] })),
    error: noBuild,
  },
  {
    resource: 'codebuild:startBuildBatch',
    start: { buildBatch: { id: 'b' } },
    unknown: { body: { buildBatches: [], buildBatchesNotFound: ['b'] } },
    known: ['IN_PROGRESS', 'SUCCEEDED'].map((buildBatchStatus) => ({
      buildBatches: [{ id: 'b', buildBatchStatus }],
    })),
    error: noBuild,
  },
  {
    resource: 'glue:startJobRun',
    start: { JobRunId: 'r' },
    unknown: { status: 400, body: { __type: 'EntityNotFoundException' } },
    known: ['RUNNING', 'SUCCEEDED'].map((JobRunState) => ({ JobRun: { JobRunState } })),
    error: { type: 'Glue.EntityNotFoundException' },
  },
];

describe.each(unknownJobs)('a job that its service does not know: $resource', (job) => {
  /** The answers to the looks: the last one goes on. */
  async function lookedAt(...looks: readonly StandInAnswer[]) {
    let requests = 0;
    await using recorder = await startRecorder(() => {
      const look = requests++ - 1;
      return look < 0 ? { body: job.start } : (looks[Math.min(look, looks.length - 1)] ?? {});
    });
    const machine = machineOf(definition({ Parameters: {} }, `${job.resource}.sync`), { id: 'm' });
    const cloud = testCloud([machine], { Run: serviceWork(recorder.clients) });
    await cloud.start('m', { executionId: 'e', input: {} });
    const begun = cloud.now.getTime();
    const found = await cloud.runToEnd('e');
    return { ...found, seconds: Math.round((cloud.now.getTime() - begun) / 1000) };
  }
  const known = job.known.map((body) => ({ body }));

  it('is waited for where it was started a moment ago', async () => {
    const { status } = await lookedAt(job.unknown, job.unknown, job.unknown, ...known);
    expect(status).toBe('SUCCEEDED');
  });

  it.each([
    ['from the start', []],
    ['later', Array(12).fill(known[0])],
  ])('fails the state where it is unknown for a minute, or %s', async (_, runs) => {
    const { status, error, seconds } = await lookedAt(...runs, job.unknown);
    expect(status).toBe('FAILED');
    expect(error?.name).toBe(job.error.type);
    if (job.error.facts !== undefined)
      expect(JSON.parse(error?.message ?? '')).toMatchObject(job.error.facts);
    if (runs.length === 0) expect(seconds).toBe(40);
  });
});

function clientTokenIn({ body }: RecordedRequest): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, 'clientToken') : undefined;
}

describe('the table of jobs', () => {
  it('has every integration that states can wait for, and no other', () => {
    const waiting = [...optimizedIntegrations].flatMap(([service, actions]) =>
      [...actions].flatMap(([action, modes]) => (modes.has('sync') ? [`${service}:${action}`] : [])),
    );
    expect(jobNames().toSorted()).toEqual(waiting.toSorted());
  });
});

describe('Credentials of a state', () => {
  it('give the role that the service is called with, also when a job is looked at', async () => {
    const roles: (string | undefined)[] = [];
    await using recorder = await startRecorder(ecsWith(running, stopped(0)));
    const clients: ServiceClients = {
      clientOf: (service, options = {}) => {
        roles.push(options.roleArn);
        return recorder.clients.clientOf(service);
      },
    };
    const Credentials = { 'RoleArn.$': '$.role' };
    const machine = machineOf(definition({ Credentials }), { id: 'm' });
    const cloud = testCloud([machine], { Run: serviceWork(clients) });
    await cloud.start('m', { executionId: 'e', input: { role: 'arn:aws:iam::1:role/other' } });
    expect((await cloud.runToEnd('e')).status).toBe('SUCCEEDED');
    expect(roles).toEqual(Array(3).fill('arn:aws:iam::1:role/other'));
  });
});
