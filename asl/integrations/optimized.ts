/** How a state may wait: for the answer, for the end of the job, for a token. */
export type WaitMode = 'no' | 'sync' | 'token';

/**
 * The integrations in Step Functions' own form that the service worker calls, and the ways in which their states may wait beside the
 * answer. https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 */
const optimized: Readonly<Record<string, Readonly<Record<string, readonly WaitMode[]>>>> = {
  apigateway: { invoke: ['token'] },
  athena: {
    startQueryExecution: ['sync'],
    stopQueryExecution: [],
    getQueryExecution: [],
    getQueryResults: [],
  },
  batch: { submitJob: ['sync'] },
  bedrock: { invokeModel: ['token'], createModelCustomizationJob: ['sync'] },
  codebuild: {
    startBuild: ['sync'],
    stopBuild: [],
    batchDeleteBuilds: [],
    batchGetReports: [],
    startBuildBatch: ['sync'],
    stopBuildBatch: [],
    retryBuildBatch: ['sync'],
    deleteBuildBatch: [],
  },
  databrew: { startJobRun: ['sync'] },
  dynamodb: { getItem: [], putItem: [], updateItem: [], deleteItem: [] },
  ecs: { runTask: ['sync', 'token'] },
  eks: {
    createCluster: ['sync'],
    deleteCluster: ['sync'],
    createFargateProfile: ['sync'],
    deleteFargateProfile: ['sync'],
    createNodegroup: ['sync'],
    deleteNodegroup: ['sync'],
  },
  elasticmapreduce: {
    createCluster: ['sync'],
    setClusterTerminationProtection: [],
    terminateCluster: ['sync'],
    addStep: ['sync'],
    cancelStep: [],
    modifyInstanceFleetByName: [],
    modifyInstanceGroupByName: [],
  },
  'emr-containers': { createVirtualCluster: [], deleteVirtualCluster: ['sync'], startJobRun: ['sync'] },
  'emr-serverless': {
    createApplication: ['sync'],
    startApplication: ['sync'],
    stopApplication: ['sync'],
    deleteApplication: ['sync'],
    startJobRun: ['sync'],
    cancelJobRun: ['sync'],
  },
  events: { putEvents: ['token'] },
  glue: { startJobRun: ['sync'] },
  http: { invoke: [] },
  mediaconvert: { createJob: ['sync'] },
  sagemaker: {
    createEndpoint: [],
    createEndpointConfig: [],
    createHyperParameterTuningJob: ['sync'],
    createLabelingJob: ['sync'],
    createModel: [],
    createProcessingJob: ['sync'],
    createTrainingJob: ['sync'],
    createTransformJob: ['sync'],
    createAutoMLJob: ['sync'],
    updateEndpoint: [],
  },
  sns: { publish: ['token'] },
  sqs: { sendMessage: ['token'] },
};

/** Services that have integrations in Step Functions' own form, with their actions. */
export const optimizedIntegrations: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<WaitMode>>> = new Map(
  Object.entries(optimized).map(([service, actions]) => [
    service,
    new Map(Object.entries(actions).map(([action, waits]) => [action, new Set<WaitMode>(['no', ...waits])])),
  ]),
);

/** Jobs that Step Functions cancels where the state that waits for them is left, as `service:action`. */
const cancellable: ReadonlySet<string> = new Set([
  'athena:startQueryExecution',
  'batch:submitJob',
  'bedrock:createModelCustomizationJob',
  'codebuild:retryBuildBatch',
  'codebuild:startBuild',
  'codebuild:startBuildBatch',
  'databrew:startJobRun',
  'ecs:runTask',
  'elasticmapreduce:addStep',
  'elasticmapreduce:createCluster',
  'emr-containers:startJobRun',
  'emr-serverless:startJobRun',
  'glue:startJobRun',
  'mediaconvert:createJob',
  'sagemaker:createAutoMLJob',
  'sagemaker:createHyperParameterTuningJob',
  'sagemaker:createLabelingJob',
  'sagemaker:createProcessingJob',
  'sagemaker:createTrainingJob',
  'sagemaker:createTransformJob',
]);

export function isCancellableJob({
  service,
  action,
}: {
  readonly service: string;
  readonly action: string;
}): boolean {
  return cancellable.has(`${service}:${action}`);
}
