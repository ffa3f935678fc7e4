import { latestVersion } from './functionReference.ts';

export type InvocationCondition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

export interface InvocationRecordInput {
  readonly timestamp: string;
  readonly requestId: string;
  readonly functionArn: string;
  readonly condition: InvocationCondition;
  readonly approximateInvokeCount: number;
  /** JSON text. */
  readonly requestPayload: string;
  /** The last attempt's answer; none if the function was never reached. */
  readonly response: { readonly payload: string; readonly functionError: boolean } | undefined;
}

/**
 * The payload of a destination, as JSON text. The payloads are put in as the text that they are.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function invocationRecord(record: InvocationRecordInput): string {
  const { timestamp, requestId, functionArn, condition, approximateInvokeCount, response } = record;
  const head = JSON.stringify({
    version: '1.0',
    timestamp,
    requestContext: {
      requestId,
      functionArn: `${functionArn}:${latestVersion}`,
      condition,
      approximateInvokeCount,
    },
  });
  const request = `"requestPayload":${record.requestPayload}`;
  if (response === undefined) return `${head.slice(0, -1)},${request}}`;
  const responseContext = JSON.stringify({
    statusCode: 200,
    executedVersion: latestVersion,
    ...(response.functionError ? { functionError: 'Unhandled' } : {}),
  });
  return `${head.slice(0, -1)},${request},"responseContext":${responseContext},"responsePayload":${response.payload}}`;
}
