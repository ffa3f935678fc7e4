import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { historyEvents, machineOf } from '../../asl/index.ts';
import { isCancellableJob } from '../../asl/integrations/optimized.ts';
import type { Json } from '../../asl/json.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import { serviceWork } from '../../services/index.ts';
import { cancellableJobNames, jobNames } from '../../services/jobs/jobs.ts';
import { type TestCloud, type TestCloudOptions, testCloud } from '../../testing/index.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';
import { cancelTask } from '../../workers/cancelTask.ts';
import { type RecordedRequest, type Recorder, type StandInAnswer, startRecorder } from './recorder.ts';

type Fields = { readonly [key: string]: Json };

const runs = (job: Fields = {}): Fields => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
  Parameters: { QueryString: 'select 1' },
  End: true,
  ...job,
});

const definition = (job?: Fields, more: Fields = {}): Fields => ({
  StartAt: 'Run',
  States: { Run: runs(job) },
  ...more,
});

/** Athena, whose queries go on until they are stopped. */
function athena() {
  let started = 0;
  const stopped = new Set<unknown>();
  return ({ target, body }: RecordedRequest): StandInAnswer => {
    const { QueryExecutionId = '' } = body as { QueryExecutionId?: string };
    switch (target) {
      case 'StartQueryExecution':
        started++;
        return { body: { QueryExecutionId: `query-${started}` } };
      case 'GetQueryExecution': {
        const State = stopped.has(QueryExecutionId) ? 'CANCELLED' : 'RUNNING';
        return { body: { QueryExecution: { QueryExecutionId, Status: { State } } } };
      }
      default:
        stopped.add(QueryExecutionId);
        return { body: {} };
    }
  };
}

