import type { ServiceNeed } from '../asl/check/needs.ts';
import { awsService } from '../asl/integrations/awsServices.ts';

/**
 * The actions of policies that a call of a service needs, as `prefix:Action`. Most have the name of the operation; these have
 * not. https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  'bedrockruntime:converse': ['bedrock:InvokeModel'],
  'dynamodb:batchExecuteStatement': [
    'dynamodb:PartiQLSelect',
    'dynamodb:PartiQLInsert',
    'dynamodb:PartiQLUpdate',
    'dynamodb:PartiQLDelete',
  ],
  'dynamodb:executeStatement': [
    'dynamodb:PartiQLSelect',
    'dynamodb:PartiQLInsert',
    'dynamodb:PartiQLUpdate',
    'dynamodb:PartiQLDelete',
  ],
  'dynamodb:executeTransaction': [
    'dynamodb:PartiQLSelect',
    'dynamodb:PartiQLInsert',
    'dynamodb:PartiQLUpdate',
    'dynamodb:PartiQLDelete',
  ],
  'dynamodb:transactGetItems': ['dynamodb:GetItem'],
  'dynamodb:transactWriteItems': [
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
    'dynamodb:ConditionCheckItem',
  ],
  'lambda:invoke': ['lambda:InvokeFunction'],
  's3:abortMultipartUpload': ['s3:AbortMultipartUpload'],
  's3:completeMultipartUpload': ['s3:PutObject'],
  's3:copyObject': ['s3:GetObject', 's3:PutObject'],
  's3:createMultipartUpload': ['s3:PutObject'],
  's3:deleteObjects': ['s3:DeleteObject'],
  's3:getBucketEncryption': ['s3:GetEncryptionConfiguration'],
  's3:getBucketLifecycleConfiguration': ['s3:GetLifecycleConfiguration'],
  's3:getBucketNotificationConfiguration': ['s3:GetBucketNotification'],
  's3:getObjectAttributes': ['s3:GetObject', 's3:GetObjectAttributes'],
  's3:headBucket': ['s3:ListBucket'],
  's3:headObject': ['s3:GetObject'],
  's3:listBuckets': ['s3:ListAllMyBuckets'],
  's3:listMultipartUploads': ['s3:ListBucketMultipartUploads'],
  's3:listObjects': ['s3:ListBucket'],
  's3:listObjectsV2': ['s3:ListBucket'],
  's3:listObjectVersions': ['s3:ListBucketVersions'],
  's3:listParts': ['s3:ListMultipartUploadParts'],
  's3:putBucketEncryption': ['s3:PutEncryptionConfiguration'],
  's3:putBucketLifecycleConfiguration': ['s3:PutLifecycleConfiguration'],
  's3:putBucketNotificationConfiguration': ['s3:PutBucketNotification'],
  's3:uploadPart': ['s3:PutObject'],
  's3:uploadPartCopy': ['s3:GetObject', 's3:PutObject'],
  'sns:publishBatch': ['sns:Publish'],
  'sqs:changeMessageVisibilityBatch': ['sqs:ChangeMessageVisibility'],
  'sqs:deleteMessageBatch': ['sqs:DeleteMessage'],
  'sqs:sendMessageBatch': ['sqs:SendMessage'],
};

/** Optimized integrations whose actions differ from their own names. */
const optimizedNames: Readonly<Record<string, readonly string[]>> = {
  'apigateway:invoke': ['execute-api:Invoke'],
  'bedrock:invokeModel': ['bedrock:InvokeModel'],
  'elasticmapreduce:addStep': ['elasticmapreduce:AddJobFlowSteps'],
  'elasticmapreduce:cancelStep': ['elasticmapreduce:CancelSteps'],
  'elasticmapreduce:createCluster': ['elasticmapreduce:RunJobFlow', 'iam:PassRole'],
  'elasticmapreduce:modifyInstanceFleetByName': [
    'elasticmapreduce:ListInstanceFleets',
    'elasticmapreduce:ModifyInstanceFleet',
  ],
  'elasticmapreduce:modifyInstanceGroupByName': [
    'elasticmapreduce:ListInstanceGroups',
    'elasticmapreduce:ModifyInstanceGroups',
  ],
  'elasticmapreduce:setClusterTerminationProtection': ['elasticmapreduce:SetTerminationProtection'],
  'elasticmapreduce:terminateCluster': ['elasticmapreduce:TerminateJobFlows'],
  // The secrets of its connections are granted with them.
  'http:invoke': [],
};

/** Actions that hand a role to the service: `iam:PassRole` is needed as well. */
const rolePassing: ReadonlySet<string> = new Set([
  'bedrock:createModelCustomizationJob',
  'ecs:runTask',
  'eks:createCluster',
  'eks:createFargateProfile',
  'eks:createNodegroup',
  'emr-serverless:startJobRun',
  'mediaconvert:createJob',
  'sagemaker:createAutoMLJob',
  'sagemaker:createHyperParameterTuningJob',
  'sagemaker:createLabelingJob',
  'sagemaker:createModel',
  'sagemaker:createProcessingJob',
  'sagemaker:createTrainingJob',
]);

