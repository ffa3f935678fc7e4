import { awsService, isLikeAnAction } from './awsServices.ts';
import { optimizedIntegrations } from './optimized.ts';
import type { Resource } from './resource.ts';

type Service = Extract<Resource, { readonly type: 'service' }>;

/** A service integration that cannot run here, and what to do instead. */
export interface Impossible {
  readonly reason: string;
  readonly instead: string;
}

/** Undefined where the service worker calls the action, in the way that the resource says. */
export function impossibleService(resource: Service): Impossible | undefined {
  return resource.isSdk ? impossibleAction(resource) : impossibleIntegration(resource);
}

function impossibleIntegration({ service, action, waits }: Service): Impossible | undefined {
  if (service === 'eks' && (action === 'call' || action === 'runJob')) {
    return {
      reason: 'it speaks to the Kubernetes API of the cluster, for which the AWS SDK has no client',
      instead: 'call the cluster from a Lambda function',
    };
  }
  const modes = optimizedIntegrations.get(service)?.get(action);
  if (modes === undefined) {
    const isService = awsService(service) !== undefined;
    return {
      reason: 'Step Functions has no such integration',
      instead: isService
        ? `use aws-sdk:${service}:${action}`
        : 'use the name of the service, as in aws-sdk:sqs',
    };
  }
  const mode = waits === 'sync:2' ? 'sync' : waits;
  if (waits === 'sync:2' || !modes.has(mode)) {
    const known = [...modes].map((each) => suffixOf[each] || 'no suffix').join(', ');
    return { reason: `the action does not wait in this way`, instead: `use one of its ways: ${known}` };
  }
  return undefined;
}

const suffixOf = { no: '', sync: '.sync', token: '.waitForTaskToken' } as const;

function impossibleAction({ service, action, waits }: Service): Impossible | undefined {
  if (waits === 'sync' || waits === 'sync:2') {
    return {
      reason: 'actions of the AWS SDK do not wait for the end of a job',
      instead: 'use the optimized integration, or look at the job in a loop with a Wait state',
    };
  }
  if (awsService(service) === undefined) {
    return {
      reason: `the AWS SDK has no service '${service}'`,
      instead: 'call it from a Lambda function',
    };
  }
  const name = `${service.toLowerCase()}:${action}`;
  if (streaming.has(name)) {
    return {
      reason: 'the action answers with a stream of events, and a task has one result',
      instead: 'use the action without a stream, or call it from a Lambda function',
    };
  }
  if (refused.has(name)) {
    return {
      reason: 'Step Functions does not call the action',
      instead:
        service.toLowerCase() === 'sts'
          ? 'give the state Credentials with the role'
          : 'use the action that replaced it',
    };
  }
  if (!isLikeAnAction(action)) {
    return {
      reason: `the service has no action '${action}'`,
      instead: 'call its endpoint from a Lambda function',
    };
  }
  return undefined;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html#unsupported-sdk-integrations-list */
const streaming: ReadonlySet<string> = new Set([
  'bedrockagentruntime:invokeAgent',
  'bedrockagentruntime:invokeFlow',
  'bedrockagentruntime:invokeInlineAgent',
  'bedrockagentruntime:optimizePrompt',
  'bedrockagentruntime:retrieveAndGenerateStream',
  'bedrockruntime:converseStream',
  'bedrockruntime:invokeModelWithBidirectionalStream',
  'bedrockruntime:invokeModelWithResponseStream',
  'cloudwatchlogs:getLogObject',
  'cloudwatchlogs:startLiveTail',
  'iotsitewise:invokeAssistant',
  'kinesis:subscribeToShard',
  'lambda:invokeWithResponseStream',
  'lexruntimev2:startConversation',
  'polly:startSpeechSynthesisStream',
  'qbusiness:chat',
  's3:selectObjectContent',
  'sagemakerruntime:invokeEndpointWithResponseStream',
  'transcribestreaming:startStreamTranscription',
]);

const refused: ReadonlySet<string> = new Set([
  'lambda:invokeAsync',
  'rdsdata:executeSql',
  'sts:assumeRole',
  'sts:assumeRoleWithSAML',
  'sts:assumeRoleWithWebIdentity',
]);