describe('a job that nothing waits for any more', () => {
  let recorder: Recorder;
  let answer: (request: RecordedRequest) => StandInAnswer | Promise<StandInAnswer>;
  beforeEach(async () => {
    answer = athena();
    recorder = await startRecorder((request) => answer(request));
  });
  afterEach(() => recorder[Symbol.asyncDispose]());

  async function started(states: Fields, options: TestCloudOptions = {}, input: Json = {}, state = 'Run') {
    const machine = machineOf(states, { id: 'm' });
    const cloud = testCloud([machine], { [state]: serviceWork(recorder.clients) }, options);
    await cloud.start('m', { executionId: 'e', input });
    const isReplayed = async () => expect((await cloud.client.replay('e', [machine])).outcome).toBe('equal');
    return { cloud, machine, isReplayed };
  }

  const cancelled = () =>
    recorder.requests.filter(({ target }) => target === 'StopQueryExecution').map(({ body }) => body);
  const query = (n: number) => ({ QueryExecutionId: `query-${n}` });

  it.each([
    ['once', 1],
    ['duplicated', 2],
    ['reordered', 1],
  ] as const)('is cancelled where the execution is stopped, delivered %s', async (deliveries, times) => {
    const { cloud, isReplayed } = await started(definition(), { deliveries });
    await cloud.skip('3m');
    expect(cancelled()).toEqual([]);
    await cloud.client.stop('e');
    await cloud.skip('1m');
    expect((await cloud.describe('e')).status).toBe('ABORTED');
    expect(cancelled()).toEqual(Array(times).fill(query(1)));
    await isReplayed();
  });

  it("is cancelled at the definition's TimeoutSeconds, and at the state's", async () => {
    const first = await started(definition({}, { TimeoutSeconds: 200 }));
    expect((await first.cloud.runToEnd('e')).status).toBe('TIMED_OUT');
    await first.cloud.skip('1m');
    expect(cancelled()).toEqual([query(1)]);
    await first.isReplayed();
    const second = await started(definition({ TimeoutSeconds: 200 }));
    expect((await second.cloud.runToEnd('e')).status).toBe('FAILED');
    await second.cloud.skip('1m');
    expect(cancelled()).toEqual([query(1), query(2)]);
    await second.isReplayed();
  });

  it("is cancelled where its state's Catch or Retry goes on after TimeoutSeconds", async () => {
    const Retry = [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'After' }];
    const states = {
      StartAt: 'Run',
      States: { Run: runs({ TimeoutSeconds: 60, Retry, Catch }), After: { Type: 'Succeed' } },
    };
    const { cloud, isReplayed } = await started(states);
    expect((await cloud.runToEnd('e')).status).toBe('SUCCEEDED');
    await cloud.skip('1m');
    expect(cancelled()).toEqual([query(1), query(2)]);
    await isReplayed();
  });

  it.each([true, false])(
    'is cancelled where another branch of its Parallel fails, caught: %s',
    async (isCaught) => {
      const fails = {
        StartAt: 'Wait',
        States: { Wait: { Type: 'Wait', Seconds: 90, Next: 'No' }, No: { Type: 'Fail' } },
      };
      const both: Fields = { Type: 'Parallel', Branches: [definition(), fails], Next: 'After' };
      const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'After' }];
      const states = {
        StartAt: 'Both',
        States: {
          Both: { ...both, ...(isCaught && { Catch }) },
          After: { Type: 'Wait', Seconds: 1000, End: true },
        },
      };
      const { cloud, isReplayed } = await started(states, {}, {}, 'Both/0/Run');
      await cloud.skip('80s');
      expect(cancelled()).toEqual([]);
      await cloud.skip('20s');
      expect((await cloud.describe('e')).status).toBe(isCaught ? 'RUNNING' : 'FAILED');
      expect(cancelled()).toEqual([query(1)]);
      await isReplayed();
    },
  );

  it.each(['INLINE', 'DISTRIBUTED'])('is cancelled where another item of its Map fails: %s', async (Mode) => {
    const item = {
      ProcessorConfig: { Mode, ...(Mode === 'DISTRIBUTED' && { ExecutionType: 'STANDARD' }) },
      StartAt: 'Which',
      States: {
        Which: {
          Type: 'Choice',
          Choices: [{ Variable: '$', NumericEquals: 0, Next: 'Wait' }],
          Default: 'Run',
        },
        Wait: { Type: 'Wait', Seconds: 90, Next: 'No' },
        No: { Type: 'Fail' },
        Run: runs(),
      },
    };
    const states = { StartAt: 'Each', States: { Each: { Type: 'Map', ItemProcessor: item, End: true } } };
    const { cloud } = await started(states, {}, [1, 0, 1], 'Each/Run');
    expect((await cloud.runToEnd('e')).status).toBe('FAILED');
    await cloud.skip('1m');
    expect(cancelled()).toHaveLength(2);
    expect(cancelled()).toEqual(expect.arrayContaining([query(1), query(2)]));
  });

  it('is not cancelled while its state waits, nor where it has ended', async () => {
    const ends = athena();
    let looks = 0;
    answer = (request) => {
      if (request.target !== 'GetQueryExecution' || ++looks < 9) return ends(request);
      return { body: { QueryExecution: { Status: { State: 'SUCCEEDED' } } } };
    };
    const { cloud } = await started(definition(), { deliveries: 'duplicated' });
    await cloud.client.suspend('e');
    await cloud.skip('5m');
    await cloud.client.resume('e');
    expect((await cloud.runToEnd('e')).status).toBe('SUCCEEDED');
    await cloud.skip('10m');
    expect(cancelled()).toEqual([]);
  });

  it('is started again by a redrive, and the cancelled one is not looked at', async () => {
    const { cloud, isReplayed } = await started(definition());
    await cloud.skip('3m');
    await cloud.client.stop('e');
    await cloud.skip('1m');
    await cloud.client.redrive('e');
    await cloud.skip('1m');
    expect(recorder.requests.filter(({ target }) => target === 'StartQueryExecution')).toHaveLength(2);
    expect((await cloud.describe('e')).status).toBe('RUNNING');
    const looks = recorder.requests.filter(({ target }) => target === 'GetQueryExecution');
    expect(looks.at(-1)?.body).toEqual(query(2));
    await cloud.client.stop('e');
    await cloud.skip('1m');
    expect(cancelled()).toEqual([query(1), query(2)]);
    await isReplayed();
  });

  const start = ['TaskScheduled', 'TaskStarted', 'TaskSubmitted'];
  async function typesOfEvents({ client }: Pick<TestCloud, 'client'>): Promise<readonly string[]> {
    const subject = { machine: 'm', arn: 'arn:aws:states:eu-west-1:123456789012', roleArn: 'role' };
    const events = await historyEvents({ ...subject, executionId: 'e' }, (observe, id) =>
      client.historyAll(id, { machines: [machineOf(definition(), { id: 'm', observe })] }),
    );
    return events.map(({ type }) => type);
  }

  it('is in the history of Step Functions once for each of its starts', async () => {
    const { cloud } = await started(definition());
    await cloud.skip('1m');
    await cloud.client.stop('e');
    await cloud.settled();
    await cloud.client.redrive('e');
    await cloud.skip('1m');
    expect(await typesOfEvents(cloud)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      ...start,
      'ExecutionAborted',
      'ExecutionRedriven',
      ...start,
    ]);
  });

  it.each([1, 2])(
    'that failed by itself is so, too, where the first %i of its starts fail',
    async (failing) => {
      const service = athena();
      answer = (request) => {
        if (request.target !== 'GetQueryExecution') return service(request);
        const { QueryExecutionId } = request.body as { QueryExecutionId: string };
        const hasFailed = Number(QueryExecutionId.slice('query-'.length)) <= failing;
        const Status = { State: hasFailed ? 'FAILED' : 'SUCCEEDED' };
        return { body: { QueryExecution: { QueryExecutionId, Status } } };
      };
      const { cloud, isReplayed } = await started(definition());
      for (let redrives = 0; redrives < failing; redrives++) {
        expect((await cloud.runToEnd('e')).status).toBe('FAILED');
        await cloud.client.redrive('e');
      }
      expect((await cloud.runToEnd('e')).status).toBe('SUCCEEDED');
      const fails = [...start, 'TaskFailed', 'ExecutionFailed', 'ExecutionRedriven'];
      expect(await typesOfEvents(cloud)).toEqual([
        'ExecutionStarted',
        'TaskStateEntered',
        ...Array.from({ length: failing }, () => fails).flat(),
        ...start,
        'TaskSucceeded',
        'TaskStateExited',
        'ExecutionSucceeded',
      ]);
      await isReplayed();
    },
  );

  it('is cancelled, too, where the answer to its start comes after the state was left', async () => {
    const service = athena();
    let begun = () => {};
    let goOn = () => {};
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    answer = async (request) => {
      if (request.target === 'StartQueryExecution') {
        begun();
        await mayGoOn;
      }
      return service(request);
    };
    const { cloud, isReplayed } = await started(definition());
    const skipped = cloud.skip('1s');
    await isBegun;
    await cloud.client.stop('e');
    goOn();
    await skipped;
    await cloud.skip('1m');
    expect((await cloud.describe('e')).status).toBe('ABORTED');
    expect(cancelled()).toEqual([query(1)]);
    await isReplayed();
  });

  const Catch = [{ ErrorEquals: ['States.Timeout'], Next: 'After' }];
  it.each(['its start', 'a look'])(
    'of Glue is started again by a redrive, stopped during %s',
    async (during) => {
      const target = during === 'its start' ? 'StartJobRun' : 'GetJobRun';
      const stopped = new Set<unknown>();
      let runs = 0;
      let stop = async () => {};
      answer = async (request) => {
        const { RunId, JobRunIds } = request.body as { RunId?: string; JobRunIds?: string[] };
        if (request.target === target) await stop();
        for (const id of JobRunIds ?? []) stopped.add(id);
        if (request.target === 'StartJobRun') return { body: { JobRunId: `run-${++runs}` } };
        // Glue says so as soon as it has taken the call.
        const JobRunState = stopped.has(RunId) || runs === 1 ? 'STOPPED' : 'SUCCEEDED';
        return { body: { JobRun: { Id: RunId, JobRunState } } };
      };
      const { cloud, isReplayed } = await started(
        definition({ Resource: 'arn:aws:states:::glue:startJobRun.sync', Parameters: { JobName: 'n' } }),
      );
      stop = async () => {
        stop = async () => {};
        await cloud.client.stop('e');
      };
      await cloud.skip('1m');
      expect((await cloud.describe('e')).status).toBe('ABORTED');
      await cloud.client.redrive('e');
      expect(await cloud.runToEnd('e')).toMatchObject({ status: 'SUCCEEDED', output: { Id: 'run-2' } });
      await isReplayed();
    },
  );

  it.each<[end: string, job: Fields, whole: Fields, cause: string]>([
    ['it is stopped', {}, {}, ' (ABORTED)'],
    ['it is stopped with a cause', {}, {}, ' (ABORTED: Stopped: enough of it)'],
    ['its time is over', {}, { TimeoutSeconds: 60 }, ' (TIMED_OUT: States.Timeout'],
    ['it goes on', { TimeoutSeconds: 60, Catch }, {}, ''],
  ])('is ended with a reason that names the execution: %s', async (end, job, whole, cause) => {
    answer = ({ path }) =>
      path === '/v1/describejobs'
        ? { body: { jobs: [{ jobId: 'j', status: 'RUNNING' }] } }
        : { body: { jobId: 'j' } };
    const Resource = 'arn:aws:states:::batch:submitJob.sync';
    const Parameters = { JobName: 'n', JobQueue: 'q', JobDefinition: 'd' };
    const After = { Type: 'Wait', Seconds: 1000, End: true };
    const States = { Run: runs({ Resource, Parameters, ...job }), After };
    const { cloud } = await started({ StartAt: 'Run', States, ...whole });
    await cloud.skip('30s');
    if (end === 'it is stopped') await cloud.client.stop('e');
    if (end === 'it is stopped with a cause') await cloud.client.stop('e', { cause: 'enough of it' });
    await cloud.skip('1m');
    const ended = recorder.requests.filter(({ path }) => path === '/v1/terminatejob');
    expect(ended.map(({ body }) => body)).toEqual([
      { jobId: 'j', reason: expect.stringContaining(`${reason}${cause}`) },
    ]);
    if (end === 'it goes on') expect(ended[0]?.text).not.toContain('(');
  });

  it('is reported where the service does not take the call, and not where the job has ended', async () => {
    const service = athena();
    const refusals = ['AccessDeniedException', 'InvalidSignatureException', 'ValidationException'];
    answer = (request) =>
      request.target === 'StopQueryExecution'
        ? { status: 400, body: { __type: refusals.shift() } }
        : service(request);
    for (const reports of [1, 1, 0]) {
      const { cloud } = await started(definition());
      await cloud.skip('1m');
      await cloud.client.stop('e');
      await cloud.skip('1m');
      expect((await cloud.describe('e')).status).toBe('ABORTED');
      expect(cloud.reports.filter(({ type }) => type === 'cancelFailed')).toHaveLength(reports);
    }
  });
});

