import { isArray, isObject, type Json, type JsonObject, textOf } from '../../asl/json.ts';
import type { SdkSurroundings } from '../sdk/callSdk.ts';
import { impossibleCall, ServiceCallError } from '../serviceError.ts';
import { exchange, fieldsOf, type HttpCall, type HttpRequest, written } from './http.ts';
import { signed } from './signature.ts';

/** `arn:aws:states:::apigateway:invoke`. @throws ServiceCallError */
export async function callApiGateway(
  { parameters }: HttpCall,
  { signal }: Pick<SdkSurroundings, 'signal'>,
): Promise<Json> {
  const given = fieldsOf(parameters);
  const request = requestOf(given);
  const answer = await exchange(given.AuthType === 'IAM_ROLE' ? signed(request, 'execute-api') : request, {
    service: 'apigateway',
    signal,
    unanswered: (message) => {
      throw new ServiceCallError('ApiGateway.SdkClientException', message);
    },
  });
  if (answer.StatusCode >= 200 && answer.StatusCode < 300) return { ...answer };
  const { ResponseBody, StatusCode } = answer;
  throw new ServiceCallError(`ApiGateway.${StatusCode}`, written(ResponseBody));
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html */
const forbidden =
  /^(?:authorization|connection|content-md5|expect|host|max-forwards|proxy-authenticate|server|te|transfer-encoding|trailer|upgrade|via|www-authenticate|x-forwarded-.*|x-amz-.*|x-amzn-.*)$/i;

function requestOf(given: JsonObject): HttpRequest {
  const fields = fieldsOf(given);
  const { ApiEndpoint, Method, Stage, Path, RequestBody, AllowNullValues } = fields;
  if (typeof ApiEndpoint !== 'string' || ApiEndpoint === '') {
    throw impossibleCall(`The ApiEndpoint of apigateway:invoke is missing: ${textOf(given)}.`);
  }
  const parts = [Stage, Path].flatMap((part) => (typeof part === 'string' ? [part.replace(/^\/+/, '')] : []));
  const base = /^https?:\/\//.test(ApiEndpoint) ? ApiEndpoint : `https://${ApiEndpoint}`;
  const url = new URL([base.replace(/\/+$/, ''), ...parts].join('/'));
  for (const [name, value] of Object.entries(fieldsOf(fields.QueryParameters))) {
    for (const each of isArray(value) ? value : [value]) url.searchParams.append(name, written(each));
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(fieldsOf(fields.Headers))) {
    if (forbidden.test(name))
      throw impossibleCall(`The header '${name}' cannot be set by apigateway:invoke.`);
    for (const each of isArray(value) ? value : [value]) headers.append(name, written(each));
  }
  const body = AllowNullValues === true ? RequestBody : withoutNulls(RequestBody);
  if (body !== undefined && body !== null && !headers.has('content-type')) {
    headers.set('content-type', 'application/json');
  }
  return {
    url,
    method: typeof Method === 'string' ? Method.toUpperCase() : 'GET',
    headers,
    ...(body !== undefined && body !== null && { body: written(body) }),
  };
}

function withoutNulls(value: Json | undefined): Json | undefined {
  if (value === undefined || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) =>
      each === null ? [] : [[key, withoutNulls(each) ?? null]],
    ),
  );
}
