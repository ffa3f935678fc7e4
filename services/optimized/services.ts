import type { OptimizedErrors } from '../sdk/errors.ts';
import { impossibleCall } from '../serviceError.ts';

/** A service as its optimized integrations have it. */
export interface OptimizedService {
  /** Its name among the services of the SDK. */
  readonly client: string;
  readonly errors: OptimizedErrors;
  /** Whether the result says how the call went over HTTP. @default true */
  readonly hasMetadata?: false;
}

const services: Readonly<Record<string, OptimizedService>> = {
  athena: serviceOf('athena', 'Athena', 'AmazonAthena'),
  batch: serviceOf('batch', 'Batch', 'AWSBatch'),
  bedrock: { ...serviceOf('bedrock', 'Bedrock', 'AmazonBedrock'), hasMetadata: false },
  codebuild: serviceOf('codebuild', 'CodeBuild', 'AWSCodeBuild'),
  databrew: serviceOf('databrew', 'DataBrew', 'AWSGlueDataBrew'),
  dynamodb: {
    client: 'dynamodb',
    errors: { prefix: 'DynamoDB', service: 'AmazonDynamoDBv2', unmodelled: 'AmazonDynamoDBException' },
  },
  ecs: serviceOf('ecs', 'ECS', 'AmazonECS'),
  eks: serviceOf('eks', 'EKS', 'AmazonEKS'),
  elasticmapreduce: serviceOf('emr', 'ElasticMapReduce', 'AmazonElasticMapReduce'),
  'emr-containers': serviceOf('emrcontainers', 'EMRContainers', 'AmazonEMRContainers'),
  'emr-serverless': serviceOf('emrserverless', 'EmrServerless', 'AWSEMRServerless'),
  events: { ...serviceOf('eventbridge', 'EventBridge', 'AmazonEventBridge'), hasMetadata: false },
  glue: serviceOf('glue', 'Glue', 'AWSGlue'),
  mediaconvert: serviceOf('mediaconvert', 'MediaConvert', 'AWSMediaConvert'),
  sagemaker: serviceOf('sagemaker', 'SageMaker', 'AmazonSageMaker'),
  sns: serviceOf('sns', 'SNS', 'AmazonSNS'),
  sqs: serviceOf('sqs', 'SQS', 'AmazonSQS'),
};

export function serviceOf(client: string, prefix: string, service: string): OptimizedService {
  return { client, errors: { prefix, service, unmodelled: `${service}Exception` } };
}

export function findService(service: string): OptimizedService | undefined {
  return Object.hasOwn(services, service) ? services[service] : undefined;
}

/** @throws ServiceCallError */
export function serviceNamed(service: string): OptimizedService {
  const of = findService(service);
  if (of !== undefined) return of;
  throw impossibleCall(`Step Functions has no integration with '${service}'.`);
}