/** Looks at jobs, by the integration that starts them. */
const looks: Readonly<Record<string, string>> = {
  'athena:startQueryExecution': 'athena:GetQueryExecution',
  'batch:submitJob': 'batch:DescribeJobs',
  'bedrock:createModelCustomizationJob': 'bedrock:GetModelCustomizationJob',
  'codebuild:retryBuildBatch': 'codebuild:BatchGetBuildBatches',
  'codebuild:startBuild': 'codebuild:BatchGetBuilds',
  'codebuild:startBuildBatch': 'codebuild:BatchGetBuildBatches',
  'databrew:startJobRun': 'databrew:DescribeJobRun',
  'ecs:runTask': 'ecs:DescribeTasks',
  'eks:createCluster': 'eks:DescribeCluster',
  'eks:createFargateProfile': 'eks:DescribeFargateProfile',
  'eks:createNodegroup': 'eks:DescribeNodegroup',
  'eks:deleteCluster': 'eks:DescribeCluster',
  'eks:deleteFargateProfile': 'eks:DescribeFargateProfile',
  'eks:deleteNodegroup': 'eks:DescribeNodegroup',
  'elasticmapreduce:addStep': 'elasticmapreduce:DescribeStep',
  'elasticmapreduce:createCluster': 'elasticmapreduce:DescribeCluster',
  'elasticmapreduce:terminateCluster': 'elasticmapreduce:DescribeCluster',
  'emr-containers:deleteVirtualCluster': 'emr-containers:DescribeVirtualCluster',
  'emr-containers:startJobRun': 'emr-containers:DescribeJobRun',
  'emr-serverless:cancelJobRun': 'emr-serverless:GetJobRun',
  'emr-serverless:createApplication': 'emr-serverless:GetApplication',
  'emr-serverless:deleteApplication': 'emr-serverless:GetApplication',
  'emr-serverless:startApplication': 'emr-serverless:GetApplication',
  'emr-serverless:startJobRun': 'emr-serverless:GetJobRun',
  'emr-serverless:stopApplication': 'emr-serverless:GetApplication',
  'glue:startJobRun': 'glue:GetJobRun',
  'mediaconvert:createJob': 'mediaconvert:GetJob',
  'sagemaker:createAutoMLJob': 'sagemaker:DescribeAutoMLJob',
  'sagemaker:createHyperParameterTuningJob': 'sagemaker:DescribeHyperParameterTuningJob',
  'sagemaker:createLabelingJob': 'sagemaker:DescribeLabelingJob',
  'sagemaker:createProcessingJob': 'sagemaker:DescribeProcessingJob',
  'sagemaker:createTrainingJob': 'sagemaker:DescribeTrainingJob',
  'sagemaker:createTransformJob': 'sagemaker:DescribeTransformJob',
};

/** Ends of jobs that no state waits for any more, by the integration that starts them. */
const cancellations: Readonly<Record<string, string>> = {
  'athena:startQueryExecution': 'athena:StopQueryExecution',
  'batch:submitJob': 'batch:TerminateJob',
  'bedrock:createModelCustomizationJob': 'bedrock:StopModelCustomizationJob',
  'codebuild:retryBuildBatch': 'codebuild:StopBuildBatch',
  'codebuild:startBuild': 'codebuild:StopBuild',
  'codebuild:startBuildBatch': 'codebuild:StopBuildBatch',
  'databrew:startJobRun': 'databrew:StopJobRun',
  'ecs:runTask': 'ecs:StopTask',
  'elasticmapreduce:addStep': 'elasticmapreduce:CancelSteps',
  'elasticmapreduce:createCluster': 'elasticmapreduce:TerminateJobFlows',
  'emr-containers:startJobRun': 'emr-containers:CancelJobRun',
  'emr-serverless:startJobRun': 'emr-serverless:CancelJobRun',
  'glue:startJobRun': 'glue:BatchStopJobRun',
  'mediaconvert:createJob': 'mediaconvert:CancelJob',
  'sagemaker:createAutoMLJob': 'sagemaker:StopAutoMLJob',
  'sagemaker:createHyperParameterTuningJob': 'sagemaker:StopHyperParameterTuningJob',
  'sagemaker:createLabelingJob': 'sagemaker:StopLabelingJob',
  'sagemaker:createProcessingJob': 'sagemaker:StopProcessingJob',
  'sagemaker:createTrainingJob': 'sagemaker:StopTrainingJob',
  'sagemaker:createTransformJob': 'sagemaker:StopTransformJob',
};

/** The actions that the service worker has to be allowed for a state. */
export function actionsOf({ service, action, isSdk, isJob, assumesRole }: ServiceNeed): readonly string[] {
  if (assumesRole) return ['sts:AssumeRole'];
  const name = `${isSdk ? service.toLowerCase() : service}:${action}`;
  if (isSdk) return otherNames[name] ?? [ofOperation(service, action)];
  const ofJob = isJob ? [looks[name], cancellations[name]] : [];
  return [
    ...(optimizedNames[name] ?? [`${service}:${capitalized(action)}`]),
    ...(rolePassing.has(name) ? ['iam:PassRole'] : []),
    ...ofJob.filter((each) => each !== undefined),
  ];
}

function ofOperation(service: string, action: string): string {
  const prefix = awsService(service)?.iamPrefix ?? service.toLowerCase();
  return `${prefix}:${prefix === 'apigateway' ? httpVerb(action) : capitalized(action)}`;
}

/** API Gateway has the verbs of HTTP as actions. */
function httpVerb(action: string): string {
  const [word = ''] = /^[a-z]+/.exec(action) ?? [];
  return { get: 'GET', delete: 'DELETE', update: 'PATCH', put: 'PUT' }[word] ?? 'POST';
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
