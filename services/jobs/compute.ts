import { isArray, type Json } from '../../asl/json.ts';
import { checkPlaced } from '../optimized/containers.ts';
import { at, fromAnswer, fromParameters, type Job, jobWithStatus } from './job.ts';

/** Tasks of ECS: all of them have to stop by themselves, with exit codes of 0. */
const ecsTask: Job = {
  identify(answer) {
    checkPlaced(answer);
    const tasks = at(answer, 'Tasks');
    const arns = (isArray(tasks) ? tasks : []).map((task) => at(task, 'TaskArn'));
    return { Cluster: at(answer, 'Tasks', 0, 'ClusterArn'), Tasks: arns };
  },
  ask: ({ Cluster = null, Tasks = null }) => ({ action: 'describeTasks', parameters: { Cluster, Tasks } }),
  described: ['Tasks', 0],
  judge(answer, { Tasks: started = null }) {
    const described = at(answer, 'Tasks');
    const tasks = isArray(described) ? described : [];
    if (tasks.some((task) => !hasStopped(at(task, 'LastStatus')))) return { type: 'runs' };
    const failed = tasks.find((task) => !endedWell(task));
    if (failed !== undefined) return { type: 'failed', described: failed };
    if (tasks.length === 0 || (isArray(started) && tasks.length < started.length)) return { type: 'unknown' };
    return { type: 'succeeded', result: tasks[0] ?? null };
  },
  cancel: ({ Cluster = null, Tasks = null }, Reason) =>
    (isArray(Tasks) ? Tasks : []).map((Task) => ({
      action: 'stopTask',
      parameters: { Cluster, Task, Reason },
    })),
};

/** DELETED follows STOPPED, until ECS forgets the task. */
function hasStopped(status: Json): boolean {
  return status === 'STOPPED' || status === 'DELETED';
}

function endedWell(task: Json): boolean {
  const containers = at(task, 'Containers');
  const codes = (isArray(containers) ? containers : []).map((each) => at(each, 'ExitCode'));
  return (
    at(task, 'StopCode') === 'EssentialContainerExited' && codes.every((code) => code === null || code === 0)
  );
}

const cluster = {
  ask: ({ Name = null }) => ({ action: 'describeCluster', parameters: { Name } }),
  described: ['Cluster'],
  status: ['Status'],
  failed: ['FAILED'],
  as: 'Cluster',
} as const;

const nodegroup = {
  ask: ({ ClusterName = null, NodegroupName = null }) => ({
    action: 'describeNodegroup',
    parameters: { ClusterName, NodegroupName },
  }),
  described: ['Nodegroup'],
  status: ['Status'],
  as: 'Nodegroup',
} as const;

const fargateProfile = {
  ask: ({ ClusterName = null, FargateProfileName = null }) => ({
    action: 'describeFargateProfile',
    parameters: { ClusterName, FargateProfileName },
  }),
  described: ['FargateProfile'],
  status: ['Status'],
  as: 'FargateProfile',
} as const;

const build = (one: string, list: string, question: string, cancel: string): Job =>
  jobWithStatus(fromAnswer({ Id: [one, 'Id'] }), {
    ask: ({ Id = null }) => ({ action: question, parameters: { Ids: [Id] } }),
    described: [list, 0],
    status: [`${one}Status`],
    succeeded: ['SUCCEEDED'],
    failed: ['FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED'],
    as: one,
    cancel: ({ Id = null }) => ({ action: cancel, parameters: { Id } }),
  });

const buildBatch = build('BuildBatch', 'BuildBatches', 'batchGetBuildBatches', 'stopBuildBatch');

/** Jobs of services that run containers and builds. */
export const compute: Readonly<Record<string, Job>> = {
  'batch:submitJob': jobWithStatus(fromAnswer({ JobId: ['JobId'] }), {
    ask: ({ JobId = null }) => ({ action: 'describeJobs', parameters: { Jobs: [JobId] } }),
    described: ['Jobs', 0],
    status: ['Status'],
    succeeded: ['SUCCEEDED'],
    failed: ['FAILED'],
    cancel: ({ JobId = null }, Reason) => ({ action: 'terminateJob', parameters: { JobId, Reason } }),
  }),
  'codebuild:startBuild': build('Build', 'Builds', 'batchGetBuilds', 'stopBuild'),
  'codebuild:startBuildBatch': buildBatch,
  'codebuild:retryBuildBatch': buildBatch,
  'ecs:runTask': ecsTask,
  'eks:createCluster': jobWithStatus(fromParameters('Name'), { ...cluster, succeeded: ['ACTIVE'] }),
  'eks:deleteCluster': jobWithStatus(fromParameters('Name'), {
    ...cluster,
    succeeded: [],
    endsWhenMissing: true,
  }),
  'eks:createNodegroup': jobWithStatus(fromParameters('ClusterName', 'NodegroupName'), {
    ...nodegroup,
    succeeded: ['ACTIVE'],
    failed: ['CREATE_FAILED', 'DEGRADED'],
  }),
  'eks:deleteNodegroup': jobWithStatus(fromParameters('ClusterName', 'NodegroupName'), {
    ...nodegroup,
    succeeded: [],
    failed: ['DELETE_FAILED'],
    endsWhenMissing: true,
  }),
  'eks:createFargateProfile': jobWithStatus(fromParameters('ClusterName', 'FargateProfileName'), {
    ...fargateProfile,
    succeeded: ['ACTIVE'],
    failed: ['CREATE_FAILED'],
  }),
  'eks:deleteFargateProfile': jobWithStatus(fromParameters('ClusterName', 'FargateProfileName'), {
    ...fargateProfile,
    succeeded: [],
    failed: ['DELETE_FAILED'],
    endsWhenMissing: true,
  }),
  'mediaconvert:createJob': jobWithStatus(fromAnswer({ Id: ['Job', 'Id'] }), {
    ask: ({ Id = null }) => ({ action: 'getJob', parameters: { Id } }),
    described: ['Job'],
    status: ['Status'],
    succeeded: ['COMPLETE'],
    failed: ['ERROR', 'CANCELED'],
    as: 'Job',
    cancel: ({ Id = null }) => ({ action: 'cancelJob', parameters: { Id } }),
  }),
};
