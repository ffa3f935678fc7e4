import { isObject, type Json, own, textOf } from '../../asl/json.ts';
import { type SdkCall, type SdkSurroundings, send } from '../sdk/callSdk.ts';
import { optimizedError } from '../sdk/errors.ts';
import { impossibleCall } from '../serviceError.ts';
import { type OptimizedService, serviceNamed, serviceOf } from './services.ts';

/** The largest input of a model. */
const mostModelBytes = 25_000_000;

const json = 'application/json';

/**
 * `bedrock:invokeModel`. A body in S3, or a reply that goes there, may be larger than the data of a state: the service worker reads
 * and writes it. https://docs.aws.amazon.com/step-functions/latest/dg/connect-bedrock.html
 *
 * @throws ServiceCallError
 */
export async function invokeModel(
  { parameters, roleArn }: { readonly parameters: Json; readonly roleArn?: string },
  surroundings: SdkSurroundings,
): Promise<Json> {
  const { Input, Output, Body, ...rest } = isObject(parameters) ? parameters : {};
  const from = Input === undefined ? undefined : placeIn('Input', Input);
  const to = Output === undefined ? undefined : placeIn('Output', Output);
  if (from !== undefined && Body !== undefined) {
    throw impossibleCall('The parameters of bedrock:invokeModel have both Body and Input. Give one of them.');
  }
  const call = async (of: OptimizedService, sent: Omit<SdkCall, 'service'>) => {
    const as = { mostBytes: mostModelBytes, ...(roleArn !== undefined && { roleArn }) };
    const outcome = await send({ ...sent, ...as, service: of.client }, surroundings, 'optimized');
    if (outcome.type === 'failed') throw optimizedError(outcome.failure, of.errors);
    return outcome;
  };
  const runtime = { ...serviceNamed('bedrock'), client: 'bedrockruntime' };
  const storage = serviceOf('s3', 'S3', 'AmazonS3');

  const input = from && (await call(storage, { action: 'getObject', parameters: from }));
  const reply = await call(runtime, {
    action: 'invokeModel',
    parameters: {
      Accept: json,
      ContentType: input?.result.ContentType ?? json,
      ...rest,
      ...(Body !== undefined && { Body }),
    },
    ...(input && { bytes: { body: bytesIn(input.answer.output, 'Body') } }),
  });
  const { ContentType = json } = reply.result;
  const body = bytesIn(reply.answer.output, 'body');
  if (to === undefined) return { Body: jsonOrText(body), ContentType };
  await call(storage, { action: 'putObject', parameters: { ...to, ContentType }, bytes: { Body: body } });
  return { Body: `s3://${to.Bucket}/${to.Key}`, ContentType };
}

/** `{ S3Uri: 's3://bucket/key' }`. */
function placeIn(field: string, given: Json): { readonly Bucket: string; readonly Key: string } {
  const uri = isObject(given) ? own(given, 'S3Uri') : undefined;
  const [, Bucket, Key] = typeof uri === 'string' ? (/^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? []) : [];
  if (Bucket !== undefined && Key !== undefined) return { Bucket, Key };
  throw impossibleCall(
    `The ${field} of bedrock:invokeModel must be { "S3Uri": "s3://bucket/key" }, but is ${textOf(given)}.`,
  );
}

function bytesIn(output: object, name: string): Uint8Array {
  const found: unknown = Reflect.get(output, name);
  return found instanceof Uint8Array ? found : new Uint8Array();
}

/** The value of a JSON, and otherwise the text. */
function jsonOrText(body: Uint8Array): Json {
  const text = Buffer.from(body).toString('utf8');
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