const reason = 'The Task state in execution [e] of m which was managing this resource was aborted';

/** The facts that name a job, and the call that ends it. */
const cancellations: Readonly<Record<string, readonly [job: Fields, request: string, body: unknown]>> = {
  'athena:startQueryExecution': [
    { QueryExecutionId: 'q' },
    'POST / AmazonAthena.StopQueryExecution',
    { QueryExecutionId: 'q' },
  ],
  'batch:submitJob': [{ JobId: 'j' }, 'POST /v1/terminatejob', { jobId: 'j', reason }],
  'bedrock:createModelCustomizationJob': [
    { JobIdentifier: 'arn:aws:bedrock:us-east-1:1:model-customization-job/m' },
    'POST /model-customization-jobs/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Amodel-customization-job%2Fm/stop',
    '',
  ],
  'codebuild:retryBuildBatch': [{ Id: 'b' }, 'POST / CodeBuild_20161006.StopBuildBatch', { id: 'b' }],
  'codebuild:startBuild': [{ Id: 'b' }, 'POST / CodeBuild_20161006.StopBuild', { id: 'b' }],
  'codebuild:startBuildBatch': [{ Id: 'b' }, 'POST / CodeBuild_20161006.StopBuildBatch', { id: 'b' }],
  'databrew:startJobRun': [{ Name: 'n', RunId: 'r' }, 'POST /jobs/n/jobRun/r/stopJobRun', ''],
  'ecs:runTask': [
    { Cluster: 'c', Tasks: ['t'] },
    'POST / AmazonEC2ContainerServiceV20141113.StopTask',
    { cluster: 'c', task: 't', reason },
  ],
  'elasticmapreduce:addStep': [
    { ClusterId: 'c', StepId: 's' },
    'POST / ElasticMapReduce.CancelSteps',
    { ClusterId: 'c', StepIds: ['s'] },
  ],
  'elasticmapreduce:createCluster': [
    { ClusterId: 'c' },
    'POST / ElasticMapReduce.TerminateJobFlows',
    { JobFlowIds: ['c'] },
  ],
  'emr-serverless:startJobRun': [
    { ApplicationId: 'a', JobRunId: 'r' },
    'DELETE /applications/a/jobruns/r',
    '',
  ],
  'glue:startJobRun': [
    { JobName: 'n', RunId: 'r' },
    'POST / AWSGlue.BatchStopJobRun',
    { JobName: 'n', JobRunIds: ['r'] },
  ],
  'mediaconvert:createJob': [{ Id: 'm' }, 'DELETE /2017-08-29/jobs/m', ''],
  ...Object.fromEntries(
    ['AutoML', 'HyperParameterTuning', 'Labeling', 'Processing', 'Training', 'Transform'].map((kind) => [
      `sagemaker:create${kind}Job`,
      [{ [`${kind}JobName`]: 'n' }, `POST / SageMaker.Stop${kind}Job`, { [`${kind}JobName`]: 'n' }] as const,
    ]),
  ),
};

