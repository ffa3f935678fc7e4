import type { ServiceAction } from '../../asl/integrations/serviceCall.ts';
import type { Json } from '../../asl/json.ts';
import { impossibleCall, mostResultBytes, ServiceCallError } from '../serviceError.ts';
import { commandOf, type SdkAnswer, type ServiceClient, type ServiceClients } from './clients.ts';
import { failureOf, type SdkFailure, sdkError } from './errors.ts';
import { requestOf } from './request.ts';
import { responseOf, type Style } from './response.ts';
import { s3Failure } from './s3Errors.ts';
import { schemasOf } from './schema.ts';
import { withBytes } from './streams.ts';

export interface SdkCall extends ServiceAction {
  readonly parameters: Json;
  readonly roleArn?: string;
  /** Members that are sent as they are, by the service's names for them. */
  readonly bytes?: Readonly<Record<string, Uint8Array>>;
  /** A longer stream in the answer is refused. @default Step Functions' limit of a result */
  readonly mostBytes?: number;
}

export interface SdkSurroundings {
  readonly clients: ServiceClients;
  readonly signal: AbortSignal;
  readonly clientToken: string;
}

/** `arn:aws:states:::aws-sdk:service:action`. @throws ServiceCallError */
export async function callSdk(call: SdkCall, surroundings: SdkSurroundings): Promise<Json> {
  const outcome = await send(call, surroundings, 'sdk');
  if (outcome.type === 'failed') throw sdkError(outcome.failure, outcome.client.serviceId);
  return outcome.result;
}

/** The answer of a service, its streams read, or its failure. */
export type SdkOutcome =
  | { readonly type: 'answered'; readonly result: { [key: string]: Json }; readonly answer: SdkAnswer }
  | { readonly type: 'failed'; readonly failure: SdkFailure; readonly client: ServiceClient };

/** Calls an action once. @throws ServiceCallError for a call that cannot be made */
export async function send(
  { service, action, parameters, roleArn, bytes, mostBytes = mostResultBytes }: SdkCall,
  { clients, signal, clientToken }: SdkSurroundings,
  style: Style,
): Promise<SdkOutcome> {
  const client = await clients.clientOf(service, roleArn === undefined ? {} : { roleArn });
  const name = `${service}:${action}`;
  const schemas = schemasOfAction(client, action, name);
  const input = requestOf(schemas.input, parameters, { action: name, clientToken });
  const command = commandOf(client.module, action, { ...input, ...bytes });
  if (command === undefined) throw noSuchAction(name);
  try {
    const answer = await client.send(command, signal);
    const output = await withBytes(answer.output, service, mostBytes);
    const result = responseOf(schemas.output, output, style);
    return { type: 'answered', result, answer: { ...answer, output } };
  } catch (error) {
    if (error instanceof ServiceCallError) throw error;
    const failure = failureOf(error, client);
    return { type: 'failed', failure: service === 's3' ? s3Failure(failure, action) : failure, client };
  }
}

function schemasOfAction({ module }: ServiceClient, action: string, name: string) {
  const command = commandOf(module, action, {});
  if (command === undefined) throw noSuchAction(name);
  const schemas = schemasOf(command);
  if (schemas !== undefined) return schemas;
  throw new ServiceCallError(
    'Millrace.ClientTooOld',
    `The client of the AWS SDK for '${name}' does not describe its shapes. Use a newer runtime of Lambda, or on a laptop a newer version of the package.`,
  );
}

function noSuchAction(name: string): ServiceCallError {
  return impossibleCall(
    `The AWS SDK here has no action ${name}. Correct the name, or use a runtime of Lambda that has it.`,
  );
}
