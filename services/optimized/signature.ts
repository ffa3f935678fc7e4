import { createHash, createHmac } from 'node:crypto';
import { ServiceCallError } from '../serviceError.ts';
import type { HttpRequest } from './http.ts';

/**
 * The request, signed with the function's credentials.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signed(request: HttpRequest, service: string, now: Date = new Date()): HttpRequest {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_DEFAULT_REGION } =
    process.env;
  const region = regionIn(request.url) ?? AWS_REGION ?? AWS_DEFAULT_REGION;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY || !region) {
    throw new ServiceCallError(
      'ApiGateway.SdkClientException',
      'The request cannot be signed: the environment has no AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_REGION.',
    );
  }
  const { url, method, body = '' } = request;
  const time = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const headers = new Headers(request.headers);
  headers.set('x-amz-date', time);
  if (AWS_SESSION_TOKEN) headers.set('x-amz-security-token', AWS_SESSION_TOKEN);
  const toSign = [['host', url.host] as const, ...headers].sort(([a], [b]) => (a < b ? -1 : 1));
  const names = toSign.map(([name]) => name).join(';');
  const canonical = [
    method,
    url.pathname.split('/').map(encoded).join('/'),
    canonicalQuery(url),
    ...toSign.map(([name, value]) => `${name}:${value.trim().replaceAll(/\s+/g, ' ')}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const key = ['aws4_request', service, region, time.slice(0, 8)].reduceRight<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${AWS_SECRET_ACCESS_KEY}`,
  );
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const signature = createHmac('sha256', key).update(text).digest('hex');
  headers.set(
    'authorization',
    `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  );
  return { ...request, headers };
}

/** `abc.execute-api.eu-west-1.amazonaws.com` */
function regionIn({ hostname }: URL): string | undefined {
  return /\.execute-api\.([a-z0-9-]+)\./.exec(hostname)?.[1];
}

function canonicalQuery({ searchParams }: URL): string {
  return [...searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
}

/** RFC 3986, which leaves fewer characters alone than `encodeURIComponent`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
