import { type ApiFailure, writeHeader } from '../server/api.ts';

/** Thrown for every answer that is not the one asked for: what happened, and what to do next. */
export class RequestFailedError extends Error {
  override readonly name = 'RequestFailedError';
  readonly code: string;
  /** 0 where the server did not answer. */
  readonly status: number;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** @throws RequestFailedError */
export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return answer<T>(`/api${path}${queryText(query)}`, signal ? { signal } : {});
}

/** @throws RequestFailedError */
export function post<T>(path: string, body: unknown): Promise<T> {
  return answer<T>(`/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [writeHeader]: '1' },
    body: JSON.stringify(body),
  });
}

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export function queryText(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/** The path of an execution in the API. */
export function executionPath(executionId: string, rest = ''): string {
  return `/executions/${encodeURIComponent(executionId)}${rest}`;
}

async function answer<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    const message = 'The console’s server does not answer. Check that its command still runs.';
    throw new RequestFailedError(0, 'ServerGone', message);
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body as T;
  const { code = String(response.status), message = response.statusText } = failureOf(body)?.error ?? {};
  throw new RequestFailedError(response.status, code, message);
}

function failureOf(body: unknown): ApiFailure | undefined {
  return typeof body === 'object' && body !== null && 'error' in body ? (body as ApiFailure) : undefined;
}
