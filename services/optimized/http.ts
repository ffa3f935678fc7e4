import { isArray, isObject, type Json, type JsonObject, own, textOf } from '../../asl/json.ts';
import { callSdk, type SdkSurroundings } from '../sdk/callSdk.ts';
import { impossibleCall, mostResultBytes, ServiceCallError, tooLarge } from '../serviceError.ts';
import { connectionsVariable } from './connections.ts';

type Fields = { readonly [key: string]: Json };

export interface HttpCall {
  readonly parameters: Json;
}

/** A request before it is sent. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body?: string;
}

/** Step Functions waits no longer. */
const longestMs = 60_000;

/**
 * `arn:aws:states:::http:invoke`. The secret of an EventBridge connection is not to be read by others: the deployment says where
 * a secret with the same content is.
 *
 * @throws ServiceCallError
 */
export async function callHttp({ parameters }: HttpCall, surroundings: SdkSurroundings): Promise<Json> {
  const given = isObject(parameters) ? parameters : {};
  const secret = await secretOf(connectionIn(given), surroundings);
  const request = requestOf(given, secret);
  const answer = await exchange(request, {
    service: 'http',
    signal: surroundings.signal,
    unanswered: (message) => {
      throw new ServiceCallError('States.Http.Socket', message);
    },
  });
  if (answer.StatusCode >= 200 && answer.StatusCode < 300) return { ...answer };
  const { ResponseBody, StatusCode, StatusText } = answer;
  const text = typeof ResponseBody === 'string' ? ResponseBody : textOf(ResponseBody);
  throw new ServiceCallError(`States.Http.StatusCode.${StatusCode}`, text === '' ? StatusText : text);
}

function connectionIn(given: JsonObject): string {
  const { Authentication, InvocationConfig } = fieldsOf(given);
  for (const config of [Authentication, InvocationConfig]) {
    const arn = isObject(config) ? own(config, 'ConnectionArn') : undefined;
    if (typeof arn === 'string') return arn;
  }
  throw impossibleCall('The parameters of http:invoke name no ConnectionArn.');
}

/** The values that a connection adds to requests. */
interface Secret {
  readonly headers: Fields;
  readonly query: Fields;
  readonly body: Fields;
}

async function secretOf(connection: string, surroundings: SdkSurroundings): Promise<Secret> {
  const known: unknown = JSON.parse(process.env[connectionsVariable] || '{}');
  const [, name = connection] = /^arn:[^:]*:events:[^:]*:[^:]*:connection\/([^/]+)/.exec(connection) ?? [];
  const secretId = isObject(known) ? (own(known, connection) ?? own(known, name)) : undefined;
  if (typeof secretId !== 'string') {
    throw new ServiceCallError(
      'Events.ConnectionResource.AccessDenied',
      `The secret of the connection '${name}' cannot be read. Put its headers into a secret of Secrets Manager, as {"headers":{"Authorization":"…"}}, and name the secret in the deployment's connections.`,
    );
  }
  const call = { service: 'secretsmanager', action: 'getSecretValue', parameters: { SecretId: secretId } };
  const answer = await callSdk(call, surroundings);
  const text = isObject(answer) ? own(answer, 'SecretString') : undefined;
  const value: Json = JSON.parse(typeof text === 'string' ? text : '{}');
  const part = (key: string) => fieldsOf(fieldsOf(value)[key]);
  return { headers: part('headers'), query: part('query'), body: part('body') };
}

/** Headers that are not for a definition to set. */
const forbidden =
  /^(?:a-im|accept-charset|accept-datetime|accept-encoding|cache-control|connection|content-encoding|content-md5|date|expect|forwarded|from|host|http2-settings|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|max-forwards|origin|pragma|proxy-authorization|referer|server|te|trailer|transfer-encoding|upgrade|via|warning|x-forwarded-.*|x-amz-.*|x-amzn-.*)$/i;

