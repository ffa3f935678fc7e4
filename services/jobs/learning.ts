import { fromAnswer, fromParameters, type Job, jobWithStatus } from './job.ts';

/** A job of SageMaker: its actions and fields are named after its kind. */
const sageMakerJob = (kind: string): Job => {
  const name = `${kind}Name`;
  const named = (action: string) => (job: Parameters<Job['ask']>[0]) => ({
    action,
    parameters: { [name]: job[name] ?? null },
  });
  return jobWithStatus(fromParameters(name), {
    ask: named(`describe${kind}`),
    status: [`${kind}Status`],
    succeeded: ['Completed'],
    failed: ['Failed', 'Stopped'],
    cancel: named(`stop${kind}`),
  });
};

const kinds = [
  'TrainingJob',
  'TransformJob',
  'ProcessingJob',
  'LabelingJob',
  'HyperParameterTuningJob',
  'AutoMLJob',
] as const;

/** Jobs of services that make models. */
export const learning: Readonly<Record<string, Job>> = {
  ...Object.fromEntries(kinds.map((kind) => [`sagemaker:create${kind}`, sageMakerJob(kind)])),
  'bedrock:createModelCustomizationJob': jobWithStatus(fromAnswer({ JobIdentifier: ['JobArn'] }), {
    ask: ({ JobIdentifier = null }) => ({
      action: 'getModelCustomizationJob',
      parameters: { JobIdentifier },
    }),
    status: ['Status'],
    succeeded: ['Completed'],
    failed: ['Failed', 'Stopped'],
    cancel: ({ JobIdentifier = null }) => ({
      action: 'stopModelCustomizationJob',
      parameters: { JobIdentifier },
    }),
  }),
};
