import { fromAnswer, fromParameters, type Job, jobWithStatus } from './job.ts';

/** Step Functions documents the results of EMR Serverless as the answers to the start, whose fields the descriptions have as well. */
const application = {
  ask: ({ ApplicationId = null }) => ({ action: 'getApplication', parameters: { ApplicationId } }),
  described: ['Application'],
  status: ['State'],
} as const;

const serverlessRun = {
  ask: ({ ApplicationId = null, JobRunId = null }) => ({
    action: 'getJobRun',
    parameters: { ApplicationId, JobRunId },
  }),
  described: ['JobRun'],
  status: ['State'],
} as const;

const cluster = {
  ask: ({ ClusterId = null }) => ({ action: 'describeCluster', parameters: { ClusterId } }),
  described: ['Cluster'],
  status: ['Status', 'State'],
  as: 'Cluster',
  beside: ['ClusterId'],
} as const;

/** Jobs of services that work on data. */
export const analytics: Readonly<Record<string, Job>> = {
  'athena:startQueryExecution': jobWithStatus(fromAnswer({ QueryExecutionId: ['QueryExecutionId'] }), {
    ask: ({ QueryExecutionId = null }) => ({ action: 'getQueryExecution', parameters: { QueryExecutionId } }),
    described: ['QueryExecution'],
    status: ['Status', 'State'],
    succeeded: ['SUCCEEDED'],
    failed: ['FAILED', 'CANCELLED'],
    as: 'QueryExecution',
    cancel: ({ QueryExecutionId = null }) => ({
      action: 'stopQueryExecution',
      parameters: { QueryExecutionId },
    }),
  }),
  'databrew:startJobRun': jobWithStatus(fromAnswer({ RunId: ['RunId'] }, 'Name'), {
    ask: ({ Name = null, RunId = null }) => ({ action: 'describeJobRun', parameters: { Name, RunId } }),
    status: ['State'],
    succeeded: ['SUCCEEDED'],
    failed: ['FAILED', 'STOPPED', 'TIMEOUT'],
    cancel: ({ Name = null, RunId = null }) => ({ action: 'stopJobRun', parameters: { Name, RunId } }),
  }),
  'elasticmapreduce:addStep': jobWithStatus(fromAnswer({ StepId: ['StepId'] }, 'ClusterId'), {
    ask: ({ ClusterId = null, StepId = null }) => ({
      action: 'describeStep',
      parameters: { ClusterId, StepId },
    }),
    described: ['Step'],
    status: ['Status', 'State'],
    succeeded: ['COMPLETED'],
    failed: ['CANCELLED', 'FAILED', 'INTERRUPTED'],
    as: 'Step',
    beside: ['StepId'],
    cancel: ({ ClusterId = null, StepId = null }) => ({
      action: 'cancelSteps',
      parameters: { ClusterId, StepIds: [StepId] },
    }),
  }),
  'elasticmapreduce:createCluster': jobWithStatus(fromAnswer({ ClusterId: ['ClusterId'] }), {
    ...cluster,
    succeeded: ['WAITING'],
    failed: ['TERMINATED', 'TERMINATED_WITH_ERRORS'],
    cancel: ({ ClusterId = null }) => ({
      action: 'terminateJobFlows',
      parameters: { JobFlowIds: [ClusterId] },
    }),
  }),
  'elasticmapreduce:terminateCluster': jobWithStatus(fromParameters('ClusterId'), {
    ...cluster,
    succeeded: ['TERMINATED'],
    failed: ['TERMINATED_WITH_ERRORS'],
  }),
  'emr-containers:deleteVirtualCluster': jobWithStatus(fromParameters('Id'), {
    ask: ({ Id = null }) => ({ action: 'describeVirtualCluster', parameters: { Id } }),
    described: ['VirtualCluster'],
    status: ['State'],
    succeeded: ['TERMINATED'],
    failed: ['ARRESTED'],
    as: 'VirtualCluster',
    beside: ['Id'],
    endsWhenMissing: true,
  }),
  'emr-containers:startJobRun': jobWithStatus(fromAnswer({ Id: ['Id'] }, 'VirtualClusterId'), {
    ask: ({ Id = null, VirtualClusterId = null }) => ({
      action: 'describeJobRun',
      parameters: { Id, VirtualClusterId },
    }),
    described: ['JobRun'],
    status: ['State'],
    succeeded: ['COMPLETED'],
    failed: ['FAILED', 'CANCELLED'],
    as: 'JobRun',
    beside: ['Id', 'VirtualClusterId'],
    cancel: ({ Id = null, VirtualClusterId = null }) => ({
      action: 'cancelJobRun',
      parameters: { Id, VirtualClusterId },
    }),
  }),
  'emr-serverless:createApplication': jobWithStatus(fromAnswer({ ApplicationId: ['ApplicationId'] }), {
    ...application,
    // A look may come when the application has been used already.
    succeeded: ['CREATED', 'STARTING', 'STARTED', 'STOPPING', 'STOPPED'],
    failed: ['TERMINATED'],
  }),
  'emr-serverless:startApplication': jobWithStatus(fromParameters('ApplicationId'), {
    ...application,
    succeeded: ['STARTED'],
    failed: ['TERMINATED', 'STOPPED'],
  }),
  'emr-serverless:stopApplication': jobWithStatus(fromParameters('ApplicationId'), {
    ...application,
    succeeded: ['STOPPED'],
    failed: ['TERMINATED'],
  }),
  'emr-serverless:deleteApplication': jobWithStatus(fromParameters('ApplicationId'), {
    ...application,
    succeeded: ['TERMINATED'],
    failed: [],
    endsWhenMissing: true,
  }),
  'emr-serverless:startJobRun': jobWithStatus(fromAnswer({ JobRunId: ['JobRunId'] }, 'ApplicationId'), {
    ...serverlessRun,
    succeeded: ['SUCCESS'],
    failed: ['FAILED', 'CANCELLED'],
    cancel: ({ ApplicationId = null, JobRunId = null }) => ({
      action: 'cancelJobRun',
      parameters: { ApplicationId, JobRunId },
    }),
  }),
  'emr-serverless:cancelJobRun': jobWithStatus(fromParameters('ApplicationId', 'JobRunId'), {
    ...serverlessRun,
    succeeded: ['CANCELLED', 'SUCCESS'],
    failed: ['FAILED'],
  }),
  'glue:startJobRun': jobWithStatus(fromAnswer({ RunId: ['JobRunId'] }, 'JobName'), {
    ask: ({ JobName = null, RunId = null }) => ({ action: 'getJobRun', parameters: { JobName, RunId } }),
    described: ['JobRun'],
    status: ['JobRunState'],
    succeeded: ['SUCCEEDED'],
    failed: ['FAILED', 'TIMEOUT', 'ERROR', 'EXPIRED', 'STOPPED'],
    cancel: ({ JobName = null, RunId = null }) => ({
      action: 'batchStopJobRun',
      parameters: { JobName, JobRunIds: [RunId] },
    }),
  }),
};