function actionNamed(name: string) {
  const [service = '', action = ''] = name.split(':');
  return { service, action };
}

async function cancelOf(
  name: string,
  job: Fields,
  answer: (request: RecordedRequest) => StandInAnswer = () => ({ body: {} }),
) {
  await using recorder = await startRecorder(answer);
  const reports: Report[] = [];
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
    input: { ...actionNamed(name), step: 'describe', job },
  } as const;
  await cancelTask(payload, serviceWork(recorder.clients), {
    table: new MemoryTable(),
    now: () => 0,
    report: (report) => void reports.push(report),
  });
  return { reports, requests: recorder.requests };
}

describe('the jobs that can be cancelled', () => {
  it.each(Object.entries(cancellations))('%s', async (name, [job, request, body]) => {
    const { reports, requests } = await cancelOf(name, job);
    expect(reports).toEqual([]);
    const seen = requests.map(({ method, path, headers, body: json, text }) => [
      [method, path, headers['x-amz-target']].filter((each) => each !== undefined).join(' '),
      json ?? text,
    ]);
    expect(seen).toEqual([[request, body]]);
  });

  it('are reported where one goes on: a cluster with termination protection', async () => {
    const Message = 'Could not shut down one or more job flows since they are termination protected.';
    const { reports } = await cancelOf('elasticmapreduce:createCluster', { ClusterId: 'c' }, () => ({
      status: 400,
      body: { __type: 'ValidationException', Message },
    }));
    expect(reports).toMatchObject([{ type: 'cancelFailed', error: expect.stringContaining(Message) }]);
  });

  it('are cancelled beside one that cannot be', async () => {
    const { reports, requests } = await cancelOf('ecs:runTask', { Tasks: ['t', 'u'] }, ({ body }) =>
      Reflect.get(Object(body), 'task') === 't'
        ? { status: 400, body: { __type: 'ThrottlingException' } }
        : { body: {} },
    );
    expect(requests.map(({ body }) => Reflect.get(Object(body), 'task'))).toEqual(['t', 'u']);
    expect(reports).toMatchObject([{ type: 'cancelFailed' }]);
  });

  it('are these, and that of emr-containers', () => {
    const tried = [...Object.keys(cancellations), 'emr-containers:startJobRun'];
    expect(cancellableJobNames().toSorted()).toEqual(tried.toSorted());
  });

  it('are the same for definitions', () => {
    const known = jobNames().filter((name) => isCancellableJob(actionNamed(name)));
    expect(known.toSorted()).toEqual(cancellableJobNames().toSorted());
  });
});
