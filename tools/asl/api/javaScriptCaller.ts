import { SFN, SFNServiceException } from '@aws-sdk/client-sfn';
import { ApiCallError, type ApiCaller } from './apiCaller.ts';

interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

/** By operation: the call, with the request as JSON text. */
const calls: Readonly<
  Record<string, (client: SFN, request: string, options: CallOptions) => Promise<object>>
> = {
  CreateActivity: (client, request, options) => client.createActivity(JSON.parse(request), options),
  CreateStateMachine: (client, request, options) => client.createStateMachine(JSON.parse(request), options),
  DescribeExecution: (client, request, options) => client.describeExecution(JSON.parse(request), options),
  GetActivityTask: (client, request, options) => client.getActivityTask(JSON.parse(request), options),
  GetExecutionHistory: (client, request, options) => client.getExecutionHistory(JSON.parse(request), options),
  SendTaskFailure: (client, request, options) => client.sendTaskFailure(JSON.parse(request), options),
  SendTaskSuccess: (client, request, options) => client.sendTaskSuccess(JSON.parse(request), options),
  StartExecution: (client, request, options) => client.startExecution(JSON.parse(request), options),
  StartSyncExecution: (client, request, options) => client.startSyncExecution(JSON.parse(request), options),
};

/** The AWS SDK for JavaScript. */
export function javaScriptCaller(endpoint: string): ApiCaller {
  const client = new SFN({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    disableHostPrefix: true,
    maxAttempts: 1,
  });
  return {
    call: async (operation, request, abortSignal) => {
      const call = calls[operation];
      if (!call) throw new Error(`There is no call of ${operation} here.`);
      try {
        const answer = await call(client, JSON.stringify(request), abortSignal ? { abortSignal } : {});
        return JSON.parse(JSON.stringify(answer));
      } catch (error) {
        if (error instanceof SFNServiceException) throw new ApiCallError(error.name, error.message);
        throw error;
      }
    },
    close: async () => client.destroy(),
  };
}
