import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { writeHeader } from './api.ts';

/** The secrets of one run of the console. */
export interface Secrets {
  /** Part of the address that is printed: the browser that opens it gets the cookie. */
  readonly token: string;
  readonly session: string;
}

export interface AccessRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** The `token` of the query. */
  readonly token: string | null;
}

export type Access =
  | { readonly type: 'allowed' }
  /** The token is right: set the cookie, and go on without the token in the address. */
  | { readonly type: 'entering' }
  | { readonly type: 'refused'; readonly status: 401 | 403; readonly code: string; readonly message: string };

/**
 * Whether a request comes from the console's own page in a browser that has opened the address with the token. Other pages in
 * that browser can send requests here, also under a name of their own that leads to this machine.
 */
export function accessOf(request: AccessRequest, secrets: Secrets, port: number): Access {
  const { headers, method } = request;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  const host = headers.host ?? '';
  if (!hosts.includes(host)) {
    return refused(403, 'ForeignHost', `This server answers to ${hosts[0]} alone, not to '${host}'.`);
  }
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) {
    return refused(403, 'ForeignOrigin', 'The request comes from another site.');
  }
  const isRead = method === 'GET' || method === 'HEAD';
  if (!isRead && (headers[writeHeader] === undefined || headers.origin === undefined)) {
    const message = `A request that may write needs the header ${writeHeader} and the console's own origin.`;
    return refused(403, 'CrossSiteWrite', message);
  }
  if (isRead && request.token !== null && isSame(request.token, secrets.token)) return { type: 'entering' };
  if (isSame(cookieOf(headers.cookie, cookieName(port)), secrets.session)) return { type: 'allowed' };
  const message =
    'Open the address that the command has printed: it has the token that lets this browser in.';
  return refused(401, 'TokenNeeded', message);
}

/** Cookies are shared by all ports of a host. */
export function cookieName(port: number): string {
  return `millrace-console-${port}`;
}

export function sessionCookie({ session }: Secrets, port: number): string {
  return `${cookieName(port)}=${session}; Path=/; HttpOnly; SameSite=Strict`;
}

function refused(status: 401 | 403, code: string, message: string): Access {
  return { type: 'refused', status, code, message };
}

function cookieOf(header: string | undefined, name: string): string {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

/** In a time that does not depend on where they differ. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