function requestOf(given: JsonObject, secret: Secret): HttpRequest {
  const {
    ApiEndpoint,
    Method,
    Headers: ownHeaders = {},
    QueryParameters = {},
    RequestBody,
    Transform,
  } = fieldsOf(given);
  if (typeof ApiEndpoint !== 'string' || !URL.canParse(ApiEndpoint)) {
    throw impossibleCall(`The ApiEndpoint of http:invoke is not a URL: ${textOf(ApiEndpoint ?? null)}.`);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(fieldsOf(ownHeaders))) {
    if (forbidden.test(name)) throw impossibleCall(`The header '${name}' cannot be set by http:invoke.`);
    headers.set(name, written(value));
  }
  for (const [name, value] of Object.entries(secret.headers)) headers.set(name, written(value));
  const url = new URL(ApiEndpoint);
  for (const [name, value] of Object.entries({ ...fieldsOf(QueryParameters), ...secret.query })) {
    url.searchParams.delete(name);
    for (const each of isArray(value) ? value : [value]) url.searchParams.append(name, written(each));
  }
  const body = bodyOf(RequestBody, secret.body);
  return {
    url,
    method: typeof Method === 'string' ? Method.toUpperCase() : 'GET',
    headers,
    ...(body !== undefined && { body: encoded(body, headers, fieldsOf(Transform)) }),
  };
}

function bodyOf(given: Json | undefined, secret: Fields): Json | undefined {
  if (Object.keys(secret).length === 0) return given ?? undefined;
  return { ...fieldsOf(given), ...secret };
}

function encoded(body: Json, headers: Headers, transform: Fields): string {
  if (transform.RequestBodyEncoding === 'URL_ENCODED') {
    headers.set('content-type', 'application/x-www-form-urlencoded');
    const { ArrayFormat = 'INDICES' } = fieldsOf(transform.RequestEncodingOptions);
    return new URLSearchParams([...formFields(body, '', String(ArrayFormat))]).toString();
  }
  if (!headers.has('content-type')) headers.set('content-type', 'application/json');
  return typeof body === 'string' ? body : textOf(body);
}

/** `a[b]=1`, and lists as the format says: `a[0]=1`, `a=1&a=2`, `a=1,2`, `a[]=1`. */
function* formFields(value: Json, name: string, format: string): Generator<[string, string]> {
  if (isArray(value)) {
    if (format === 'COMMAS') yield [name, value.map(written).join(',')];
    else {
      for (const [index, each] of value.entries()) {
        const suffix = format === 'REPEAT' ? '' : format === 'BRACKETS' ? '[]' : `[${index}]`;
        yield* formFields(each, `${name}${suffix}`, format);
      }
    }
  } else if (isObject(value)) {
    for (const [key, each] of Object.entries(value)) {
      yield* formFields(each, name === '' ? key : `${name}[${key}]`, format);
    }
  } else yield [name, written(value)];
}

export function written(value: Json): string {
  return typeof value === 'string' ? value : textOf(value);
}

/** The fields of a value; none where it is not an object. */
export function fieldsOf(value: Json | undefined): Fields {
  return isObject(value) ? value : {};
}

export interface HttpAnswer {
  readonly Headers: { readonly [name: string]: readonly string[] };
  readonly ResponseBody: Json;
  readonly StatusCode: number;
  readonly StatusText: string;
}

/** The integration that a request is made for. */
export interface Exchanging {
  readonly service: string;
  readonly signal: AbortSignal;
  /** Throws the error of a request without an answer. */
  readonly unanswered: (message: string) => never;
}

/** Sends a request and reads the answer, whatever its status. @throws ServiceCallError */
export async function exchange(
  { url, method, headers, body }: HttpRequest,
  { service, signal, unanswered }: Exchanging,
): Promise<HttpAnswer> {
  try {
    const response = await fetch(withoutPlus(url), {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]),
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    if (Buffer.byteLength(text) > mostResultBytes) throw tooLarge(service);
    return {
      Headers: Object.fromEntries([...response.headers].map(([name, value]) => [name, [value]])),
      ResponseBody: parsed(text),
      StatusCode: response.status,
      StatusText: response.statusText,
    };
  } catch (error) {
    if (error instanceof ServiceCallError) throw error;
    const { cause } = error instanceof Error ? error : { cause: undefined };
    return unanswered(
      `${error instanceof Error ? error.message : String(error)}${cause instanceof Error ? `: ${cause.message}` : ''}`,
    );
  }
}

/** A space in a query is `+` in forms alone: signatures, and many services, want `%20`. A plus of the text is `%2B` here. */
function withoutPlus(url: URL): URL {
  const sent = new URL(url);
  sent.search = url.search.replaceAll('+', '%20');
  return sent;
}

function parsed(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
